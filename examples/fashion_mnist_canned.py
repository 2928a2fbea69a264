# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks what is saved when a canned Estimator is pruned, on Fashion-MNIST.

    PYTHONPATH=. python examples/fashion_mnist_canned.py

Trains a `DNNClassifier` dense and pruned; there is no `model_fn` to change.
Every pruned weight in the checkpoint must have exactly the zeros that the
specification says, and they must be where the mask says. Needs TensorFlow
2.15 or older.
"""

from __future__ import annotations

import os
from typing import Any, Callable

import tensorflow as tf

from support import arguments
from support import fashion_mnist_data
from support import measure
import model_pruning
from support import progress

v1 = tf.compat.v1


def _with_names(batches: Callable[[], Any]) -> Callable[[], Any]:
  """An input_fn whose features are a dictionary, as columns want them."""
  return lambda: batches().map(
      lambda images, labels: ({'pixels': images}, labels))


def main() -> None:
  """Trains, checks, and prints."""
  args = arguments.parse(
      __doc__, fashion_mnist_data.SPEC, fashion_mnist_data.STEPS,
      data_dir=fashion_mnist_data.CACHE)
  if not hasattr(v1, 'estimator'):
    raise SystemExit(f'TensorFlow {tf.__version__} has no Estimator.')
  data = fashion_mnist_data.load(args.data_dir)
  pixels = tf.feature_column.numeric_column('pixels', [28, 28, 1])
  accuracies = []
  hook = model_pruning.PruningHook(args.spec, num_steps=args.steps)
  for run, hooks in [('dense', []), ('pruned', [hook])]:
    estimator = v1.estimator.DNNClassifier(
        [256, 128], [pixels], os.path.join(args.output, run), n_classes=10,
        config=v1.estimator.RunConfig(tf_random_seed=0))
    estimator.train(
        _with_names(data.train_batches), max_steps=args.steps,
        hooks=[*hooks, progress.ProgressHook(run, args.steps)])
    accuracies.append(
        estimator.evaluate(_with_names(data.test_batches))['accuracy'])
  weights = {weight.name: weight.target_sparsity
             for weight in hook.report.pruned}
  measure.report(
      f'TensorFlow {tf.__version__}, DNNClassifier',
      {name: estimator.get_variable_value(name) for name in weights},
      {name: estimator.get_variable_value(name + '/mask')
       for name in weights}, weights, *accuracies)


if __name__ == '__main__':
  v1.logging.set_verbosity(v1.logging.ERROR)
  main()
