# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""An LSTM on film reviews: how much accuracy each sparsity costs.

    PYTHONPATH=. python experiments/reviews_lstm.py --data_dir DIRECTORY

The directory holds rt-polarity.neg and rt-polarity.pos. The embedding, the
kernel and the recurrent kernel of the LSTM and the dense layer are all pruned,
by the peer, TensorFlow Model Optimization, as well. Starts, batches and
schedule of all runs of a seed are the same.
"""

from __future__ import annotations

import argparse
from typing import Any, Dict, List, Optional

import tensorflow as tf

from harness import experiment
from harness import results_file
from harness import sweep
from support import dataset
from support import text_data

NAME = 'reviews_lstm'
BUDGET = {'epochs': 4, 'batch': 64, 'learning_rate': 2e-3, 'units': 48}
KINDS = sweep.kinds((0.9, 0.8, 0.95))


def make_model(units: int) -> Any:
  """An embedding, an LSTM and a dense layer, of `units` each."""
  layers = tf.keras.layers
  tokens = tf.keras.Input((text_data.LENGTH,), dtype='int32')
  x = layers.Embedding(text_data.NUM_WORDS, units, name='words')(tokens)
  x = layers.Dropout(0.5)(x)
  x = layers.LSTM(units, name='lstm')(x)
  x = layers.Dropout(0.5)(x)
  return tf.keras.Model(tokens, layers.Dense(2, name='logits')(x))


def train(run: results_file.Run, args: argparse.Namespace,
          data: dataset.Dataset) -> Dict[str, Any]:
  """Does a run."""
  return sweep.train(lambda: make_model(args.units), run, args, data)


def main(argv: Optional[List[str]] = None) -> None:
  """Trains what is not in the results yet."""
  experiment.main(__doc__, NAME, 'lstm', BUDGET, KINDS, text_data.load_or_make,
                  train, argv)


if __name__ == '__main__':
  main()
