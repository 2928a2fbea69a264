# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prunes a Keras model in a training loop of one's own.

    PYTHONPATH=. python examples/custom_training_loop.py --data_dir DIRECTORY

The model of mnist_cnn.py and a `GradientTape`. The loop calls a Keras
optimizer, and that is all that pruning needs; `optimizer=` tells it whose steps
count.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional

import numpy as np
import tensorflow as tf

import mnist_cnn
import model_pruning
from support import arguments
from support import dataset
from support import image_data
from support import short_run


def train(model: Any, optimizer: Any, data: dataset.Dataset, steps: int,
          seed: int) -> None:
  """Makes `steps` updates of 64 examples each."""
  loss_of = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)

  @tf.function
  def step(images: tf.Tensor, labels: tf.Tensor) -> None:
    with tf.GradientTape() as tape:
      loss = loss_of(labels, model(images, training=True))
    weights = model.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))

  order = dataset.examples(data, steps, short_run.BATCH, seed)
  for chosen in np.split(order, steps):
    step(tf.constant(data.train_images[chosen]),
         tf.constant(data.train_labels[chosen]))


def main(argv: Optional[List[str]] = None,
         data: Optional[dataset.Dataset] = None) -> Dict[str, Any]:
  """Trains dense and pruned, and returns what came out."""
  args = short_run.parse(__doc__, mnist_cnn.SPEC, mnist_cnn.STEPS, argv)
  data = data or image_data.load(args.data_dir)
  accuracies = {}
  for run in ['dense', 'pruned']:
    arguments.start_keras_afresh(args.seed)
    model = mnist_cnn.make_model()
    optimizer = tf.keras.optimizers.Adam(1e-3)
    if run == 'pruned':
      pruner = model_pruning.keras.prune(
          model, args.spec, num_steps=args.steps, optimizer=optimizer)
    train(model, optimizer, data, args.steps, args.seed)
    accuracies[run + '_accuracy'] = short_run.accuracy(model, data)
  return short_run.report(args, pruner.sparsity, **accuracies)


if __name__ == '__main__':
  main()
