# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prunes a convolutional network on MNIST, or on Fashion-MNIST.

    PYTHONPATH=. python examples/mnist_cnn.py
    PYTHONPATH=. python examples/mnist_cnn.py --data_dir DIRECTORY

Without a directory `tf.keras.datasets` downloads MNIST. A directory holds the
four .gz files of MNIST, or those of Fashion-MNIST.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional

import tensorflow as tf

import model_pruning
from support import arguments
from support import dataset
from support import image_data
from support import short_run

SPEC = 'target_sparsity=0.9,weight_sparsity_map=[logits:0.5]'
STEPS = 1000


def make_model() -> Any:
  """Two convolutions and two dense layers, compiled."""
  layers = tf.keras.layers
  images = tf.keras.Input((28, 28, 1))
  x = layers.Conv2D(16, 5, activation='relu', name='conv1')(images)
  x = layers.MaxPooling2D()(x)
  x = layers.Conv2D(32, 5, activation='relu', name='conv2')(x)
  x = layers.Flatten()(layers.MaxPooling2D()(x))
  x = layers.Dense(128, activation='relu', name='dense')(x)
  model = tf.keras.Model(images, layers.Dense(10, name='logits')(x))
  model.compile(
      tf.keras.optimizers.Adam(1e-3),
      tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
  return model


def main(argv: Optional[List[str]] = None,
         data: Optional[dataset.Dataset] = None) -> Dict[str, Any]:
  """Trains dense and pruned, and returns what came out."""
  args = short_run.parse(__doc__, SPEC, STEPS, argv)
  data = data or image_data.load(args.data_dir)
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
