# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the wrapper PruneLowMagnitude, layer by layer."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning import keras as sparsity
from model_pruning._src.compat import keras_variables
from model_pruning._src.spec import pruning_spec as spec_lib
from tests.support import keras_models
from tests.support import numpy_reference
from tests.support import simulation
from tests.support import wrapped_models

keras = tf.keras
layers = keras.layers

# Layers by name: what makes one, an input shape, how many weights are pruned.
_LAYERS = {
    'Dense': (lambda: layers.Dense(6), (8,), 1),
    'Conv1D': (lambda: layers.Conv1D(4, 3), (8, 3), 1),
    'Conv2D': (lambda: layers.Conv2D(4, 3), (8, 8, 3), 1),
    'Conv3D': (lambda: layers.Conv3D(4, 2), (4, 4, 4, 2), 1),
    'Conv2DTranspose': (lambda: layers.Conv2DTranspose(4, 3), (8, 8, 3), 1),
    'SeparableConv2D': (lambda: layers.SeparableConv2D(4, 3), (8, 8, 3), 1),
    'LSTM': (lambda: layers.LSTM(4), (5, 3), 2),
    'GRU': (lambda: layers.GRU(4), (5, 3), 2),
    'SimpleRNN': (lambda: layers.SimpleRNN(4), (5, 3), 2),
    'RNN of a cell': (lambda: layers.RNN(layers.LSTMCell(4)), (5, 3), 2),
    'RNN of cells': (lambda: layers.RNN(
        [layers.GRUCell(4), layers.GRUCell(3)]), (5, 3), 4),
    'ConvLSTM2D': (lambda: layers.ConvLSTM2D(2, 3), (3, 6, 6, 2), 2),
    'Bidirectional': (lambda: layers.Bidirectional(layers.LSTM(4)), (5, 3), 4),
    'TimeDistributed': (lambda: layers.TimeDistributed(layers.Dense(4)),
                        (5, 3), 1),
    'a subclass of Dense': (lambda: wrapped_models.MyDense(6), (8,), 1),
    'a layer of layers': (keras_models.BranchingLayer, (8, 8, 1), 3),
    'DepthwiseConv2D': (lambda: layers.DepthwiseConv2D(3), (8, 8, 3), 0),
    'BatchNormalization': (layers.BatchNormalization, (8,), 0),
    'Dropout': (lambda: layers.Dropout(0.5), (8,), 0),
    'Flatten': (layers.Flatten, (4, 3), 0),
}


def _train(model, input_shape, num_steps=2):
  random = np.random.RandomState(0)
  inputs = random.randn(4, *input_shape).astype(np.float32)
  model.compile(keras.optimizers.SGD(0.1), 'mean_squared_error')
  targets = np.zeros((4, *model.output_shape[1:]), np.float32)
  for _ in range(num_steps):
    model.train_on_batch(inputs, targets)
  return inputs


class LayersTest(wrapped_models.WrapperTestCase):

  @parameterized.parameters(*_LAYERS)
  def test_its_kernels_are_pruned_by_the_first_update(self, title):
    make, input_shape, num_pruned = _LAYERS[title]
    layer = make()
    wrapper = sparsity.prune_low_magnitude(layer)
    model = keras.Sequential([layers.InputLayer(input_shape), wrapper,
                              layers.Flatten(), layers.Dense(1)])
    self.assertEqual(wrapper.name, 'prune_low_magnitude_' + layer.name)
    self.assertEqual(len(wrapper.pruned_weights), num_pruned)
    _train(model, input_shape)
    self.assert_pruned(wrapper)
    steps = [int(keras_variables.value_of(pruned.step))
             for pruned in wrapper.pruned_weights]
    self.assertEqual(steps, [2] * num_pruned)

  @parameterized.parameters(*_LAYERS)
  def test_the_wrapped_layer_computes_what_it_did(self, title):
    make, input_shape, _ = _LAYERS[title]
    model = keras.Sequential([layers.InputLayer(input_shape), make()])
    wrapped = sparsity.prune_low_magnitude(model)
    inputs = np.random.RandomState(0).randn(4, *input_shape).astype(np.float32)
    for each in (model, wrapped):
      each.compile('sgd', 'mean_squared_error')  # TF 1.14 predicts then only.
    np.testing.assert_array_equal(wrapped.predict(inputs),
                                  model.predict(inputs))
    self.assertEqual(wrapped.output_shape, model.output_shape)

  def test_an_embedding_is_pruned_and_gives_its_mask_to_what_follows(self):
    model = sparsity.prune_low_magnitude(keras.Sequential([
        layers.InputLayer((6,)),
        layers.Embedding(10, 4, mask_zero=True), layers.LSTM(3),
        layers.Dense(1)]))
    tokens = np.array([[1, 2, 3, 0, 0, 0], [4, 5, 6, 7, 8, 9]])
    model.compile(keras.optimizers.SGD(0.1), 'mean_squared_error')
    short = model.predict(np.array([[1, 2, 3, 0, 0, 0]] * 2))
    padded = model.predict(np.array([[1, 2, 3, 0, 0, 0], [1, 2, 3, 5, 5, 5]]))
    self.assertNotEqual(padded[1], padded[0])
    np.testing.assert_array_equal(short[0], padded[0])
    model.train_on_batch(tokens, np.ones((2, 1), np.float32))
    for wrapper in model.layers:
      if hasattr(wrapper, 'pruning_vars'):
        self.assert_pruned(wrapper)

  def test_attention_of_several_inputs_is_pruned(self):
    if not hasattr(layers, 'MultiHeadAttention'):
      self.skipTest(f'Keras of {tf.__version__} has no MultiHeadAttention')
    query, value = keras.Input((4, 6)), keras.Input((5, 6))
    wrapper = sparsity.prune_low_magnitude(layers.MultiHeadAttention(2, 3))
    model = keras.Model([query, value], wrapper(query, value))
    model.compile('sgd', 'mean_squared_error')
    model.train_on_batch([np.ones((2, 4, 6), np.float32),
                          np.ones((2, 5, 6), np.float32)],
                         np.zeros((2, 4, 6), np.float32))
    self.assertLen(wrapper.pruned_weights, 4)
    self.assert_pruned(wrapper)

  def test_training_reaches_the_layer_inside(self):
    inputs = np.ones((4, 8), np.float32)
    dropout = sparsity.prune_low_magnitude(layers.Dropout(0.5))
    if not tf.executing_eagerly():
      self.skipTest('layers are called on values in eager mode only')
    # What is kept is doubled, so that no entry stays as it was.
    self.assertNotIn(1.0, np.asarray(dropout(inputs, training=True)))
    np.testing.assert_array_equal(dropout(inputs, training=False), inputs)

  def test_a_regularizer_counts_once(self):
    layer = layers.Dense(3, kernel_regularizer=keras.regularizers.l2(0.5),
                         kernel_initializer='ones')
    model = keras.Sequential([
        layers.InputLayer((2,)), sparsity.prune_low_magnitude(layer)])
    model.compile('sgd', lambda labels, outputs: 0.0 * outputs)
    loss = model.evaluate(np.ones((1, 2)), np.ones((1, 3)), verbose=0)
    self.assertEqual(loss, 3.0)  # 0.5 * 6 ones.


class ExactTest(wrapped_models.WrapperTestCase):

  @parameterized.parameters(*simulation.SPECS)
  def test_fit_with_a_spec_is_the_simulation(self, title):
    spec = simulation.SPECS[title]
    actual, problem = wrapped_models.weights_after_each_step(25, spec=spec)
    expected = simulation.train(
        problem, spec_lib.PruningSpec.parse(spec),
        'dense/kernel', 25)
    np.testing.assert_array_equal(actual, expected)

  def test_a_constraint_of_the_layer_is_applied_first(self):
    actual, problem = wrapped_models.weights_after_each_step(
        1, constraint=keras.constraints.NonNeg())
    updated = np.maximum(
        problem.weight - np.float32(0.5) * problem.gradient, 0)
    mask = numpy_reference.unstructured_mask(updated, 0.5)
    np.testing.assert_array_equal(actual[0], np.where(mask, updated, 0))

  @parameterized.parameters(
      ([0.0] * 80, 'zeros'), ([1.0] * 80, 'one value'),
      ([0.0] * 64 + [1.0] * 16, 'zeros mostly'))
  def test_equal_weights_are_pruned_to_the_target_as_well(self, weight, _):
    actual, _ = wrapped_models.weights_after_each_step(
        1, weight=np.reshape(weight, (8, 10)).astype(np.float32),
        gradient=np.zeros((8, 10), np.float32), masks=True)
    self.assertEqual(actual[0].sum(), 40)


if __name__ == '__main__':
  absltest.main()
