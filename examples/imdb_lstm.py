# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prunes an LSTM that says whether a film review is good.

    PYTHONPATH=. python examples/imdb_lstm.py
    PYTHONPATH=. python examples/imdb_lstm.py --data_dir DIRECTORY

Without a directory `tf.keras.datasets` downloads the IMDB reviews. A directory
holds rt-polarity.neg and rt-polarity.pos. The table of words and the kernels
are pruned; both kernels of the LSTM have a target of their own.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional

import tensorflow as tf

import model_pruning
from support import arguments
from support import dataset
from support import short_run
from support import text_data

SPEC = ('target_sparsity=0.9,weight_sparsity_map=["lstm.*/kernel:0.8", '
        '"recurrent_kernel:0.8"]')
STEPS = 450


def make_model() -> Any:
  """A table of words, an LSTM, a dense layer, compiled."""
  layers = tf.keras.layers
  words = tf.keras.Input((text_data.LENGTH,), dtype='int32')
  x = layers.Embedding(text_data.NUM_WORDS, 64, name='words')(words)
  x = layers.LSTM(64, name='lstm')(x)
  model = tf.keras.Model(words, layers.Dense(2, name='logits')(x))
  model.compile(
      tf.keras.optimizers.Adam(1e-3),
      tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
  return model


def main(argv: Optional[List[str]] = None,
         data: Optional[dataset.Dataset] = None) -> Dict[str, Any]:
  """Trains dense and pruned, and returns what came out."""
  args = short_run.parse(__doc__, SPEC, STEPS, argv)
  data = data or text_data.load(args.data_dir)
  accuracies = {}
  for run in ['dense', 'pruned']:
    arguments.start_keras_afresh(args.seed)
    model = make_model()
    if run == 'pruned':
      pruner = model_pruning.keras.prune(
          model, args.spec, num_steps=args.steps)
    short_run.fit(model, data, args.steps, args.seed)
    accuracies[run + '_accuracy'] = short_run.accuracy(model, data)
  return short_run.report(args, pruner.sparsity, **accuracies)


if __name__ == '__main__':
  main()
