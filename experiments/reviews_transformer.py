# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A transformer on film reviews: how much accuracy each sparsity costs.

    PYTHONPATH=. python experiments/reviews_transformer.py --data_dir DIRECTORY

The directory holds rt-polarity.neg and rt-polarity.pos. The model is one block
of an encoder: attention, and two dense layers. The embedding of the words, the
four projections of the attention and the dense layers are all pruned, by the
peer, TensorFlow Model Optimization, as well; positions are fixed sines and
cosines. Starts, batches and schedule of all runs of a seed are the same.
"""

from __future__ import annotations

import argparse
from typing import Any, Dict, List, Optional

import numpy as np
import tensorflow as tf

from harness import experiment
from harness import results_file
from harness import sweep
from support import dataset
from support import text_data

NAME = 'reviews_transformer'
BUDGET = {'epochs': 4, 'batch': 64, 'learning_rate': 2e-3, 'units': 64,
          'heads': 4}
KINDS = sweep.kinds((0.9, 0.5, 0.75, 0.875, 0.95))


def positions(length: int, units: int) -> np.ndarray:
  """Sines and cosines of the positions, float32 [length, units].

  They are as large as the first weights of a Keras embedding, to which they are
  added: larger ones would hide the words.
  """
  angles = np.arange(length)[:, np.newaxis] / 1e4 ** np.linspace(
      0, 1, units // 2)
  waves = np.concatenate([np.sin(angles), np.cos(angles)], 1)
  return (0.05 * waves).astype(np.float32)


def make_model(units: int, heads: int) -> Any:
  """An embedding, a block of a transformer, the mean, a dense layer.

  Args:
    units: of the embedding and between the layers; the first of the two dense
      layers has twice as many.
    heads: of the attention, which share the units.

  Returns:
    A built model of int32 [batch, text_data.LENGTH] to two logits.
  """
  layers = tf.keras.layers
  table = positions(text_data.LENGTH, units)
  tokens = tf.keras.Input((text_data.LENGTH,), dtype='int32')
  x = layers.Embedding(text_data.NUM_WORDS, units, name='words')(tokens)
  x = layers.Lambda(lambda words: words + table, name='positions')(x)
  x = layers.Dropout(0.3)(x)
  normed = layers.LayerNormalization(name='norm_1')(x)
  attended = layers.MultiHeadAttention(heads, units // heads, name='attention')(
      normed, normed)
  x = layers.Add()([x, layers.Dropout(0.3)(attended)])
  normed = layers.LayerNormalization(name='norm_2')(x)
  wide = layers.Dense(2 * units, activation='relu', name='widen')(normed)
  narrow = layers.Dense(units, name='narrow')(wide)
  x = layers.Add()([x, layers.Dropout(0.3)(narrow)])
  x = layers.GlobalAveragePooling1D()(
      layers.LayerNormalization(name='norm_3')(x))
  x = layers.Dropout(0.5)(x)
  return tf.keras.Model(tokens, layers.Dense(2, name='logits')(x))


def train(run: results_file.Run, args: argparse.Namespace,
          data: dataset.Dataset) -> Dict[str, Any]:
  """Does a run."""
  return sweep.train(lambda: make_model(args.units, args.heads),
                     run, args, data)


def main(argv: Optional[List[str]] = None) -> None:
  """Trains what is not in the results yet."""
  experiment.main(__doc__, NAME, 'transformer_block', BUDGET, KINDS,
                  text_data.load_or_make, train, argv)


if __name__ == '__main__':
  main()
