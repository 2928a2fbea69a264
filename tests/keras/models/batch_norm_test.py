# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the batch normalizations of model_pruning.keras.prune_now."""

from __future__ import annotations

import itertools

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.compat import keras_variables

keras = tf.keras
layers = keras.layers
prune_now = model_pruning.keras.prune_now
_SPEC = 'target_sparsity=0.5'


def _data(num_examples=96, size=8):
  # Integers: their means over 32 examples are exact.
  return np.random.RandomState(0).randint(
      -8, 8, (num_examples, size)).astype(np.float32)


def _model(*extra, norm=None):
  """A normalization of the inputs, then of what a pruned kernel makes."""
  inputs = keras.Input((8,))
  hidden = (norm or layers.BatchNormalization(name='first'))(inputs)
  hidden = layers.Dense(8, name='dense')(hidden)
  for layer in extra:
    hidden = layer(hidden)
  hidden = layers.BatchNormalization(name='second')(hidden)
  return keras.Model(inputs, layers.Dense(2, name='head')(hidden))


def _moving(model, name='first'):
  layer = model.get_layer(name)
  return (keras_variables.value_of(layer.moving_mean),
          keras_variables.value_of(layer.moving_variance))


def _averages(batches):
  """Average over batches of mean and variance."""
  batches = np.asarray(batches, np.float64)
  return batches.mean(1).mean(0), batches.var(1).mean(0)


class BatchNormTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if not tf.executing_eagerly():
      self.skipTest('estimation of batch normalization needs eager mode')
    keras.backend.clear_session()

  def assert_averages(self, model, batches, name='first'):
    mean, variance = _averages(batches)
    moving_mean, moving_variance = _moving(model, name)
    np.testing.assert_allclose(moving_mean, mean, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(moving_variance, variance, rtol=1e-5)

  def test_what_is_stored_is_the_average_over_the_batches(self):
    model, data = _model(), _data()
    prune_now(model, _SPEC, data)
    batches = np.split(data, 3)
    self.assert_averages(model, batches)
    # The average is taken in float64 and rounded once.
    np.testing.assert_array_equal(
        _moving(model)[0], _averages(batches)[0].astype(np.float32))

  def test_statistics_are_those_of_the_pruned_model(self):
    model, data = _model(), _data()
    prune_now(model, _SPEC, data)
    kernel, bias = model.get_layer('dense').get_weights()
    self.assertEqual(np.count_nonzero(kernel), 32)
    gamma, beta, _, _ = model.get_layer('first').get_weights()
    hidden = []
    for batch in np.split(data.astype(np.float64), 3):
      batch = (batch - batch.mean(0)) / np.sqrt(batch.var(0) + 1e-3)
      hidden.append((batch * gamma + beta) @ kernel + bias)
    mean, variance = _averages(hidden)
    np.testing.assert_allclose(_moving(model, 'second')[0], mean, atol=1e-5)
    np.testing.assert_allclose(_moving(model, 'second')[1], variance,
                               rtol=1e-4, atol=1e-5)

  @parameterized.named_parameters(
      ('a dataset', lambda data: tf.data.Dataset.from_tensor_slices(
          data).batch(48)),
      ('a dataset with labels', lambda data: tf.data.Dataset.from_tensor_slices(
          (data, np.zeros(96))).batch(48)),
      ('a list of batches', lambda data: [data[:48], data[48:]]),
      ('a generator of inputs and labels', lambda data: (
          (batch, None) for batch in np.split(data, 2))))
  def test_data_come_in_every_form(self, form):
    model, data = _model(), _data()
    prune_now(model, _SPEC, form(data))
    self.assert_averages(model, np.split(data, 2))

  def test_data_without_end_are_taken_in_part(self):
    model, data = _model(), _data()
    prune_now(model, _SPEC, itertools.cycle(np.split(data, 3)), num_batches=2)
    self.assert_averages(model, np.split(data, 3)[:2])

  def test_nothing_else_changes(self):
    model = _model(layers.Dropout(0.5, seed=1))
    model.compile('adam', 'mse')
    data = _data()
    model.train_on_batch(data[:32], np.zeros((32, 2), np.float32))
    optimizer = [keras_variables.value_of(variable)
                 for variable in _optimizer_variables(model)]
    kept = {id(variable): keras_variables.value_of(variable)
            for variable in model.variables
            if 'moving_' not in keras_variables.variable_name(variable)
            and len(variable.shape) != 2}
    momenta = [model.get_layer(name).momentum for name in ('first', 'second')]
    prune_now(model, _SPEC, data)
    for variable in model.variables:
      if id(variable) in kept:
        np.testing.assert_array_equal(keras_variables.value_of(variable),
                                      kept[id(variable)])
    for variable, value in zip(_optimizer_variables(model), optimizer):
      np.testing.assert_array_equal(keras_variables.value_of(variable), value)
    self.assertEqual(
        [model.get_layer(name).momentum for name in ('first', 'second')],
        momenta)
    self.assertNotIn('call', vars(model.get_layer('first')))
    before = _moving(model)[0]
    model.train_on_batch(data[:32], np.zeros((32, 2), np.float32))
    self.assertTrue(np.any(_moving(model)[0] != before))

  def test_nothing_is_dropped_out(self):
    data = _data()
    plain, dropping = _model(), _model(layers.Dropout(0.9))
    dropping.set_weights(plain.get_weights())
    prune_now(plain, _SPEC, data)
    prune_now(dropping, _SPEC, data)
    for wanted, actual in zip(_moving(plain, 'second'),
                              _moving(dropping, 'second')):
      np.testing.assert_array_equal(actual, wanted)

  def test_every_call_of_a_shared_layer_counts(self):
    inputs = keras.Input((8,))
    shared = layers.BatchNormalization(name='first')
    outputs = layers.Add()([
        shared(inputs), shared(layers.ReLU()(inputs))])
    model = keras.Model(inputs, layers.Dense(2)(outputs))
    data = _data(64)
    prune_now(model, _SPEC, data)
    batches = np.split(data, 2)
    self.assert_averages(
        model, batches + [np.maximum(batch, 0) for batch in batches])

  def test_layers_of_a_model_inside_are_estimated_too(self):
    inner = _model()
    inputs = keras.Input((8,))
    model = keras.Model(inputs, layers.Dense(2)(inner(inputs)))
    data = _data()
    prune_now(model, _SPEC, data)
    self.assert_averages(inner, np.split(data, 3))

  def test_a_call_that_is_a_function_will_do(self):
    class Subclassed(keras.Model):

      def __init__(self):
        super().__init__()
        self.norm = layers.BatchNormalization(name='first')
        self.dense = layers.Dense(2)

      @tf.function
      def call(self, inputs, training=None):
        return self.dense(self.norm(inputs, training=training))

    model, data = Subclassed(), _data()
    model(data)
    if not hasattr(tf.config, 'experimental_run_functions_eagerly'):
      self.skipTest('this TensorFlow cannot run functions eagerly')
    prune_now(model, _SPEC, data)
    mean, variance = _averages(np.split(data, 3))
    np.testing.assert_allclose(
        keras_variables.value_of(model.norm.moving_mean), mean, atol=1e-6)
    np.testing.assert_allclose(
        keras_variables.value_of(model.norm.moving_variance), variance,
        rtol=1e-5)

  def test_a_frozen_layer_keeps_its_statistics_and_the_report_says_so(self):
    model = _model()
    model.get_layer('first').trainable = False
    report = prune_now(model, _SPEC, _data())
    np.testing.assert_array_equal(_moving(model)[0], np.zeros(8))
    self.assertIn("Layer 'first' keeps its statistics: it is frozen.",
                  report.warnings)
    self.assertTrue(np.any(_moving(model, 'second')[0]))

  def test_a_layer_that_renormalizes_keeps_its_statistics(self):
    try:
      norm = layers.BatchNormalization(name='first', renorm=True)
    except (TypeError, ValueError) as error:
      self.skipTest(f'this Keras has no renorm: {error}')
    model = _model(norm=norm)
    report = prune_now(model, _SPEC, _data())
    np.testing.assert_array_equal(_moving(model)[0], np.zeros(8))
    self.assertIn('(renorm)', report.warnings[0])

  def test_a_model_without_batch_normalization_is_told(self):
    model = keras.Sequential([keras.layers.InputLayer((8,)), layers.Dense(2)])
    report = prune_now(model, _SPEC, _data())
    self.assertIn('No batch normalization is estimated anew.', report.warnings)

  @parameterized.parameters(
      ([], None, ValueError, 'have a batch at least'),
      (np.zeros((0, 8), np.float32), None, ValueError, 'have a batch at least'),
      (3, None, TypeError, 'array of inputs, or batches.*int'),
      ((np.zeros((4, 8)), np.zeros(4)), None, TypeError, 'type tuple'),
      ([np.zeros((4, 8))], 0, ValueError, '`num_batches` must be.*=0'),
      ([np.zeros((4, 8))], True, ValueError, '`num_batches` must be'))
  def test_wrong_data_are_refused_before_anything_changes(
      self, data, num_batches, error, message):
    model = _model()
    before = model.get_weights()
    with self.assertRaisesRegex(error, message):
      prune_now(model, _SPEC, data, num_batches)
    for weight, after in zip(before, model.get_weights()):
      np.testing.assert_array_equal(after, weight)

  def test_data_that_fail_in_the_middle_leave_the_model_as_it_was(self):
    def batches():
      yield _data(32)
      raise RuntimeError('no more')

    model = _model()
    before = model.get_weights()
    with self.assertRaisesRegex(RuntimeError, 'no more'):
      prune_now(model, _SPEC, batches())
    for weight, after in zip(before, model.get_weights()):
      np.testing.assert_array_equal(after, weight)
    self.assertGreater(model.get_layer('first').momentum, 0)


def _optimizer_variables(model):
  variables = model.optimizer.variables
  return variables() if callable(variables) else variables


if __name__ == '__main__':
  absltest.main()
