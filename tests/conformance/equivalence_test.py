# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""One network and one spec: the same bits, whatever they are attached by."""

from __future__ import annotations

import inspect

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support import estimator_shim
from tests.support import keras_models
from tests.support import modes

v1 = tf.compat.v1

_SPEC = ('target_sparsity=0.75,pruning_frequency=3'
         ',sparsity_function_end_step=10,block_dims_map=[second:2x1]')
_COMMON = ('target_sparsity=0.75,pruning_frequency=3'
           ',sparsity_function_end_step=10,')
_NUM_STEPS = 13
# A power of two: whether product and sum are rounded once or twice, the
# updates of all optimizers are the same.
_RATE = 0.25

_RANDOM = np.random.RandomState(0)
_BATCHES = _RANDOM.randn(_NUM_STEPS, 16, 6).astype(np.float32)
_LABELS = np.argmax(_BATCHES, 2) % 4
_INITIAL = [_RANDOM.randn(6, 8).astype(np.float32),
            _RANDOM.randn(8, 4).astype(np.float32)]


def _loss(first, second, features, labels):
  logits = tf.matmul(tf.nn.relu(tf.matmul(features, first)), second)
  return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
      labels=labels, logits=logits))


def _dataset():
  return v1.data.Dataset.from_tensor_slices((_BATCHES, _LABELS))


def _model_fn(features, labels, mode):
  kernels = [v1.get_variable(name, initializer=value, use_resource=True)
             for name, value in zip(('first', 'second'), _INITIAL)]
  loss = _loss(*kernels, features, labels)
  train_op = v1.train.GradientDescentOptimizer(_RATE).minimize(
      loss, global_step=v1.train.get_or_create_global_step())
  api = estimator_shim.v1_api()
  if api is None:
    return train_op
  return api.EstimatorSpec(mode, loss=loss, train_op=train_op)


def _train_op():
  features, labels = v1.data.make_one_shot_iterator(_dataset()).get_next()
  result = _model_fn(features, labels, 'train')
  return getattr(result, 'train_op', result)


def _by_hook(spec=_SPEC):
  with tf.Graph().as_default():
    train_op = _train_op()
    with v1.train.MonitoredSession(
        hooks=[model_pruning.PruningHook(spec)]) as session:
      for _ in range(_NUM_STEPS):
        session.run(train_op)
      return session.run(v1.trainable_variables())


def _by_train_op():
  with tf.Graph().as_default(), v1.Session() as session:
    train_op = model_pruning.prune_train_op(_train_op(), _SPEC)
    session.run(v1.global_variables_initializer())
    for _ in range(_NUM_STEPS):
      session.run(train_op)
    return session.run(v1.trainable_variables())


def _by_keras(spec, optimizer, make_function):
  layers = tf.keras.layers
  model = tf.keras.Sequential([
      layers.InputLayer((6,)),
      layers.Dense(8, 'relu', use_bias=False, name='first'),
      layers.Dense(4, use_bias=False, name='second')])
  model.set_weights(_INITIAL)
  pruner = model_pruning.keras.prune(model, spec)
  if 'gradient' in spec:
    optimizer = pruner.with_gradients(optimizer)

  @make_function
  def step(features, labels):
    with tf.GradientTape() as tape:
      loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
          labels=labels, logits=model(features)))
    variables = model.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))

  for features, labels in zip(_BATCHES, _LABELS):
    step(tf.constant(features), tf.constant(labels))
  return model.get_weights()


class EquivalenceTest(parameterized.TestCase):

  def _check(self, weights):
    for weight, wanted in zip(weights, _by_hook()):
      self.assertEqual((wanted == 0).sum(), wanted.size * 3 // 4)
      np.testing.assert_array_equal(weight, wanted)

  def test_a_pruned_train_op_trains_as_the_hook_does(self):
    self._check(_by_train_op())

  def test_a_pruned_model_fn_trains_as_the_hook_does(self):
    api = estimator_shim.v1_api()
    if api is None:
      self.skipTest(f'TensorFlow {tf.__version__} has no Estimator')
    estimator = api.Estimator(
        model_pruning.prune_model_fn(_model_fn, _SPEC),
        self.create_tempdir().full_path)
    estimator.train(_dataset)
    self._check([estimator.get_variable_value(name)
                 for name in ('first', 'second')])

  @parameterized.parameters(*[
      (spec, optimizer, mode) for spec in (
          _SPEC, _COMMON + 'sparsity_distribution=global',
          _COMMON + 'group_pruning=True,group_sparsity_map=[.*:0.5]',
          _COMMON + 'sparsity_distribution=erk',
          _COMMON + 'prune_option=first_order_gradient',
          _COMMON + 'prune_option=second_order_gradient',
          _COMMON + 'prune_option=mean_gradient,sparsity_distribution=global')
      for optimizer in ('optimizers', 'optimizers.legacy')
      for mode in ('eager', 'function')])
  def test_a_keras_model_trains_as_the_graph_does(
      self, spec, optimizer, mode):
    if not modes.is_eager():
      self.skipTest('a loop over a Keras model needs eager mode')
    module = tf.keras.optimizers
    if optimizer != 'optimizers':
      if keras_models.IS_KERAS_3 or not hasattr(module, 'legacy'):
        self.skipTest('this Keras has optimizers of one kind')
      module = module.legacy
    for weight, wanted in zip(
        _by_keras(spec, module.SGD(_RATE),
                  tf.function if mode == 'function' else lambda step: step),
        _by_hook(spec)):
      self.assertGreater((wanted == 0).sum(), 0)
      np.testing.assert_array_equal(weight, wanted)


class PruneModelFnTest(parameterized.TestCase):

  def test_the_signature_is_that_of_the_model_fn(self):
    def model_fn(features, labels, mode, params):
      """Does nothing."""
      del features, labels, mode, params

    pruned = model_pruning.prune_model_fn(model_fn, _SPEC)
    self.assertEqual(inspect.getfullargspec(pruned).args,
                     ['features', 'labels', 'mode', 'params'])
    self.assertEqual(pruned.__doc__, 'Does nothing.')

  @parameterized.parameters(None, 'model_fn', 3)
  def test_what_is_no_function_is_refused(self, model_fn):
    with self.assertRaisesRegex(TypeError, 'model_fn'):
      model_pruning.prune_model_fn(model_fn, _SPEC)

  def test_a_bad_spec_is_refused_at_once(self):
    with self.assertRaisesRegex(ValueError, 'target_sparsity.*1.5'):
      model_pruning.prune_model_fn(_model_fn, 'target_sparsity=1.5')


class PruneTrainOpTest(parameterized.TestCase):

  def test_a_tensor_is_given_back_as_a_tensor(self):
    with tf.Graph().as_default(), v1.Session() as session:
      train_op = _train_op()
      with tf.control_dependencies([train_op]):
        loss = tf.constant(7.0)
      pruned = model_pruning.prune_train_op(loss, _SPEC)
      session.run(v1.global_variables_initializer())
      self.assertEqual(session.run(pruned), 7.0)
      self.assertEqual(session.run(v1.train.get_global_step()), 1)

  def test_what_is_no_operation_is_refused(self):
    with self.assertRaisesRegex(TypeError, 'train_op'):
      model_pruning.prune_train_op('train', _SPEC)

  def test_an_operation_that_trains_nothing_is_refused(self):
    with tf.Graph().as_default():
      _train_op()
      with self.assertRaisesRegex(ValueError, 'no operation of the train op'):
        model_pruning.prune_train_op(tf.no_op(), 'target_sparsity=0.5')

  def test_a_finalized_graph_is_refused(self):
    with tf.Graph().as_default() as graph:
      train_op = _train_op()
      graph.finalize()
      with self.assertRaisesRegex(ValueError, 'finalized'):
        model_pruning.prune_train_op(train_op, _SPEC)

  def test_a_global_step_that_does_not_move_is_warned_of(self):
    with tf.Graph().as_default():
      kernel = v1.get_variable('kernel', [4, 4])
      loss = tf.reduce_sum(tf.matmul(kernel, kernel))
      v1.train.get_or_create_global_step()
      train_op = v1.train.GradientDescentOptimizer(0.1).minimize(loss)
      with self.assertLogs(level='WARNING') as logs:
        model_pruning.prune_train_op(train_op, 'target_sparsity=0.5')
      self.assertRegex('\n'.join(logs.output), 'moves the global step')

  def test_each_train_op_has_its_own_spec_and_step(self):
    with tf.Graph().as_default(), v1.Session() as session:
      ops = {}
      for name in 'ab':
        kernel = v1.get_variable(name, initializer=_INITIAL[0])
        step = v1.get_variable(
            name + '_step', [], tf.int64, trainable=False,
            initializer=v1.zeros_initializer())
        loss = tf.reduce_sum(tf.matmul(tf.constant(_BATCHES[0]), kernel))
        ops[name] = v1.train.GradientDescentOptimizer(_RATE).minimize(
            loss, global_step=step, var_list=[kernel])
        ops[name] = model_pruning.prune_train_op(
            ops[name], f'target_sparsity={0.5 if name == "a" else 0.75}'
            ',sparsity_function_end_step=0', step)
      session.run(v1.global_variables_initializer())
      session.run(ops['a'])
      a, b = session.run(v1.trainable_variables())
      self.assertEqual((a == 0).sum(), 24)
      np.testing.assert_array_equal(b, _INITIAL[0])
      session.run(ops['b'])
      a, b = session.run(v1.trainable_variables())
      self.assertEqual(((a == 0).sum(), (b == 0).sum()), (24, 36))


if __name__ == '__main__':
  absltest.main()
