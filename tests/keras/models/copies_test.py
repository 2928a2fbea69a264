# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A copy of a pruned model is not pruned and knows nothing of the original."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning

keras = tf.keras
_SPEC = ('target_sparsity=0.75,sparsity_function_end_step=4'
         ',end_pruning_step=4,pruning_frequency=1')
_FEATURES = np.random.RandomState(0).randn(32, 8).astype(np.float32)
_LABELS = np.random.RandomState(1).randn(32, 4).astype(np.float32)


def _model(constraint=None):
  model = keras.Sequential([
      keras.layers.InputLayer((8,)),
      keras.layers.Dense(8, name='first', kernel_constraint=constraint),
      keras.layers.Dense(4, name='second')])
  model.compile('adam', 'mse')
  return model


def _fit(model):
  model.fit(_FEATURES, _LABELS, batch_size=4, verbose=0)


def _train_layer(layer):
  with tf.GradientTape() as tape:
    loss = tf.reduce_mean(layer(_FEATURES) ** 2)
  variables = layer.trainable_variables
  keras.optimizers.SGD(1.0).apply_gradients(
      zip(tape.gradient(loss, variables), variables))


def _pickled(model):
  return pickle.loads(pickle.dumps(model))


def _cloned(model):
  clone = keras.models.clone_model(model)
  clone.set_weights(model.get_weights())
  return clone


def _from_config(model):
  clone = type(model).from_config(model.get_config())
  clone.set_weights(model.get_weights())
  return clone


class CopiesTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if not tf.executing_eagerly():
      self.skipTest('variables of a graph cannot be copied')
    keras.backend.clear_session()

  def _state(self, pruner):
    return [keras.backend.get_value(variable) for state in pruner.states
            for variable in state.all_variables()]

  def _assert_same(self, actual, expected):
    self.assertLen(actual, len(expected))
    for one, other in zip(actual, expected):
      np.testing.assert_array_equal(one, other)

  @parameterized.parameters(copy.deepcopy, _pickled, _cloned, _from_config)
  def test_a_copied_model_trains_dense_and_moves_nothing(self, copied):
    model = _model()
    pruner = model_pruning.keras.prune(model, _SPEC)
    _fit(model)
    state, weights = self._state(pruner), model.get_weights()
    try:
      twin = copied(model)
    except (TypeError, AttributeError) as error:
      plain = _model()
      _fit(plain)
      with self.assertRaises(type(error)):  # Nor does this Keras copy others.
        copied(plain)
      self.skipTest(f'this Keras cannot copy a model like that: {error}')
    self._assert_same(twin.get_weights(), weights)
    twin.compile('adam', 'mse')
    _fit(twin)
    self.assertTrue(all(weight.all() for weight in twin.get_weights()))
    self._assert_same(self._state(pruner), state)
    self._assert_same(model.get_weights(), weights)

  @parameterized.parameters(copy.deepcopy, _pickled, _cloned, _from_config)
  def test_pruning_of_a_copy_goes_on_from_its_zeros(self, copied):
    model = _model()
    model_pruning.keras.prune(model, _SPEC)
    _fit(model)
    try:
      twin = copied(model)
    except (TypeError, AttributeError) as error:
      self.skipTest(f'this Keras cannot copy a model like that: {error}')
    pruner = model_pruning.keras.prune(twin, _SPEC)
    for kernel, mask in zip(model.get_weights()[::2], pruner.masks.values()):
      np.testing.assert_array_equal(mask, kernel != 0)
    twin.compile('adam', 'mse')
    _fit(twin)
    self.assertEqual(list(pruner.sparsity.values()), [0.75, 0.75])

  def test_a_copied_layer_trains_dense_and_can_be_pruned(self):
    model = _model(keras.constraints.NonNeg())
    pruner = model_pruning.keras.prune(model, _SPEC)
    _fit(model)
    state = self._state(pruner)
    layer = copy.deepcopy(model.get_layer('first'))
    before = layer.get_weights()[0]
    _train_layer(layer)
    after = layer.get_weights()[0]
    self.assertTrue((before != after).any())
    self.assertTrue((after >= 0).all())  # The constraint of the user.
    self._assert_same(self._state(pruner), state)
    second = model_pruning.keras.prune(
        layer, 'target_sparsity=0.5,sparsity_function_end_step=0')
    _train_layer(layer)
    self.assertEqual(second.step, 1)
    self.assertGreaterEqual(list(second.sparsity.values())[0], 0.5)
    self._assert_same(self._state(pruner), state)

  def test_a_pruner_cannot_be_copied(self):
    pruner = model_pruning.keras.prune(_model(), _SPEC)
    for copied in copy.copy, copy.deepcopy, pickle.dumps:
      with self.assertRaisesRegex(TypeError, 'cannot be copied.*`prune`'):
        copied(pruner)

  def test_a_copied_optimizer_shows_its_gradients_to_nobody(self):
    model = _model()
    pruner = model_pruning.keras.prune(
        model, _SPEC + ',prune_option=first_order_gradient')
    optimizer = pruner.with_gradients(keras.optimizers.SGD())
    try:
      twin = copy.deepcopy(optimizer)
    except RuntimeError:
      with self.assertRaises(RuntimeError):
        copy.deepcopy(keras.optimizers.SGD())
      self.skipTest('this Keras cannot copy an optimizer')
    other = _model()
    other.compile(twin, 'mse')
    _fit(other)
    self.assertEqual(pruner.step, 0)

  def test_a_copied_wrapper_prunes_its_own_layer(self):
    layer = model_pruning.keras.prune_low_magnitude(
        keras.layers.Dense(8), model_pruning.keras.ConstantSparsity(
            0.5, 0, frequency=1))
    layer(_FEATURES)
    _train_layer(layer)
    values = [keras.backend.get_value(weight) for weight in layer.weights]
    twin = copy.deepcopy(layer)
    self._assert_same(
        [keras.backend.get_value(weight) for weight in twin.weights], values)
    for _ in range(3):
      _train_layer(twin)
    self.assertEqual(int(keras.backend.get_value(twin.pruning_step)), 4)
    self.assertEqual((twin.get_weights()[0] == 0).mean(), 0.5)
    self._assert_same(
        [keras.backend.get_value(weight) for weight in layer.weights], values)

  def test_the_copied_layer_of_a_wrapper_is_plain(self):
    layer = model_pruning.keras.prune_low_magnitude(
        keras.layers.Dense(8), model_pruning.keras.ConstantSparsity(
            0.5, 0, frequency=1))
    layer(_FEATURES)
    _train_layer(layer)
    twin = copy.deepcopy(layer.layer)
    _train_layer(twin)
    self.assertTrue(twin.get_weights()[0].all())
    self.assertEqual(int(keras.backend.get_value(layer.pruning_step)), 1)


if __name__ == '__main__':
  absltest.main()
