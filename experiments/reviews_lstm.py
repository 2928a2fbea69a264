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

import numpy as np
import tensorflow as tf

from harness import experiment
from harness import exported
from harness import methods
from harness import results_file
from support import arguments
from support import dataset
from support import text_data

NAME = 'reviews_lstm'
BUDGET = {'epochs': 4, 'batch': 64, 'learning_rate': 2e-3, 'units': 48}
KINDS = [(methods.DENSE, ''), *(
    (method, f'target_sparsity={sparsity}') for sparsity in (0.9, 0.8, 0.95)
    for method in (methods.OURS, methods.TFMOT))]


def load(directory: str) -> dataset.Dataset:
  """Reads the sentences; without a directory makes some, and says so."""
  if directory:
    return text_data.load(directory)
  print('No --data_dir: the sentences are made of two kinds of words.')
  random = np.random.RandomState(0)
  labels = np.arange(160, dtype=np.int64) % 2
  words = random.randint(2, 50, (160, text_data.LENGTH)) + 50 * labels[:, None]
  words = words.astype(np.int32)
  return dataset.Dataset(words[:128], labels[:128], words[128:], labels[128:])


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
  arguments.start_keras_afresh(run.seed)
  model = make_model(args.units)
  steps = args.epochs * len(data.train_labels) // args.batch
  figures = methods.train(model, run.method, run.spec, data, steps, args.batch,
                          run.seed, args.learning_rate)
  return {**figures, 'sparsity': methods.sparsity_of(model),
          **exported.file_bytes(model)}


def main(argv: Optional[List[str]] = None) -> None:
  """Trains what is not in the results yet."""
  experiment.main(__doc__, NAME, 'lstm', BUDGET, KINDS, load, train, argv)


if __name__ == '__main__':
  main()
