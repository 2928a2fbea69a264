# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of layers that decide which of their weights are pruned."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest

import model_pruning
from tests.support import keras_models

keras = tf.keras
_SPEC = 'target_sparsity=0.5,sparsity_function_end_step=0'


class BiasOnly(keras.layers.Dense, model_pruning.keras.PrunableLayer):

  def get_prunable_weights(self):
    return [self.bias]


class DuckTyped(keras.layers.Dense):

  def get_prunable_weights(self):
    return []


class Block(keras.layers.Layer):
  """Decides on the first of three layers; the last decides itself."""

  def __init__(self, chosen='first'):
    super().__init__()
    self.chosen = chosen
    self.first = keras.layers.Dense(6, name='first')
    self.second = keras.layers.Dense(6, name='second')
    self.last = BiasOnly(6, name='last')

  def call(self, inputs):
    return self.last(self.second(self.first(inputs)))

  def get_prunable_weights(self):
    return [getattr(self, self.chosen).kernel]


def _model(*layers):
  inputs = keras.Input((6,))
  outputs = inputs
  for layer in layers:
    outputs = layer(outputs)
  return keras.Model(inputs, outputs)


class PrunableLayerTest(absltest.TestCase):

  def setUp(self):
    super().setUp()
    if keras_models.IS_KERAS_3 and not tf.executing_eagerly():
      self.skipTest('Keras 3 has no graph mode')
    keras.backend.clear_session()

  def test_what_the_layer_names_is_pruned_and_nothing_else_of_it(self):
    model = _model(BiasOnly(6, name='mine', bias_initializer='ones'),
                   keras.layers.Dense(6, name='other'))
    pruner = model_pruning.keras.prune(model, _SPEC)
    report = pruner.report
    self.assertEqual([weight.name for weight in report.pruned],
                     ['mine/bias', 'other/kernel'])
    reasons = {weight.name: weight.reason for weight in report.skipped}
    self.assertIn("get_prunable_weights of layer 'mine' leaves it out",
                  reasons['mine/kernel'])
    model.compile('sgd', 'mse')
    data = np.random.RandomState(0).randn(8, 6).astype(np.float32)
    model.fit(data, data, verbose=0)
    kernel, bias = model.layers[1].get_weights()
    self.assertEqual(np.count_nonzero(kernel), 36)
    self.assertEqual(np.count_nonzero(bias), 3)

  def test_a_layer_with_the_method_needs_no_base_class(self):
    report = model_pruning.keras.prune(
        _model(DuckTyped(6, name='duck'), keras.layers.Dense(6)),
        _SPEC).report
    self.assertLen(report.pruned, 1)
    self.assertLen([weight for weight in report.skipped
                    if "'duck' leaves it out" in weight.reason], 2)

  def test_a_layer_decides_on_layers_inside_unless_they_do(self):
    report = model_pruning.keras.prune(_model(Block()), _SPEC).report
    self.assertEqual(
        sorted('/'.join(weight.name.split('/')[-2:])
               for weight in report.pruned), ['first/kernel', 'last/bias'])

  def test_the_method_cannot_name_weights_of_a_layer_that_decides(self):
    model = _model(Block(chosen='last'))
    with self.assertRaisesRegex(ValueError, 'return variables of this layer'):
      model_pruning.keras.prune(model, _SPEC)

  def test_the_method_returns_a_list(self):
    model = _model(BiasOnly(6, name='mine'))
    model.layers[1].get_prunable_weights = lambda: None
    with self.assertRaisesRegex(TypeError, "'mine' must return a list.*None"):
      model_pruning.keras.prune(model, _SPEC)

  def test_a_layer_without_the_method_cannot_be_made(self):
    class Incomplete(model_pruning.keras.PrunableLayer):
      pass
    with self.assertRaisesRegex(TypeError, 'get_prunable_weights'):
      Incomplete()  # pylint: disable=abstract-class-instantiated

  def test_a_frozen_weight_is_not_pruned_even_if_named(self):
    model = _model(BiasOnly(6, name='mine'), keras.layers.Dense(6))
    model.layers[1].trainable = False
    report = model_pruning.keras.prune(model, _SPEC).report
    self.assertLen(report.pruned, 1)


if __name__ == '__main__':
  absltest.main()
