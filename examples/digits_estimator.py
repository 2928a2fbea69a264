# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prunes a network that an Estimator trains, by one hook.

    PYTHONPATH=. python examples/digits_estimator.py --output /tmp/digits

`model_fn` is as anyone would write it: nothing in it knows of pruning. Where
TensorFlow has no Estimator (2.16 and newer), or with --session, a
`MonitoredTrainingSession` trains it, with the same hook.
"""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, List, Optional

import numpy as np
import tensorflow as tf

from support import arguments
from support import dataset
from support import digits_data
from support import measure
import model_pruning
from support import progress
from support import session_estimator

v1 = tf.compat.v1
HAS_ESTIMATOR = hasattr(v1, 'estimator')
estimator_lib = v1.estimator if HAS_ESTIMATOR else session_estimator


def model_fn(features: tf.Tensor, labels: tf.Tensor, mode: str) -> Any:
  """A convolution, two dense layers, Adam."""
  x = _layer('conv', [5, 5, 1, 64], lambda x, kernel: tf.nn.conv2d(
      x, kernel, strides=[1, 2, 2, 1], padding='SAME'), features)
  x = tf.nn.max_pool2d(tf.nn.relu(x), 2, 2, 'VALID')
  x = tf.reshape(x, [-1, np.prod(x.shape.as_list()[1:])])
  x = tf.nn.relu(_layer('dense', [x.shape.as_list()[1], 128], tf.matmul, x))
  logits = _layer('logits', [128, 10], tf.matmul, x)
  return classifier_spec(logits, labels, mode)


def classifier_spec(logits: tf.Tensor, labels: tf.Tensor, mode: str) -> Any:
  """What a `model_fn` returns of a network for ten classes."""
  loss = v1.losses.sparse_softmax_cross_entropy(labels, logits)
  train_op = v1.train.AdamOptimizer(3e-3).minimize(
      loss, v1.train.get_or_create_global_step()) if mode == 'train' else None
  accuracy = v1.metrics.accuracy(labels, tf.argmax(logits, axis=1))
  return estimator_lib.EstimatorSpec(
      mode, loss=loss, train_op=train_op,
      eval_metric_ops={'accuracy': accuracy})


def _layer(name: str, shape: List[int], product: Callable[..., tf.Tensor],
           inputs: tf.Tensor) -> tf.Tensor:
  with v1.variable_scope(name):
    kernel = v1.get_variable('kernel', shape)
    bias = v1.get_variable('bias', shape[-1:],
                           initializer=v1.zeros_initializer())
  return product(inputs, kernel) + bias


def train(data: dataset.Dataset, steps: int, save_every: int, directory: str,
          hook: Optional[model_pruning.PruningHook], session: bool,
          network: Callable[..., Any] = model_fn) -> Any:
  """Trains with `hook`, or dense without one; returns the estimator."""
  library = session_estimator if session else estimator_lib
  estimator = library.Estimator(network, directory, config=library.RunConfig(
      tf_random_seed=0, save_checkpoints_steps=save_every,
      keep_checkpoint_max=1000))
  bar = progress.ProgressHook('pruned' if hook else 'dense', steps)
  estimator.train(data.train_batches, hooks=[hook, bar] if hook else [bar],
                  max_steps=steps)
  return estimator


def read_checkpoint(path: str, suffix: str = '') -> Dict[str, np.ndarray]:
  """What a checkpoint has under the names of the weights plus `suffix`.

  Weights are told from the rest of a checkpoint by their Adam slots.
  """
  reader = tf.train.load_checkpoint(path)
  names = reader.get_variable_to_shape_map()
  return {name: reader.get_tensor(name + suffix) for name in names
          if name + '/Adam' in names and name + suffix in names}


def _measure(data: dataset.Dataset, estimator: Any) -> Dict[str, Any]:
  """Reads and evaluates every checkpoint, the last one in detail."""
  paths = tf.train.get_checkpoint_state(
      estimator.model_dir).all_model_checkpoint_paths
  history: Dict[str, List[Any]] = {'step': [], 'sparsity': [], 'accuracy': []}
  for path in paths:
    weights = read_checkpoint(path)
    metrics = estimator.evaluate(data.test_batches, checkpoint_path=path)
    history['step'].append(int(path.rpartition('-')[2]))
    history['sparsity'].append(measure.sparsity(weights))
    history['accuracy'].append(float(metrics['accuracy']))
  return {
      'accuracy': history['accuracy'][-1],
      'gzip_bytes': measure.gzip_bytes(weights),
      'weights': measure.count_zeros(measure.kernels(weights)),
      'history': history}


def main() -> None:
  """Trains dense and pruned, and writes what came out of it."""
  args = arguments.parse(__doc__, digits_data.SPEC, digits_data.STEPS,
                         session=False)
  session = args.session or not HAS_ESTIMATOR
  data = digits_data.load()
  result = {
      'front': 'MonitoredTrainingSession' if session else 'Estimator',
      'tensorflow': tf.__version__, 'spec': args.spec}
  for run, hook in [
      ('dense', None), ('pruned', model_pruning.PruningHook(args.spec))]:
    estimator = train(data, args.steps, args.steps // 24,
                      os.path.join(args.output, run), hook, session)
    result[run] = _measure(data, estimator)
  measure.write_json(args.output, 'result.json', result)


if __name__ == '__main__':
  v1.logging.set_verbosity(v1.logging.ERROR)
  main()
