# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks what is saved when a Keras model is pruned, on Fashion-MNIST.

    PYTHONPATH=. python examples/fashion_mnist_keras.py

Trains the network of digits_keras.py dense and pruned. Every pruned weight in
the saved model must have exactly the zeros that the specification says, and
they must be where the mask says.
"""

from __future__ import annotations

import os

import tensorflow as tf

from support import arguments
import digits_keras
from support import fashion_mnist_data
from support import measure
import model_pruning


def main() -> None:
  """Trains, checks, and prints."""
  args = arguments.parse(
      __doc__, fashion_mnist_data.SPEC, fashion_mnist_data.STEPS,
      data_dir=fashion_mnist_data.CACHE)
  data = fashion_mnist_data.load(args.data_dir)
  accuracies = []
  for run in ['dense', 'pruned']:
    arguments.start_keras_afresh()
    model = digits_keras.make_model(data.train_images.shape[1:])
    if run == 'pruned':
      pruner = model_pruning.keras.prune(model, args.spec, args.steps)
    digits_keras.train(model, data, run, args.steps, args.steps)
    masks = pruner.masks if run == 'pruned' else {}
    saved = digits_keras.save_and_load(model, os.path.join(args.output, run))
    accuracies.append(digits_keras.evaluate(saved, data))
  measure.report(
      f'TensorFlow {tf.__version__}, Keras '
      + ('3' if digits_keras.KERAS_3 else '2'),
      digits_keras.read_weights(saved), masks,
      {weight.name: weight.target_sparsity
       for weight in pruner.report.pruned}, *accuracies)


if __name__ == '__main__':
  tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
  main()
