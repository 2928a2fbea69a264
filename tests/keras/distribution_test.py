# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Pruned Keras models under strategies of one process."""

from __future__ import annotations

import collections
import gc
import weakref
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.compat import keras_variables
from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.keras import training_end
from tests.support import keras_models
from tests.support import keras_training
from tests.support import modes

keras = tf.keras
_LEGACY = getattr(keras.optimizers, 'legacy', None)
_OPTIMIZERS = {'Adam': keras.optimizers.Adam}
if hasattr(_LEGACY, 'Adam') and not keras_models.IS_KERAS_3:
  _OPTIMIZERS['legacy.Adam'] = _LEGACY.Adam
_COMMUNICATION = ('AddN', 'Collective', 'Nccl')


def _communication(graph):
  """How often a graph moves tensors of which shapes between devices."""
  return collections.Counter(
      (op.type, tuple(op.outputs[0].shape.as_list()))
      for op in graph.get_operations()
      if op.type.startswith(_COMMUNICATION) and op.outputs[0].shape.rank)


class StrategyTestCase(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if keras_models.IS_KERAS_3 and not modes.is_eager():
      self.skipTest('Keras 3 has no graph mode')
    keras.backend.clear_session()
    tf.compat.v1.set_random_seed(1)

  def start(self, strategy, model='functional', optimizer='Adam', pruned=True):
    """A model, its optimizer and its pruner, under a strategy."""
    with strategy.scope():
      model = keras_models.MODELS[model]()
      optimizer = _OPTIMIZERS[optimizer](0.01)
      keras_models.compile_(model, optimizer=optimizer)
      pruner = (model_pruning.keras.prune(model, keras_training.SPEC)
                if pruned else None)
    return model, optimizer, pruner

  def check_replicas(self, model, pruner, num_replicas):
    """Raises unless weights and masks are the same on every replica."""
    variables = [keras_variables.backend_variable(variable)
                 for variable in model.variables]
    variables += [variable for state in pruner.states
                  for variable in state.all_variables()]
    for variable in variables:
      first, *others = [keras_variables.value_of(replica)
                        for replica in tf_compat.replicas(variable)]
      self.assertLen(others, num_replicas - 1)
      for other in others:
        np.testing.assert_array_equal(other, first, variable.name)


def _two_replicas(test):
  # Not the default: collectives of two strategies of a process mix up if their
  # models differ.
  return modes.two_replicas(
      test, cross_device_ops=tf.distribute.ReductionToOneDevice())


def _fit(model, after_step):
  images, labels = keras_models.batch()
  steps = keras_training.NUM_STEPS
  model.fit(
      np.tile(images, (steps, 1, 1, 1)), np.tile(labels, steps),
      batch_size=32, shuffle=False, verbose=0,
      callbacks=[keras.callbacks.LambdaCallback(
          on_batch_end=lambda batch, logs: after_step(batch + 1))])


def _loop_step(strategy, model, optimizer):
  """An update of a loop of one's own, each replica on images of its own."""
  images, labels = keras_models.batch()

  def replica_step():
    which = tf.cast(
        tf.distribute.get_replica_context().replica_id_in_sync_group, tf.int32)
    with tf.GradientTape() as tape:
      logits = model(images[16 * which:16 * which + 16], training=True)
      loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
          labels=labels[16 * which:16 * which + 16], logits=logits))
    variables = model.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))

  images, labels = tf.constant(images), tf.constant(labels)
  return tf.function(lambda: strategy.run(replica_step), autograph=False)


class MirroredTest(StrategyTestCase):

  @parameterized.parameters(*[
      (model, optimizer) for model in ('functional', 'subclassed')
      for optimizer in _OPTIMIZERS])
  def test_fit_is_exact_after_each_update_on_every_replica(
      self, model, optimizer):
    if model == 'subclassed' and not modes.is_eager():
      self.skipTest('Keras in graph mode distributes no subclassed model')
    model, _, pruner = self.start(_two_replicas(self), model, optimizer)
    check = keras_training.exact_after_each_step(self, model, pruner)

    def after_step(num_updates):
      check(num_updates)
      self.check_replicas(model, pruner, 2)

    _fit(model, after_step)

  @parameterized.parameters(*[[name] for name in _OPTIMIZERS])
  def test_a_loop_is_exact_after_each_update_on_every_replica(
      self, optimizer):
    strategy = _two_replicas(self)
    if not modes.is_eager():
      self.skipTest('a GradientTape loop needs eager mode')
    if not hasattr(strategy, 'run'):
      self.skipTest(f'TensorFlow {tf.__version__} has no Strategy.run')
    model, optimizer, pruner = self.start(strategy, optimizer=optimizer)
    check = keras_training.exact_after_each_step(self, model, pruner)
    step = _loop_step(strategy, model, optimizer)
    for num_updates in range(1, keras_training.NUM_STEPS + 1):
      step()
      check(num_updates)
      self.check_replicas(model, pruner, 2)

  @parameterized.parameters(*[
      (optimizer, reduction) for optimizer in _OPTIMIZERS
      for reduction in ('of the strategy', 'to one device')])
  def test_pruning_adds_no_communication(self, optimizer, reduction):
    if not modes.is_eager():
      self.skipTest('a GradientTape loop needs eager mode')
    if reduction == 'to one device':
      strategy = _two_replicas(self)
    else:
      strategy = modes.two_replicas(self)
    if not hasattr(strategy, 'run'):
      self.skipTest(f'TensorFlow {tf.__version__} has no Strategy.run')
    counts = []
    for pruned in (False, True):
      model, optimizer_, _ = self.start(
          strategy, optimizer=optimizer, pruned=pruned)
      if hasattr(optimizer_, 'build'):
        with strategy.scope():
          optimizer_.build(model.trainable_variables)
      step = _loop_step(strategy, model, optimizer_)
      counts.append(_communication(step.get_concrete_function().graph))
    self.assertGreater(sum(counts[0].values()), 0)
    self.assertEqual(counts[1], counts[0])

  @parameterized.parameters('float32', 'mixed_float16')
  def test_the_last_words_on_a_model_are_noticed_by_no_gradient(self, policy):
    strategy = _two_replicas(self)
    if not modes.is_eager():
      self.skipTest('nothing is said of a model of a graph that is deleted')
    if not hasattr(keras.mixed_precision, 'set_global_policy'):
      self.skipTest(f'Keras of TensorFlow {tf.__version__} has other policies')
    keras.mixed_precision.set_global_policy(policy)
    self.addCleanup(keras.mixed_precision.set_global_policy, 'float32')
    gc.collect()  # Of other tests.
    model = self.start(strategy)[0]
    _fit(model, lambda num_updates: None)

    @tf.custom_gradient
    def identity(x):
      # It may be at any place, as where gradients of replicas are added.
      tf.distribute.get_replica_context().merge_call(
          lambda strategy: gc.collect())
      return tf.identity(x), lambda upstream: upstream

    gc.disable()
    self.addCleanup(gc.enable)
    with mock.patch.object(
        training_end, 'warn', wraps=training_end.warn) as warn:
      living = weakref.ref(model)
      del model
      loss = tf.function(identity, autograph=False)(tf.constant(2.0))
    if living() is not None:
      self.skipTest('this Keras keeps a model of mixed precision')
    warn.assert_called_once()
    self.assertEqual(loss.numpy(), 2.0)


class CentralStorageTest(StrategyTestCase):

  def _start(self, optimizer, num_devices):
    modes.two_replicas(self)
    strategy = tf.distribute.experimental.CentralStorageStrategy(
        ['/cpu:0', '/cpu:1'][:num_devices], '/cpu:0')
    return self.start(strategy, optimizer=optimizer)

  @parameterized.parameters(*[
      (optimizer, num_devices) for optimizer in _OPTIMIZERS
      for num_devices in (1, 2)])
  def test_fit_is_exact_after_each_update_or_says_why_not(
      self, optimizer, num_devices):
    try:
      model, _, pruner = self._start(optimizer, num_devices)
    except NotImplementedError:
      self.skipTest(f'Keras of TensorFlow {tf.__version__} builds no model '
                    'under a CentralStorageStrategy of two devices')
    check = keras_training.exact_after_each_step(self, model, pruner)
    # Those of Keras 2.11 and later constrain a weight once a replica.
    if num_devices > 1 and hasattr(model.optimizer, 'update_step'):
      with self.assertRaisesRegex(ValueError, 'one variable for 2 replicas'):
        _fit(model, check)
    else:
      _fit(model, check)


if __name__ == '__main__':
  absltest.main()
