# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prunes a bidirectional LSTM that reads film reviews.

    PYTHONPATH=. python examples/text_lstm.py --data_dir DIRECTORY

The directory holds rt-polarity.neg and rt-polarity.pos; without one, the IMDB
reviews are downloaded. The embedding, the kernels and the recurrent kernels of
both directions and the dense layer are all pruned.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from support import text_data
from support import text_keras


def make_model() -> Any:
  """An embedding, an LSTM in both directions, a dense layer."""
  layers = tf.keras.layers
  tokens = tf.keras.Input((text_data.LENGTH,), dtype='int32')
  x = layers.Embedding(text_data.NUM_WORDS, 64, name='words')(tokens)
  x = layers.Bidirectional(layers.LSTM(64, name='lstm'), name='both')(x)
  return tf.keras.Model(tokens, layers.Dense(2, name='logits')(x))


if __name__ == '__main__':
  tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
  text_keras.run(__doc__, make_model)
