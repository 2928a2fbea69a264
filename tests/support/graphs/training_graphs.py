# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Graphs that train, one for each thing that can be special in one.

Each function builds a network of two or three weights in the default graph
and returns its train op. `WEIGHTS` and `OPTIMIZERS` list them by name; what a
version of TensorFlow lacks skips the test that asks for it.
"""

from __future__ import annotations

import unittest
from typing import Any, Callable, Dict, List

import numpy as np
import tensorflow as tf

from tests.support.graphs import maskable_graphs

v1 = tf.compat.v1

HOOKS = 'hooks'  # Collection of the hooks that a train op needs.

NUM_CLASSES = 4
INPUTS = np.random.RandomState(0).randn(16, 6).astype(np.float32)
LABELS = np.argmax(INPUTS[:, :NUM_CLASSES], 1)

Weights = Callable[[], tf.Tensor]


def initializer(seed: int = 1) -> Any:
  """Values that depend on `seed` alone, whatever was made before."""
  return v1.truncated_normal_initializer(stddev=0.5, seed=seed)


def variable(name: str, shape: List[int], seed: int = 1,
             **kwargs: Any) -> tf.Variable:
  """A weight with values that depend on `seed` alone."""
  return v1.get_variable(
      name, shape, initializer=initializer(seed), **kwargs)


def logits_of(hidden: tf.Tensor, **kwargs: Any) -> tf.Tensor:
  return tf.matmul(hidden, variable(
      'head', [hidden.shape.as_list()[-1], NUM_CLASSES], 2, **kwargs))


def loss_of(logits: tf.Tensor) -> tf.Tensor:
  return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
      labels=LABELS, logits=tf.cast(logits, tf.float32)))


def needs(module: Any, *names: str) -> Any:
  """An attribute at the end of a path of names, or skips the test."""
  for name in names:
    # Keras 3 raises on what it has no more, with the reason in it.
    try:
      module = getattr(module, name)
    except (AttributeError, ImportError):
      raise unittest.SkipTest(
          f'TensorFlow {tf.__version__} has no {".".join(names)} here'
      ) from None
  return module


def mlp(**kwargs: Any) -> tf.Tensor:
  hidden = tf.nn.relu(tf.matmul(
      tf.constant(INPUTS), variable('hidden', [6, 8], **kwargs)))
  return logits_of(hidden, **kwargs)


def _ref_variables() -> tf.Tensor:
  return mlp(use_resource=False)


def _resource_variables() -> tf.Tensor:
  return mlp(use_resource=True)


def _plain_variables() -> tf.Tensor:
  random = np.random.RandomState(1)
  hidden = tf.Variable(random.randn(6, 8).astype(np.float32), name='hidden')
  head = tf.Variable(random.randn(8, 4).astype(np.float32), name='head')
  return tf.matmul(tf.nn.relu(tf.matmul(tf.constant(INPUTS), hidden)), head)


def _layers() -> tf.Tensor:
  dense = needs(v1, 'layers', 'dense')
  images = tf.reshape(tf.constant(INPUTS), [16, 6, 1])
  hidden = v1.layers.conv1d(
      images, 4, 3, name='conv', kernel_initializer=initializer())
  return dense(v1.layers.flatten(hidden), NUM_CLASSES, name='dense',
               kernel_initializer=initializer(2))


def _keras_layers() -> tf.Tensor:
  if not issubclass(tf.keras.layers.Layer, tf.Module):
    raise unittest.SkipTest('layers of Keras 3 are not for v1 graphs')
  hidden = tf.keras.layers.Dense(
      8, 'relu', kernel_initializer=initializer())(tf.constant(INPUTS))
  return tf.keras.layers.Dense(
      NUM_CLASSES, kernel_initializer=initializer(2))(hidden)


def _slim_layers() -> tf.Tensor:
  try:
    import tf_slim  # pylint: disable=g-import-not-at-top
  except ImportError as error:
    raise unittest.SkipTest(f'no tf-slim: {error}') from None
  images = tf.reshape(tf.constant(INPUTS), [16, 6, 1, 1])
  hidden = tf_slim.conv2d(images, 4, [3, 1], scope='conv')
  return tf_slim.fully_connected(
      tf_slim.flatten(hidden), NUM_CLASSES, scope='dense',
      activation_fn=None)


def _partitioned(use_resource: bool, axis: int) -> tf.Tensor:
  hidden = v1.get_variable(
      'hidden', [6, 9], use_resource=use_resource,
      initializer=initializer(),
      partitioner=v1.fixed_size_partitioner(3, axis))
  return logits_of(tf.nn.relu(tf.matmul(tf.constant(INPUTS), hidden)))


def _shared() -> tf.Tensor:
  hidden = tf.constant(INPUTS)
  for reuse in (False, True, True):
    with v1.variable_scope('shared', reuse=reuse):
      hidden = tf.tanh(tf.matmul(hidden, variable('kernel', [6, 6])))
  return logits_of(hidden)


def _of_dtype(dtype: tf.DType) -> tf.Tensor:
  hidden = tf.nn.relu(tf.matmul(
      tf.cast(INPUTS, dtype), variable('hidden', [6, 8], dtype=dtype)))
  return logits_of(hidden, dtype=dtype)


def _cast() -> tf.Tensor:
  """float32 weights, used as float16."""
  hidden = tf.matmul(tf.cast(INPUTS, tf.float16),
                     tf.cast(variable('hidden', [6, 8]), tf.float16))
  return logits_of(tf.cast(hidden, tf.float32))


def _embedding(use_resource: bool) -> tf.Tensor:
  table = variable('table', [20, 6], use_resource=use_resource)
  ids = tf.constant(np.arange(32).reshape(16, 2) % 17)
  return logits_of(tf.reduce_sum(tf.nn.embedding_lookup(table, ids), 1))


def _partitioned_embedding() -> tf.Tensor:
  table = v1.get_variable(
      'table', [20, 6], partitioner=v1.fixed_size_partitioner(2),
      initializer=initializer())
  ids = tf.constant(np.arange(32).reshape(16, 2) % 17)
  return logits_of(tf.reduce_sum(tf.nn.embedding_lookup(table, ids), 1))


def _convolutions() -> tf.Tensor:
  images = tf.reshape(tf.constant(INPUTS), [16, 6, 1, 1])
  hidden = tf.nn.relu(v1.nn.conv2d(
      images, variable('conv', [3, 1, 1, 4]), [1, 1, 1, 1], 'SAME'))
  hidden = v1.nn.conv2d_transpose(
      hidden, variable('transposed', [3, 1, 2, 4]), [16, 6, 1, 2],
      [1, 1, 1, 1], 'SAME')
  hidden = v1.nn.conv3d(
      tf.reshape(hidden, [16, 3, 2, 1, 2]),
      variable('conv3d', [2, 2, 1, 2, 3]), [1, 1, 1, 1, 1], 'SAME')
  return logits_of(tf.reshape(hidden, [16, 18]))


def _einsum() -> tf.Tensor:
  kernel = variable('kernel', [6, 2, 4])
  hidden = tf.einsum('bi,ijk->bjk', tf.constant(INPUTS), kernel)
  return logits_of(tf.reshape(hidden, [16, 8]))


# Each returns logits for `LABELS`; every weight of rank 2 or more is pruned.
WEIGHTS: Dict[str, Weights] = {
    'ref variables': _ref_variables,
    'resource variables': _resource_variables,
    'tf.Variable': _plain_variables,
    'tf.layers': _layers,
    'Keras layers': _keras_layers,
    'tf-slim': _slim_layers,
    'partitioned by rows, ref': lambda: _partitioned(False, 0),
    'partitioned by columns, ref': lambda: _partitioned(False, 1),
    'partitioned by rows': lambda: _partitioned(True, 0),
    'partitioned by columns': lambda: _partitioned(True, 1),
    'shared': _shared,
    'float16': lambda: _of_dtype(tf.float16),
    'float64': lambda: _of_dtype(tf.float64),
    'used as float16': _cast,
    'embedding, ref': lambda: _embedding(False),
    'embedding': lambda: _embedding(True),
    'partitioned embedding': _partitioned_embedding,
    'convolutions': _convolutions,
    'einsum': _einsum,
}


def train_op_of(weights: Weights, optimizer: Any = None) -> tf.Operation:
  """Minimizes the loss of the network that `weights` builds."""
  loss = loss_of(weights())
  step = v1.train.get_or_create_global_step()
  optimizer = optimizer or v1.train.GradientDescentOptimizer(0.25)
  return optimizer.minimize(loss, global_step=step)


def _optimizer(make: Callable[..., Any], *args: Any, **kwargs: Any
               ) -> Callable[[], tf.Operation]:
  return lambda: train_op_of(mlp, make(*args, **kwargs))


def _sparse_adam() -> tf.Operation:
  return train_op_of(lambda: _embedding(True), v1.train.AdamOptimizer(0.05))


def _clipped() -> tf.Operation:
  optimizer = v1.train.MomentumOptimizer(0.1, 0.9)
  gradients, variables = zip(*optimizer.compute_gradients(loss_of(mlp())))
  gradients, _ = tf.clip_by_global_norm(gradients, 0.5)
  return optimizer.apply_gradients(
      zip(gradients, variables), v1.train.get_or_create_global_step())


def _keras_optimizer() -> tf.Operation:
  if not issubclass(tf.keras.layers.Layer, tf.Module):
    raise unittest.SkipTest('optimizers of Keras 3 are not for v1 graphs')
  legacy = getattr(tf.keras.optimizers, 'legacy', tf.keras.optimizers)
  optimizer = legacy.Adam(0.05)
  loss = loss_of(mlp(use_resource=True))
  step = v1.train.get_or_create_global_step()
  optimizer.iterations = step
  return tf.group(optimizer.get_updates(loss, v1.trainable_variables()))


def _two_optimizers() -> tf.Operation:
  loss = loss_of(mlp())
  hidden, head = v1.trainable_variables()
  step = v1.train.get_or_create_global_step()
  return tf.group(
      v1.train.GradientDescentOptimizer(0.25).minimize(loss, var_list=[hidden]),
      v1.train.AdamOptimizer(0.05).minimize(
          loss, global_step=step, var_list=[head]))


def _by_hand() -> tf.Operation:
  """Updates written as assignments."""
  loss = loss_of(mlp(use_resource=True))
  variables = v1.trainable_variables()
  step = v1.train.get_or_create_global_step()
  updates = [
      variable.assign(variable - 0.25 * gradient)
      for variable, gradient in zip(variables, tf.gradients(loss, variables))]
  with tf.control_dependencies(updates):
    return v1.assign(step, step + 1).op


def _averaged(use_resource: bool) -> tf.Operation:
  with v1.variable_scope('', use_resource=use_resource):
    train_op = train_op_of(mlp)
    average = tf.train.ExponentialMovingAverage(0.5)
    # With `tf.cond` of TF 2 its initializer races that of a ref variable.
    with maskable_graphs.control_flow(False), tf.control_dependencies(
        [train_op]):
      return average.apply(v1.trainable_variables())


def _loss_scaled(scale: Any) -> tf.Operation:
  make = v1.train.experimental.MixedPrecisionLossScaleOptimizer
  return train_op_of(
      mlp, make(v1.train.GradientDescentOptimizer(0.25), scale))


def _sync_replicas() -> tf.Operation:
  optimizer = v1.train.SyncReplicasOptimizer(
      v1.train.GradientDescentOptimizer(0.25), 1, 1)
  train_op = train_op_of(mlp, optimizer)
  v1.add_to_collection(HOOKS, optimizer.make_session_run_hook(True, 0))
  return train_op


OPTIMIZERS: Dict[str, Callable[[], tf.Operation]] = {
    'Momentum': _optimizer(v1.train.MomentumOptimizer, 0.1, 0.9),
    'Nesterov': _optimizer(
        v1.train.MomentumOptimizer, 0.1, 0.9, use_nesterov=True),
    'Adam': _optimizer(v1.train.AdamOptimizer, 0.05),
    'Adagrad': _optimizer(v1.train.AdagradOptimizer, 0.5),
    'RMSProp': _optimizer(v1.train.RMSPropOptimizer, 0.05),
    'centered RMSProp': _optimizer(
        v1.train.RMSPropOptimizer, 0.05, centered=True),
    'Ftrl': _optimizer(v1.train.FtrlOptimizer, 0.5),
    'Adadelta': _optimizer(v1.train.AdadeltaOptimizer, 1.0),
    'AdagradDA': lambda: train_op_of(mlp, v1.train.AdagradDAOptimizer(
        0.5, v1.train.get_or_create_global_step())),
    'ProximalAdagrad': _optimizer(v1.train.ProximalAdagradOptimizer, 0.5),
    'ProximalGradientDescent': _optimizer(
        v1.train.ProximalGradientDescentOptimizer, 0.25),
    'Adam with sparse gradients': _sparse_adam,
    'clipped gradients': _clipped,
    'Keras optimizer': _keras_optimizer,
    'two optimizers': _two_optimizers,
    'assignments': _by_hand,
    'averages, ref': lambda: _averaged(False),
    'averages': lambda: _averaged(True),
    'loss scale': lambda: _loss_scaled(8.0),
    'dynamic loss scale': lambda: _loss_scaled('dynamic'),
    'SyncReplicas': _sync_replicas,
}


def weight_values(session: Any) -> Dict[str, np.ndarray]:
  """Trainable weights of rank 2 or more by name; partitions as one."""
  parts: Dict[str, List[Any]] = {}
  for variable in v1.trainable_variables():
    if variable.shape.rank >= 2:
      parts.setdefault(
          variable.op.name.split('/part_')[0], []).append(variable)
  values = {}
  for name, held in parts.items():
    arrays = session.run(held)
    rows = sum(len(array) for array in arrays)
    axis = 0 if rows in (len(INPUTS[0]), 20) else 1
    values[name] = np.concatenate(arrays, axis)
  return values
