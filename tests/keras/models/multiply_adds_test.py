# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The multiply-adds of Keras layers, against what they are by hand."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.keras.models import multiply_adds

keras = tf.keras
layers = keras.layers

# A layer, the shape of an example, and for each matrix or kernel of the layer
# how many multiply-adds it takes.
_LAYERS = (
    ('dense', lambda: layers.Dense(5), (7,), [7 * 5]),
    ('dense_of_rows', lambda: layers.Dense(5), (3, 7), [3 * 7 * 5]),
    ('conv', lambda: layers.Conv2D(8, 3), (10, 10, 4),
     [8 * 8 * 3 * 3 * 4 * 8]),
    ('conv_same_strides', lambda: layers.Conv2D(
        8, 3, strides=2, padding='same'), (10, 10, 4), [5 * 5 * 9 * 4 * 8]),
    ('conv_dilated', lambda: layers.Conv2D(8, 3, dilation_rate=2),
     (10, 10, 4), [6 * 6 * 9 * 4 * 8]),
    ('conv_1d', lambda: layers.Conv1D(6, 3), (10, 4), [8 * 3 * 4 * 6]),
    ('conv_3d', lambda: layers.Conv3D(6, 2), (4, 5, 6, 3),
     [3 * 4 * 5 * 8 * 3 * 6]),
    ('depthwise', lambda: layers.DepthwiseConv2D(3, depth_multiplier=2),
     (10, 10, 4), [8 * 8 * 9 * 4 * 2]),
    ('separable', lambda: layers.SeparableConv2D(6, 3), (10, 10, 4),
     [8 * 8 * 9 * 4, 8 * 8 * 4 * 6]),
    ('transposed', lambda: layers.Conv2DTranspose(
        6, 3, strides=2, padding='same'), (5, 5, 4), [5 * 5 * 9 * 6 * 4]),
    ('embedding', lambda: layers.Embedding(20, 4), (3,), [0]),
    ('lstm', lambda: layers.LSTM(4), (6, 3), [6 * 3 * 16, 6 * 4 * 16]),
    ('gru', lambda: layers.GRU(4, return_sequences=True), (6, 3),
     [6 * 3 * 12, 6 * 4 * 12]),
    ('simple_rnn', lambda: layers.SimpleRNN(4, unroll=True), (6, 3),
     [6 * 3 * 4, 6 * 4 * 4]),
    ('steps_of_any_number', lambda: layers.LSTM(4), (None, 3), [None, None]),
    ('picture_of_any_size', lambda: layers.Conv2D(8, 3), (None, None, 4),
     [None]),
)


class MultiplyAddsTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if not tf.executing_eagerly():
      self.skipTest('they are counted in eager mode')
    keras.backend.clear_session()

  def _counts(self, model):
    counts = multiply_adds.count(model)
    self.assertEqual(counts.problem, '')
    return counts, [counts.of.get(id(weight), 0) for weight in model.weights
                    if len(weight.shape) > 1 and 'bias' not in weight.name]

  @parameterized.named_parameters(*_LAYERS)
  def test_a_layer_takes(self, layer, shape, expected):
    model = keras.Sequential([keras.Input(shape), layer()])
    counts, found = self._counts(model)
    self.assertEqual(found, expected)
    self.assertEqual(counts.others, 0)

  def test_steps_of_any_number_are_counted_one_by_one(self):
    model = keras.Sequential([
        keras.Input((None, 3)), layers.LSTM(4), layers.Dense(5)])
    counts, found = self._counts(model)
    self.assertEqual(found, [None, None, 20])
    self.assertEqual([counts.per_turn.get(id(weight))
                      for weight in model.weights], [
                          3 * 16, 4 * 16, None, None, None])

  def test_grouped_channels_are_multiplied_with_their_own(self):
    if not hasattr(layers.Conv2D(4, 3), 'groups'):
      self.skipTest('convolutions have no groups in this Keras')
    model = keras.Sequential([
        keras.Input((10, 10, 4)), layers.Conv2D(8, 3, groups=2)])
    self.assertEqual(self._counts(model)[1], [8 * 8 * 9 * 2 * 8])

  def test_a_layer_that_is_called_twice_counts_twice(self):
    inputs = keras.Input((7,))
    layer = layers.Dense(7)
    model = keras.Model(inputs, layer(layer(inputs)))
    self.assertEqual(self._counts(model)[1], [2 * 49])

  def test_attention_multiplies_activations_too(self):
    if not hasattr(layers, 'MultiHeadAttention'):
      self.skipTest('this Keras has no MultiHeadAttention')
    inputs = keras.Input((6, 8))
    model = keras.Model(
        inputs, layers.MultiHeadAttention(2, 4)(inputs, inputs))
    counts, found = self._counts(model)
    self.assertEqual(found, [6 * 8 * 8] * 4)
    self.assertEqual(counts.others, 2 * (2 * 6 * 6 * 4))

  def test_a_kernel_that_is_computed_of_others_is_not_known(self):
    class Scaled(layers.Layer):

      def build(self, input_shape):
        self.kernel = self.add_weight(
            name='kernel', shape=(7, 5), initializer='ones')
        self.scales = self.add_weight(
            name='scales', shape=(1, 5), initializer='ones')

      def call(self, inputs):
        return tf.matmul(inputs, self.kernel * self.scales)

    model = keras.Sequential([keras.Input((7,)), Scaled()])
    self.assertEqual(self._counts(model)[1], [None, None])

  def test_a_model_that_cannot_be_traced_says_so(self):
    model = keras.Sequential([keras.Input((7,)), layers.Dense(5)])

    def fail(*args, **kwargs):
      raise RuntimeError('not like this')

    model.layers[-1].call = fail
    counts = multiply_adds.count(model)
    self.assertIn('not like this', counts.problem)
    self.assertEqual(counts.of, {})

  def test_the_model_is_as_it_was(self):
    model = keras.Sequential([
        keras.Input((8, 8, 3)), layers.Conv2D(4, 3),
        layers.BatchNormalization(), layers.Flatten(), layers.Dense(5)])
    before = [np.array(value) for value in model.get_weights()]
    self._counts(model)
    for value, expected in zip(model.get_weights(), before):
      np.testing.assert_array_equal(value, expected)


if __name__ == '__main__':
  absltest.main()
