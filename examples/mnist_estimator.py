# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prunes an Estimator on MNIST, or on Fashion-MNIST, by one hook.

    PYTHONPATH=. python examples/mnist_estimator.py
    PYTHONPATH=. python examples/mnist_estimator.py --data_dir DIRECTORY

Nothing in `model_fn` knows of pruning. Where TensorFlow has no Estimator (2.16
and newer), a `MonitoredTrainingSession` trains it with the same hook.
"""

from __future__ import annotations

import tempfile
from typing import Any, Dict, List, Optional

import tensorflow as tf

import model_pruning
from support import dataset
from support import image_data
from support import session_estimator
from support import short_run

SPEC = 'target_sparsity=0.9,weight_sparsity_map=[logits:0.5]'
STEPS = 1000

v1 = tf.compat.v1
library = getattr(v1, 'estimator', session_estimator)


def _dense(name: str, inputs: tf.Tensor, units: int) -> tf.Tensor:
  with v1.variable_scope(name):
    kernel = v1.get_variable('kernel', [inputs.shape[-1], units])
    bias = v1.get_variable('bias', [units], initializer=tf.zeros_initializer())
  return tf.matmul(inputs, kernel) + bias


def model_fn(features: tf.Tensor, labels: tf.Tensor, mode: str) -> Any:
  """A convolution, two dense layers, Adam."""
  with v1.variable_scope('conv'):
    kernel = v1.get_variable('kernel', [5, 5, 1, 16])
  x = tf.nn.relu(tf.nn.conv2d(
      features, kernel, strides=[1, 2, 2, 1], padding='SAME'))
  x = tf.nn.relu(_dense('dense', tf.reshape(x, [-1, 14 * 14 * 16]), 128))
  logits = _dense('logits', x, 10)
  loss = v1.losses.sparse_softmax_cross_entropy(labels, logits)
  train_op = v1.train.AdamOptimizer(1e-3).minimize(
      loss, v1.train.get_or_create_global_step()) if mode == 'train' else None
  accuracy = v1.metrics.accuracy(labels, tf.argmax(logits, axis=1))
  return library.EstimatorSpec(
      mode, loss=loss, train_op=train_op,
      eval_metric_ops={'accuracy': accuracy})


def main(argv: Optional[List[str]] = None,
         data: Optional[dataset.Dataset] = None) -> Dict[str, Any]:
  """Trains dense and pruned, and returns what came out."""
  args = short_run.parse(__doc__, SPEC, STEPS, argv)
  data = data or image_data.load(args.data_dir)
  hook = model_pruning.PruningHook(args.spec, num_steps=args.steps)
  accuracies = {}
  for run, hooks in [('dense', []), ('pruned', [hook])]:
    estimator = library.Estimator(
        model_fn, tempfile.mkdtemp(),
        config=library.RunConfig(
            tf_random_seed=args.seed, save_checkpoints_steps=args.steps,
            keep_checkpoint_max=1))
    estimator.train(data.train_batches, hooks=hooks, max_steps=args.steps)
    accuracies[run + '_accuracy'] = float(
        estimator.evaluate(data.test_batches)['accuracy'])
  return short_run.report(args, hook.sparsity, **accuracies)


if __name__ == '__main__':
  main()
