# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of strip_pruning."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl import logging
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning import keras as sparsity
from model_pruning._src.compat import keras_models as compat_models
from model_pruning._src.compat import keras_variables
from tests.support import keras_models
from tests.support import numpy_reference
from tests.support import wrapped_models

keras = tf.keras
layers = keras.layers
_MODELS = ('sequential', 'functional', 'nested')
_gain = 2.5


class Scaled(layers.Layer):
  """A kernel and a factor that the configuration does not have."""

  def __init__(self, factor=1.0, **kwargs):
    super().__init__(**kwargs)
    self.factor = factor

  def build(self, input_shape):
    self.kernel = self.add_weight(
        name='kernel', shape=(int(input_shape[-1]), 4),
        initializer='glorot_uniform')
    self.built = True

  def call(self, inputs):
    return tf.matmul(inputs, self.kernel) * self.factor

  def compute_output_shape(self, input_shape):
    return (*input_shape[:-1], 4)

  def get_config(self):
    return {'name': self.name}


class NeedsItsFactor(Scaled):
  """It cannot be made of its configuration."""

  def __init__(self, factor, **kwargs):
    super().__init__(factor, **kwargs)


class Holds(layers.Layer):
  """A layer in a layer."""

  def __init__(self, inner, **kwargs):
    super().__init__(**kwargs)
    self.inner = inner

  def build(self, input_shape):
    if keras_models.IS_KERAS_3:
      self.inner.build(input_shape)
    super().build(input_shape)

  def call(self, inputs):
    return self.inner(inputs)

  def compute_output_shape(self, input_shape):
    return self.inner.compute_output_shape(input_shape)

  def get_config(self):
    return {**super().get_config(), 'inner': self.inner}


class HoldsSerialized(Holds):
  """It is made of the configuration of the layer inside."""

  def get_config(self):
    config = super().get_config()
    config['inner'] = keras.layers.serialize(self.inner)
    return config

  @classmethod
  def from_config(cls, config):
    return cls(keras.layers.deserialize(config.pop('inner')), **config)


class Cell(layers.Layer):
  """A recurrent cell whose class is not registered."""

  def __init__(self, units, **kwargs):
    super().__init__(**kwargs)
    self.units = self.state_size = self.output_size = units

  def build(self, input_shape):
    self.kernel = self.add_weight(
        name='kernel', shape=(int(input_shape[-1]), self.units),
        initializer='glorot_uniform')
    self.built = True

  def call(self, inputs, states):
    output = tf.matmul(inputs, self.kernel) + 0.5 * states[0]
    return output, [output]

  def get_config(self):
    return {**super().get_config(), 'units': self.units}


class CountsModels(NeedsItsFactor):
  """It computes something else with each model that is made of it."""

  def __call__(self, inputs, *args, **kwargs):
    if not hasattr(inputs, 'numpy'):  # A symbolic input.
      self.factor += 1.0
    return super().__call__(inputs, *args, **kwargs)


class Random(layers.Layer):
  """It adds noise, in predictions too."""

  def call(self, inputs):
    return inputs + tf.random.normal(tf.shape(inputs))


class OnlyLarge(layers.Layer):
  """It takes no inputs below 3."""

  def call(self, inputs):
    with tf.control_dependencies([tf.debugging.assert_greater(inputs, 3.0)]):
      return tf.identity(inputs)


def _my_activation(x):
  return 2.0 * tf.tanh(x)


def relu(x):
  """Not what Keras means by this name."""
  return tf.abs(x)


_LAYERS = {
    'with a layer in its configuration': (lambda: Holds(layers.Dense(4)), 2),
    'with a configuration of a layer': (
        lambda: HoldsSerialized(layers.Dense(4)), 2),
    'a lambda': (lambda: layers.Lambda(lambda x: x * _gain), 2),
    'a custom cell': (lambda: layers.RNN(Cell(4)), 3),
    'custom in time': (
        lambda: layers.TimeDistributed(NeedsItsFactor(2.0)), 3),
    'custom in two layers': (
        lambda: layers.TimeDistributed(Holds(layers.Dense(4))), 3),
    'that does not come back': (lambda: NeedsItsFactor(2.0), 2),
    'that comes back as another': (lambda: Scaled(2.0), 2),
    'a function that is not registered': (
        lambda: layers.Dense(4, activation=_my_activation), 2),
    'a function named as one of Keras': (
        lambda: layers.Dense(4, activation=relu), 2),
    'a lambda as a function': (
        lambda: layers.Dense(4, activation=lambda x: x * 3.0), 2),
    'bidirectional': (lambda: layers.Bidirectional(layers.GRU(4)), 3),
    'statistics': (layers.BatchNormalization, 2),
    'dropout': (lambda: layers.Dropout(0.5, seed=3), 2),
    'noise': (lambda: layers.GaussianNoise(0.5), 2),
}


def _model(layer, rank):
  shape = (6,) if rank == 2 else (5, 6)
  model = keras.Sequential([
      layers.InputLayer(shape), layer, layers.Flatten(),
      layers.Dense(2, name='head')])
  inputs = np.random.RandomState(0).standard_normal((8, *shape)).astype('f')
  return model, inputs


def _train(model, inputs, steps=2):
  model.compile(keras.optimizers.SGD(0.1), 'mean_squared_error')
  for _ in range(steps):
    model.train_on_batch(inputs, np.ones((8, 2), np.float32))


def _predict(model, inputs):
  if not tf.executing_eagerly():
    model.compile('sgd', 'mean_squared_error')
  return model.predict_on_batch(inputs)


class EveryLayerTest(wrapped_models.WrapperTestCase):

  @parameterized.parameters(*_LAYERS)
  def test_what_is_returned_is_what_was_trained(self, name):
    make, rank = _LAYERS[name]
    model, inputs = _model(make(), rank)
    pruned = sparsity.prune_low_magnitude(
        model, sparsity.ConstantSparsity(0.5, 0))
    _train(pruned, inputs)
    wanted = np.array(_predict(pruned, inputs))
    trained = [keras_variables.value_of(weight) for layer in model.layers
               for weight in layer.weights]
    stripped = sparsity.strip_pruning(pruned)
    self.assertEmpty(wrapped_models.wrappers(stripped))
    values = [keras_variables.value_of(weight) for layer in stripped.layers
              for weight in layer.weights]
    self.assertLen(values, len(trained))
    for value, before in zip(values, trained):
      np.testing.assert_array_equal(value, before)
    np.testing.assert_allclose(np.array(_predict(stripped, inputs)), wanted,
                               rtol=1e-5, atol=1e-6)
    self.assertEqual(np.mean(stripped.layers[-1].get_weights()[0] == 0), 0.5)

  @parameterized.parameters('that comes back as another', 'a lambda')
  def test_a_layer_that_has_no_equal_copy_is_shared_and_that_is_said(
      self, name):
    make, rank = _LAYERS[name]
    layer = make()
    model, inputs = _model(layer, rank)
    pruned = sparsity.prune_low_magnitude(model)
    _train(pruned, inputs)
    with self.assertLogs('absl', 'INFO') as logs:
      sparsity.strip_pruning(pruned)
      logging.info('the end')  # There is a line in any case.
    self.assertEqual('shares these layers' in str(logs.output),
                     bool(layer.weights))

  def test_a_layer_that_computes_something_else_then_is_an_error(self):
    if not tf.executing_eagerly():
      self.skipTest('every call is in a graph')
    model, inputs = _model(CountsModels(2.0), 2)
    pruned = sparsity.prune_low_magnitude(model)
    _train(pruned, inputs)
    trained = wrapped_models.all_values(pruned)
    with self.assertRaisesRegex(ValueError, 'must compute the same.*in it'):
      sparsity.strip_pruning(pruned)
    for value, before in zip(wrapped_models.all_values(pruned), trained):
      np.testing.assert_array_equal(value, before)

  @parameterized.parameters(
      (Random, 'two calls of it differ'),
      (OnlyLarge, 'does not take random inputs'))
  def test_weights_are_checked_where_outputs_cannot_be(self, layer, reason):
    if not tf.executing_eagerly():
      self.skipTest('an operation that fails does so in a session')
    model, inputs = _model(layer(), 2)
    pruned = sparsity.prune_low_magnitude(model)
    _train(pruned, np.abs(inputs) + 4.0)
    with self.assertLogs('absl', 'INFO') as logs:
      stripped = sparsity.strip_pruning(pruned)
    self.assertRegex(str(logs.output), f'and no outputs.*{reason}')
    [kernel] = [weight for weight in stripped.get_weights() if weight.ndim > 1]
    np.testing.assert_array_equal(kernel, model.layers[-1].get_weights()[0])
    self.assertEqual(np.mean(kernel == 0), 0.5)

  def test_a_layer_in_two_models_inside_is_one_layer_still(self):
    shared = layers.Dense(4, name='shared')
    inner = keras.Sequential([layers.InputLayer((4,)), shared], name='inner')
    inputs = keras.Input((4,))
    model = keras.Model(inputs, layers.Dense(2)(inner(shared(inputs))))
    pruned = sparsity.prune_low_magnitude(model)
    self.assertLen(wrapped_models.wrappers(pruned), 2)
    values = np.random.RandomState(0).standard_normal((8, 4)).astype('f')
    _train(pruned, values)
    stripped = sparsity.strip_pruning(pruned)
    self.assertLen({id(weight) for weight in stripped.weights}, 4)
    np.testing.assert_allclose(
        np.array(_predict(stripped, values)),
        np.array(_predict(pruned, values)), rtol=1e-5, atol=1e-6)

  def test_several_inputs_and_outputs_keep_their_order(self):
    first, second = keras.Input((3,), name='z'), keras.Input((3,), name='a')
    x = layers.Dense(4)(first)
    y = layers.Dense(4)(second)
    model = keras.Model([first, second], [layers.Subtract()([x, y]), y])
    pruned = sparsity.prune_low_magnitude(model)
    values = [np.full((2, 3), v, np.float32) for v in (1.0, -3.0)]
    stripped = sparsity.strip_pruning(pruned)
    for wanted, found in zip(pruned.predict_on_batch(values),
                             stripped.predict_on_batch(values)):
      np.testing.assert_array_equal(wanted, found)

  def test_a_single_wrapper_gives_its_layer(self):
    dense = layers.Dense(4)
    self.assertIs(
        sparsity.strip_pruning(sparsity.prune_low_magnitude(dense)), dense)

  def test_pruned_entries_that_somebody_has_set_are_zero_again(self):
    model, inputs = _model(layers.Dense(4), 2)
    pruned = sparsity.prune_low_magnitude(model)
    _train(pruned, inputs)
    pruned.layers[-1].set_weights([np.ones((4, 2)), np.zeros(2)])
    stripped = sparsity.strip_pruning(pruned)
    self.assertEqual(np.mean(stripped.layers[-1].get_weights()[0] == 0), 0.5)

  def test_a_subclassed_model_is_refused_with_where_its_layers_are(self):
    with self.assertRaisesRegex(ValueError, '`wrapper.layer`'):
      sparsity.strip_pruning(keras_models.subclassed())


class StripTest(wrapped_models.WrapperTestCase):

  @parameterized.parameters(*_MODELS)
  def test_it_is_the_model_of_before_with_exact_zeros(self, model):
    original = keras_models.MODELS[model]()
    names = [layer.name for layer in compat_models.flatten_layers(original)]
    config = original.get_config()
    pruned = sparsity.prune_low_magnitude(original)
    keras_models.WAYS['train_on_batch'](pruned, 3)
    stripped = sparsity.strip_pruning(pruned)
    self.assertEqual(
        [layer.name for layer in compat_models.flatten_layers(stripped)], names)
    self.assertEqual(stripped.name, original.name)
    self.assertEqual(str(stripped.get_config()), str(config))
    keras_models.compile_(stripped)
    images, _ = keras_models.batch()
    np.testing.assert_array_equal(stripped.predict(images),
                                  pruned.predict(images))
    kernels = [w for w in stripped.get_weights() if w.ndim > 1]
    for kernel in kernels:
      self.assertEqual((kernel != 0).sum(),
                       numpy_reference.num_kept(kernel.size, 0.5))

  def test_it_trains_by_itself(self):
    pruned = sparsity.prune_low_magnitude(keras_models.sequential())
    keras_models.WAYS['fit'](pruned, 2)
    stripped = sparsity.strip_pruning(pruned)
    before = pruned.layers[0].get_weights()
    keras_models.WAYS['fit'](stripped, 2)
    np.testing.assert_array_equal(pruned.layers[0].get_weights()[0], before[0])
    self.assertEqual(np.mean(stripped.get_weights()[0] == 0), 0)
    again = sparsity.prune_low_magnitude(stripped)
    keras_models.WAYS['fit'](again, 1)
    for wrapper in wrapped_models.wrappers(again):
      self.assert_pruned(wrapper)

  def test_something_else_is_no_model(self):
    with self.assertRaisesRegex(ValueError, 'must be a Keras model.*list'):
      sparsity.strip_pruning([])


if __name__ == '__main__':
  absltest.main()
