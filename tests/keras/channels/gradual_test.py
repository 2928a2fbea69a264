# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Channels are pruned while a model trains."""

from __future__ import annotations

import gc
import inspect
from unittest import mock

import numpy as np
import tensorflow as tf
from absl import logging
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.compat import keras_optimizers
from model_pruning._src.compat import keras_variables
from model_pruning._src.compat import tensorflow as tf_compat
from tests.support import keras_models
from tests.support import modes
from tests.support.channels import channel_models

keras = tf.keras
layers = keras.layers
# Masks change at steps 1, 2 and 4.
_SPEC = ('structure=channels,target_sparsity=0.5,pruning_frequency=2'
         ',sparsity_function_end_step=4,end_pruning_step=4')
_FOLLOWS = tf.executing_eagerly() and hasattr(layers, 'MultiHeadAttention')


def _model(frozen_norm=False):
  """Two layers that are added, and one after them."""
  inputs = keras.Input((6,))
  hidden = layers.Dense(8, name='one')(inputs)
  hidden = layers.BatchNormalization(
      name='norm', trainable=not frozen_norm)(hidden)
  hidden = layers.Add()([hidden, layers.Dense(8, name='two')(hidden)])
  hidden = layers.Dense(10, activation='relu', name='three')(hidden)
  return channel_models.randomize(
      keras.Model(inputs, layers.Dense(3, name='last')(hidden)))


def _compile(model, optimizer=None):
  model.compile(optimizer or keras.optimizers.Adam(0.05), 'mse')


def _train(model, first, last):
  random = np.random.RandomState(1)
  for inputs, labels in list(zip(
      random.randn(20, 4, 6).astype(np.float32),
      random.randn(20, 4, 3).astype(np.float32)))[first:last]:
    model.train_on_batch(inputs, labels)


class GradualTestCase(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if not _FOLLOWS:
      self.skipTest('channels are followed in eager mode from TF 2.4 on')
    keras.backend.clear_session()

  def assert_projected(self, model, pruner):
    """Checks that weights are zero where, and only where, masks say so."""
    values = {keras_variables.variable_name(one): keras_variables.value_of(one)
              for one in model.weights}
    self.assertNotEmpty(pruner.masks)
    for name, mask in pruner.masks.items():
      self.assertFalse(values[name][~mask].any(), name)
      self.assertAlmostEqual(
          pruner.sparsity[name], np.mean(values[name] == 0))

  def num_units(self, model):
    small = model_pruning.keras.remove_channels(model)
    inputs = np.random.RandomState(2).randn(5, 6).astype(np.float32)
    np.testing.assert_allclose(small(inputs), model(inputs), atol=1e-4)
    return [small.get_layer(name).units for name in ('one', 'two', 'three')]


class ScheduleTest(GradualTestCase):

  def test_channels_follow_the_schedule_and_can_be_removed_at_any_step(self):
    model = _model()
    pruner = model_pruning.keras.prune(model, _SPEC)
    _compile(model)
    wanted = {1: [6, 6, 7], 3: [4, 4, 6], 6: [4, 4, 5]}
    for step in range(1, 7):
      _train(model, step - 1, step)
      self.assertEqual(pruner.step, step)
      self.assert_projected(model, pruner)
      if step in wanted:
        self.assertEqual(self.num_units(model), wanted[step])
    targets = {one.name: one.target_sparsity for one in pruner.report.pruned}
    self.assertEqual(targets, pruner.sparsity)
    self.assertIn('norm/gamma', targets)
    self.assertAlmostEqual(targets['three/kernel'], 0.75)

  @parameterized.parameters('', ',sparsity_distribution=global')
  def test_with_a_jump_it_prunes_what_prune_now_prunes(self, distribution):
    spec = 'structure=channels,target_sparsity=0.5' + distribution
    model, other = _model(), _model()
    model_pruning.keras.prune(model, spec + ',sparsity_function_end_step=0')
    _compile(model, keras.optimizers.SGD(0.0))
    _train(model, 0, 1)
    model_pruning.keras.prune_now(other, spec)
    for one, wanted in zip(model.trainable_variables,
                           other.trainable_variables):
      np.testing.assert_array_equal(keras_variables.value_of(one),
                                    keras_variables.value_of(wanted))

  def test_bounds_hold_for_each_set_of_channels(self):
    model = _model()
    model.get_layer('three').set_weights(
        [value * 0.01 for value in model.get_layer('three').get_weights()])
    model_pruning.keras.prune(
        model, 'structure=channels,sparsity_function_end_step=0,'
        'sparsity_distribution=global,min_weight_sparsity=0.4,'
        'max_weight_sparsity=0.55')
    _compile(model, keras.optimizers.SGD(0.0))
    _train(model, 0, 1)
    one, _, three = self.num_units(model)
    self.assertBetween(one, 4, 5)
    self.assertBetween(three, 4, 6)
    self.assertEqual(one + three, 9)

  def test_kernels_that_are_not_to_be_pruned_keep_their_channels(self):
    model = _model()
    report = model_pruning.keras.prune(
        model, _SPEC + ',do_not_prune=[two/]').report
    self.assertNotIn('one/kernel', [one.name for one in report.pruned])
    _compile(model)
    _train(model, 0, 4)
    self.assertEqual(self.num_units(model), [8, 8, 5])

  def test_a_stripped_model_trains_dense(self):
    model = _model()
    pruner = model_pruning.keras.prune(model, _SPEC)
    _compile(model)
    _train(model, 0, 4)
    masks = pruner.masks
    self.assertIs(pruner.strip(), model)
    # By themselves channels at zero stay there: they get no gradient.
    channel_models.randomize(model)
    _compile(model)
    _train(model, 4, 8)
    kernel = keras_variables.value_of(model.get_layer('last').kernel)
    self.assertTrue(kernel[~masks['last/kernel']].any())
    model_pruning.keras.prune(model, _SPEC)  # It is not pruned already.

  def test_of_a_model_that_is_deleted_only_its_training_is_spoken_of(self):
    inputs = keras.Input((6,))
    # No group has the kernel of `whole`: its channels are of the model itself.
    model = keras.Model(inputs, [
        layers.Dense(3, name='whole')(inputs),
        layers.Dense(3)(layers.Dense(8)(inputs))])
    report = model_pruning.keras.prune(model, _SPEC).report
    self.assertRegex(
        ' '.join(weight.name for weight in report.skipped), 'whole/kernel')
    gc.collect()  # Of other tests.
    with mock.patch.object(logging, 'warning') as warning:
      del model, inputs
      keras.backend.clear_session()
      gc.collect()
    warning.assert_not_called()


class MemberTest(GradualTestCase):

  def test_a_frozen_weight_keeps_its_channels_and_the_report_says_so(self):
    model = _model(frozen_norm=True)
    pruner = model_pruning.keras.prune(model, _SPEC)
    self.assertRegex(' '.join(pruner.report.warnings),
                     'not trained.*norm/gamma')
    _compile(model)
    _train(model, 0, 4)
    self.assertEqual(self.num_units(model), [8, 8, 5])

  @parameterized.parameters('one', 'last')
  def test_a_weight_without_gradient_does_not_stop_the_others(self, name):
    model = _model()
    pruner = model_pruning.keras.prune(model, _SPEC)
    optimizer = keras.optimizers.Adam(0.05)
    idle = {id(one) for one in model.get_layer(name).trainable_variables}
    variables = [one for one in model.trainable_variables
                 if id(one) not in idle]
    inputs = tf.constant(np.random.RandomState(0).randn(4, 6), tf.float32)
    for _ in range(5):
      with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(inputs, training=True) - 1.0))
      optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
      self.assert_projected(model, pruner)
    self.assertEqual(pruner.step, 5)
    self.assertEqual(self.num_units(model), [4, 4, 5])

  def test_a_trace_of_several_updates_updates_masks_in_each(self):
    for one, other in zip(self._trained_in_traces_of(1),
                          self._trained_in_traces_of(2)):
      np.testing.assert_array_equal(one, other)

  def _trained_in_traces_of(self, num_traced):
    """The weights after 4 updates, so many in one call of a function."""
    model = _model()
    pruner = model_pruning.keras.prune(model, _SPEC)
    variables = model.trainable_variables
    optimizer = keras.optimizers.SGD(0.05)
    if hasattr(optimizer, 'build'):
      optimizer.build(variables)
    inputs = tf.constant(np.random.RandomState(0).randn(4, 6), tf.float32)

    def step():
      for _ in range(num_traced):
        with tf.GradientTape() as tape:
          loss = tf.reduce_mean(tf.square(model(inputs) - 1.0))
        optimizer.apply_gradients(
            zip(tape.gradient(loss, variables), variables))

    step = tf.function(step, autograph=False)
    for num_updates in range(num_traced, 5, num_traced):
      step()
      self.assertEqual(pruner.step, num_updates)
      self.assert_projected(model, pruner)
    self.assertEqual(self.num_units(model), [4, 4, 5])
    return [keras_variables.value_of(variable) for variable in variables]

  def test_columns_of_an_embedding_go(self):
    inputs = keras.Input((3,), dtype='int32')
    hidden = layers.Embedding(16, 8, name='words')(inputs)
    hidden = layers.GlobalAveragePooling1D()(hidden)
    model = channel_models.randomize(
        keras.Model(inputs, layers.Dense(3, name='last')(hidden)))
    pruner = model_pruning.keras.prune(model, _SPEC)
    _compile(model)
    for _ in range(5):
      model.train_on_batch(np.arange(12).reshape(4, 3), np.ones((4, 3)))
      self.assert_projected(model, pruner)
    self.assertEqual(pruner.step, 5)
    small = model_pruning.keras.remove_channels(model)
    self.assertEqual(small.get_layer('words').output_dim, 4)

  @parameterized.parameters(None, 3)
  def test_averages_of_weights_lose_the_same_channels(self, frequency):
    if 'use_ema' not in inspect.signature(keras.optimizers.SGD).parameters:
      self.skipTest('optimizers of this Keras have no use_ema')
    optimizer = keras.optimizers.SGD(
        0.1, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=frequency)
    model = _model()
    pruner = model_pruning.keras.prune(model, _SPEC)
    _compile(model, optimizer)
    _train(model, 0, 6)
    self.assert_projected(model, pruner)
    for variable in model.trainable_variables:
      mask = pruner.masks.get(keras_variables.variable_name(variable))
      if mask is not None:
        [average] = keras_optimizers.averages_of(optimizer, variable)
        self.assertFalse(keras_variables.value_of(average)[~mask].any())


class ResumeTest(GradualTestCase):

  @parameterized.parameters(True, False)
  def test_training_that_was_killed_ends_with_the_same_bits(self, has_state):
    step = 3
    model = _model()
    pruner = model_pruning.keras.prune(model, _SPEC)
    _compile(model)
    _train(model, 0, step)
    state = {'pruner': pruner} if has_state else {}
    path = tf.train.Checkpoint(
        model=model, optimizer=model.optimizer, **state).save(
            self.create_tempdir().full_path + '/checkpoint')
    _train(model, step, 8)
    other = _model()
    _compile(other)
    resumed = model_pruning.keras.prune(other, _SPEC)
    state = {'pruner': resumed} if has_state else {}
    tf.train.Checkpoint(
        model=other, optimizer=other.optimizer, **state).restore(path)
    _train(other, step, 8)
    self.assertEqual(resumed.step, 8)
    for one, wanted in zip(other.get_weights(), model.get_weights()):
      np.testing.assert_array_equal(one, wanted)


class ReplicasTest(GradualTestCase):

  @parameterized.parameters('Adam', 'legacy.Adam')
  def test_every_replica_prunes_the_same_channels(self, name):
    if name == 'legacy.Adam' and (keras_models.IS_KERAS_3 or not hasattr(
        keras.optimizers, 'legacy')):
      self.skipTest('this Keras has optimizers of one kind')
    strategy = modes.two_replicas(
        self, cross_device_ops=tf.distribute.ReductionToOneDevice())
    kinds = (keras_models.legacy_optimizers() if name == 'legacy.Adam'
             else keras.optimizers)
    with strategy.scope():
      model = _model()
      _compile(model, kinds.Adam(0.05))
      pruner = model_pruning.keras.prune(model, _SPEC)
    random = np.random.RandomState(1)
    model.fit(random.randn(20, 6), random.randn(20, 3), batch_size=4,
              verbose=0)
    self.assertEqual(pruner.step, 5)
    self.assertEqual([int(mask.any(axis=0).sum())
                      for name, mask in pruner.masks.items()
                      if name in ('one/kernel', 'three/kernel')], [4, 5])
    for variable in [*map(keras_variables.backend_variable,
                          model.trainable_variables),
                     *(variable for state in pruner.states
                       for variable in state.all_variables())]:
      first, second = map(keras_variables.value_of,
                          tf_compat.replicas(variable))
      np.testing.assert_array_equal(first, second)


class RefusalTest(GradualTestCase):

  def test_what_is_no_model_is_refused(self):
    layer = layers.Dense(3)
    layer.build((None, 4))
    with self.assertRaisesRegex(TypeError, 'must be a Keras model'):
      model_pruning.keras.prune(layer, _SPEC)


class OlderTest(absltest.TestCase):

  def test_a_keras_whose_channels_cannot_be_followed_is_refused(self):
    if _FOLLOWS:
      self.skipTest('channels can be followed')
    model = keras.Sequential([layers.Dense(3, input_shape=(4,))])
    with self.assertRaisesRegex(ValueError, 'TensorFlow 2.4|eager mode'):
      model_pruning.keras.prune(model, _SPEC)


if __name__ == '__main__':
  absltest.main()
