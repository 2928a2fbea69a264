# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Wrapped layers of models that change, or were trained, before or after."""

from __future__ import annotations

import gc

import numpy as np
import tensorflow as tf
from absl import logging
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning import keras as sparsity
from tests.support import wrapped_models

keras = tf.keras
layers = keras.layers
_FEATURES = np.random.RandomState(0).randn(16, 8).astype(np.float32)
_AT_ONCE = sparsity.ConstantSparsity(0.5, 0, frequency=1)


def _model(names=('first', 'second')):
  return keras.Sequential([
      layers.InputLayer((8,)), *(layers.Dense(8, name=name) for name in names)])


def _fit(model, is_compiled=False):
  if not is_compiled:
    model.compile('sgd', 'mse')
  model.fit(_FEATURES, _FEATURES, batch_size=8, verbose=0)


def _zeros(model):
  return {layer.name: float((layer.get_weights()[0] == 0).mean())
          for layer in model.layers if layer.get_weights()}


class ModelChangesTest(wrapped_models.WrapperTestCase):

  def _need(self, method):
    if not hasattr(layers.Dense, method):
      self.skipTest(f'this Keras has no {method}')

  def test_frozen_layers_are_named_as_they_stay_dense_when_trained_later(self):
    model = _model()
    model.get_layer('second').trainable = False
    with self.assertLogs('absl', 'WARNING') as logs:
      pruned = sparsity.prune_low_magnitude(model, _AT_ONCE)
    self.assertRegex(str(logs.output), 'they are frozen.*DENSE.*: second')
    pruned.get_layer('second').trainable = True
    _fit(pruned)
    self.assertEqual(_zeros(sparsity.strip_pruning(pruned)),
                     {'first': 0.5, 'second': 0.0})

  def test_training_that_ended_short_of_the_target_says_so(self):
    if not tf.executing_eagerly():
      self.skipTest('the session is closed when the model is deleted')
    pruned = sparsity.prune_low_magnitude(
        _model(), sparsity.PolynomialDecay(0.0, 0.9, 0, 1000, frequency=1))
    _fit(pruned)
    with self.assertLogs('absl', 'WARNING') as logs:
      del pruned
      keras.backend.clear_session()
      gc.collect()
    [line] = [line for line in logs.output if 'of the target 0.90' in line]
    self.assertIn('at step 2', line)

  def test_training_that_reached_the_target_says_nothing(self):
    pruned = sparsity.prune_low_magnitude(_model(), _AT_ONCE)
    _fit(pruned)
    with self.assertLogs('absl', 'WARNING') as logs:
      del pruned
      keras.backend.clear_session()
      gc.collect()
      logging.warning('the end')  # There is a line in any case.
    self.assertLen(logs.output, 1)

  def test_a_model_that_was_trained_before_prunes_the_layers_in_it(self):
    if not tf.executing_eagerly():
      self.skipTest('Keras builds the graph of a model once')
    encoder = _model()
    outer = keras.Sequential([layers.InputLayer((8,)), encoder])
    _fit(outer)
    sparsity.prune_low_magnitude(encoder, _AT_ONCE)
    _fit(outer, is_compiled=True)
    self.assertEqual(_zeros(encoder), {'first': 0.5, 'second': 0.5})

  def test_a_layer_that_was_replaced_is_trained_as_it_is(self):
    pruned = sparsity.prune_low_magnitude(_model(), _AT_ONCE)
    _fit(pruned)
    pruned.pop()
    pruned.add(layers.Dense(8, name='third'))
    _fit(pruned)
    self.assertEqual(_zeros(sparsity.strip_pruning(pruned)),
                     {'first': 0.5, 'third': 0.0})

  def test_adapters_and_the_frozen_kernel_under_them_are_not_pruned(self):
    self._need('enable_lora')
    model = _model()
    model.get_layer('second').enable_lora(2)
    pruned = sparsity.prune_low_magnitude(model, _AT_ONCE)
    self.assertLen(wrapped_models.wrappers(pruned), 1)
    _fit(pruned)
    self.assertEqual(_zeros(sparsity.strip_pruning(pruned)),
                     {'first': 0.5, 'second': 0.0})

  @parameterized.parameters('int8', 'int4')
  def test_a_quantized_layer_is_not_wrapped(self, mode):
    self._need('quantize')
    model = _model()
    try:
      model.get_layer('second').quantize(mode)
    except ValueError as error:
      self.skipTest(f'this Keras does not quantize to {mode}: {error}')
    pruned = sparsity.prune_low_magnitude(model, _AT_ONCE)
    [wrapper] = wrapped_models.wrappers(pruned)
    self.assertEqual(wrapper.layer.name, 'first')
    _fit(pruned)
    self.assertEqual(_zeros(sparsity.strip_pruning(pruned))['first'], 0.5)

  def test_two_of_the_last_three_inputs_go_at_a_ragged_edge(self):
    model = keras.Sequential([
        layers.InputLayer((7,)), layers.Dense(1, use_bias=False)])
    pruned = sparsity.prune_low_magnitude(model, sparsity_m_by_n=(2, 4))
    kernel = np.float32([[4], [3], [2], [1], [3], [2], [1]])
    pruned.layers[-1].set_weights([kernel])
    pruned.compile(keras.optimizers.SGD(0.0), 'mse')
    pruned.fit(_FEATURES[:, :7], _FEATURES[:, :1], verbose=0)
    [stripped] = sparsity.strip_pruning(pruned).get_weights()
    self.assertEqual(stripped[:, 0].tolist(), [4, 3, 0, 0, 3, 0, 0])


class Positions(layers.Layer):
  """A kernel, and a table of positions."""

  def build(self, input_shape):
    self.position_embedding = self.add_weight(
        name='position_embedding', shape=(8, 8), initializer='glorot_uniform')
    self.kernel = self.add_weight(
        name='kernel', shape=(8, 8), initializer='glorot_uniform')
    self.built = True

  def call(self, inputs):
    return tf.matmul(inputs + self.position_embedding[0], self.kernel)

  def compute_output_shape(self, input_shape):
    return input_shape


class NamesItsTable(Positions, sparsity.PrunableLayer):
  """It says itself what is prunable."""

  def get_prunable_weights(self):
    return [self.position_embedding]


class RolesTest(wrapped_models.WrapperTestCase):

  @parameterized.parameters((Positions, 'kernel'),
                            (NamesItsTable, 'position_embedding'))
  def test_the_role_of_a_weight_decides_unless_the_layer_names_it(
      self, kind, name):
    layer = kind()
    pruned = sparsity.prune_low_magnitude(
        keras.Sequential([layers.InputLayer((8,)), layer]), _AT_ONCE)
    _fit(pruned)
    [wrapper] = wrapped_models.wrappers(pruned)
    [one] = wrapper.pruned_weights
    self.assertIs(one.variable, getattr(layer, name))
    self.assert_pruned(wrapper)


if __name__ == '__main__':
  absltest.main()
