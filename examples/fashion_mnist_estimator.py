# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks what is saved when an Estimator is pruned, on Fashion-MNIST.

    PYTHONPATH=. python examples/fashion_mnist_estimator.py

Trains the network of digits_estimator.py dense and pruned. Every pruned
weight in the checkpoint must have exactly the zeros that the specification
says, and they must be where the mask says.
"""

from __future__ import annotations

import os
from typing import Any, Callable, Optional

import tensorflow as tf

from support import arguments
import digits_estimator
from support import fashion_mnist_data
from support import measure
import model_pruning


def main(description: Optional[str] = __doc__,
         model_fn: Callable[..., Any] = digits_estimator.model_fn) -> None:
  """Trains, checks, and prints."""
  args = arguments.parse(
      description, fashion_mnist_data.SPEC, fashion_mnist_data.STEPS,
      session=False, data_dir=fashion_mnist_data.CACHE)
  data = fashion_mnist_data.load(args.data_dir)
  session = args.session or not digits_estimator.HAS_ESTIMATOR
  accuracies = []
  hook = model_pruning.PruningHook(args.spec, num_steps=args.steps)
  for run, hook_or_none in [('dense', None), ('pruned', hook)]:
    estimator = digits_estimator.train(
        data, args.steps, args.steps, os.path.join(args.output, run),
        hook_or_none, session, model_fn)
    accuracies.append(estimator.evaluate(data.test_batches)['accuracy'])
  reader = tf.train.load_checkpoint(estimator.model_dir)
  weights = {weight.name: weight.target_sparsity
             for weight in hook.report.pruned}
  measure.report(
      f'TensorFlow {tf.__version__}, '
      + ('MonitoredTrainingSession' if session else 'Estimator'),
      {name: reader.get_tensor(name) for name in weights},
      {name: reader.get_tensor(name + '/mask') for name in weights},
      weights, *accuracies)


if __name__ == '__main__':
  tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
  main()
