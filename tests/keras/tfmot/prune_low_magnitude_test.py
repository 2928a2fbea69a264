# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of prune_low_magnitude and strip_pruning on models."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning import keras as sparsity
from model_pruning._src.compat import keras_variables
from model_pruning._src.compat import tensorflow as tf_compat
from tests.support import keras_models
from tests.support import modes
from tests.support import wrapped_models

keras = tf.keras
layers = keras.layers
_MODELS = ('sequential', 'functional', 'nested')


class ModelsTest(wrapped_models.WrapperTestCase):

  @parameterized.parameters(*keras_models.models_and_ways(_MODELS))
  def test_every_model_trained_in_any_way_reaches_the_target(self, model, way):
    reason = keras_models.why_not(way)
    if reason:
      self.skipTest(reason)
    original = keras_models.MODELS[model]()
    model = sparsity.prune_low_magnitude(
        original, sparsity.PolynomialDecay(0.25, 0.9, 0, 3, frequency=2))
    keras_models.WAYS[way](model, 4)
    wrappers = wrapped_models.wrappers(model)
    self.assertNotEmpty(wrappers)
    for wrapper in wrappers:
      self.assert_pruned(wrapper, 0.9)
      # A layer that is called twice counts its updates once.
      self.assertEqual(keras_variables.value_of(wrapper.pruning_step), 4)

  def test_only_layers_with_weights_to_prune_are_wrapped(self):
    model = keras.Sequential([
        layers.InputLayer((8, 8, 1)), layers.Conv2D(4, 3, name='conv'),
        layers.BatchNormalization(name='norm'), layers.ReLU(name='relu'),
        layers.DepthwiseConv2D(3, name='depthwise'),
        layers.Flatten(name='flatten'), layers.Dropout(0.1, name='dropout'),
        layers.Dense(3, name='frozen', trainable=False),
        layers.Dense(3, name='dense')])
    pruned = sparsity.prune_low_magnitude(model)
    self.assertEqual(
        [layer.name for layer in pruned.layers],
        ['prune_low_magnitude_conv', 'norm', 'relu', 'depthwise', 'flatten',
         'dropout', 'frozen', 'prune_low_magnitude_dense'])
    self.assertEqual(pruned.name, model.name)
    self.assertIs(pruned.layers[0].layer, model.layers[0])

  def test_a_model_that_is_not_built_is_pruned_once_it_is(self):
    model = sparsity.prune_low_magnitude(keras.Sequential([
        layers.Dense(4), layers.ReLU(), layers.Dense(1)]))
    model.compile('sgd', 'mean_squared_error')
    model.fit(np.eye(8), np.ones((8, 1)), verbose=0)
    wrappers = wrapped_models.wrappers(model)
    self.assertLen(wrappers, 2)
    for wrapper in wrappers:
      self.assert_pruned(wrapper)

  def test_an_input_shape_is_that_of_the_layer_or_of_the_wrapper(self):
    for first in (
        sparsity.prune_low_magnitude(layers.Dense(4, input_shape=(8,))),
        sparsity.prune_low_magnitude(layers.Dense(4), input_shape=(8,))):
      model = keras.Sequential([first, layers.Dense(1)])
      self.assertEqual(model.input_shape, (None, 8))

  def test_a_list_of_layers_is_a_list_of_wrappers(self):
    dense, wrapped = layers.Dense(4), sparsity.prune_low_magnitude(
        layers.Dense(1))
    listed = sparsity.prune_low_magnitude(
        [layers.InputLayer((8,)), dense, layers.ReLU(), wrapped])
    self.assertIs(listed[1].layer, dense)
    self.assertIs(listed[3], wrapped)
    model = keras.Sequential(listed)
    self.assertEqual(model.output_shape, (None, 1))

  def test_a_policy_says_what_is_wrapped(self):

    class NotTheFirst(sparsity.PruningPolicy):

      def allow_pruning(self, layer):
        return layer.name != 'conv'

      def ensure_model_supports_pruning(self, model):
        if len(model.layers) < 3:
          raise ValueError('too small')

    pruned = sparsity.prune_low_magnitude(
        keras_models.sequential(), pruning_policy=NotTheFirst())
    self.assertEqual([layer.name for layer in pruned.layers][::2],
                     ['conv', 'prune_low_magnitude_dense'])
    with self.assertRaisesRegex(ValueError, 'too small'):
      sparsity.prune_low_magnitude(
          keras.Sequential([layers.InputLayer((2,)), layers.Dense(2)]),
          pruning_policy=NotTheFirst())

  def test_a_policy_looks_at_the_whole_model_and_not_at_models_in_it(self):

    class Whole(sparsity.PruningPolicy):

      def allow_pruning(self, layer):
        return True

      def ensure_model_supports_pruning(self, model):
        asked.append(model)

    asked = []
    model = keras_models.MODELS['nested']()
    sparsity.prune_low_magnitude(model, pruning_policy=Whole())
    self.assertEqual(asked, [model])

  def test_a_model_in_which_nothing_is_pruned_is_said_to_be(self):

    class Nothing(sparsity.PruningPolicy):

      def allow_pruning(self, layer):
        return False

      def ensure_model_supports_pruning(self, model):
        pass

    for model, policy, reason in (
        (keras_models.sequential(), Nothing(), 'policy Nothing allows no'),
        (keras.Sequential([layers.InputLayer((2,)), layers.ReLU()]), None,
         'has a weight')):
      with self.assertLogs('absl', 'WARNING') as logs:
        sparsity.prune_low_magnitude(model, pruning_policy=policy)
      self.assertRegex(str(logs.output), f'prunes nothing.*{reason}')

  def test_a_wrapper_tells_its_arguments_and_its_layer_what_is_prunable(self):
    wrapper = sparsity.prune_low_magnitude(
        layers.Dense(4), block_size=(2, 1), block_pooling_type='MAX')
    self.assertEqual(wrapper.block_size, (2, 1))
    self.assertEqual(wrapper.block_pooling_type, 'MAX')
    self.assertIsNone(wrapper.sparsity_m_by_n)
    self.assertEmpty(wrapper.layer.get_prunable_weights())
    keras.Sequential([layers.InputLayer((8,)), wrapper])
    [kernel] = wrapper.layer.get_prunable_weights()
    self.assertIs(kernel, wrapper.layer.kernel)
    self.assertEqual(sparsity.prune_low_magnitude(
        layers.Dense(4), sparsity_m_by_n=(2, 4)).sparsity_m_by_n, (2, 4))

  def test_a_wrapped_layer_in_a_subclassed_model_is_pruned(self):

    class Inner(layers.Layer):

      def __init__(self):
        super().__init__()
        self.dense = sparsity.prune_low_magnitude(layers.Dense(4))

      def build(self, input_shape):
        super().build(input_shape)
        if keras_models.IS_KERAS_3:
          self.dense.build(input_shape)

      def call(self, inputs):
        return self.dense(inputs)

    class Model(keras.Model):

      def __init__(self):
        super().__init__()
        self.inner = Inner()
        self.head = sparsity.prune_low_magnitude(layers.Dense(1))

      def call(self, inputs):
        return self.head(self.inner(inputs))

    model = Model()
    model.compile('sgd', 'mean_squared_error')
    model.fit(np.eye(8, dtype=np.float32), np.ones((8, 1), np.float32),
              verbose=0, callbacks=[sparsity.UpdatePruningStep()])
    for wrapper in wrapped_models.wrappers(model):
      self.assert_pruned(wrapper)
    self.assertLen(wrapped_models.wrappers(model), 2)

  def test_predict_and_evaluate_change_nothing(self):
    model = sparsity.prune_low_magnitude(keras_models.sequential())
    keras_models.compile_(model)
    before = [np.array(w) for w in wrapped_models.all_values(model)]
    images, labels = keras_models.batch()
    model.predict(images)
    model.evaluate(images, labels, verbose=0)
    for old, new in zip(before, wrapped_models.all_values(model)):
      np.testing.assert_array_equal(old, new)

  def test_pruning_a_model_again_replaces_what_the_first_did(self):
    original = keras_models.sequential()
    sparsity.prune_low_magnitude(original, sparsity.ConstantSparsity(0.9, 0))
    model = sparsity.prune_low_magnitude(original)
    keras_models.WAYS['fit'](model, 2)
    for wrapper in wrapped_models.wrappers(model):
      self.assert_pruned(wrapper, 0.5)

  def test_an_embedding_pruned_again_is_pruned_as_the_last_time(self):
    original = keras.Sequential([
        layers.InputLayer((6,)), layers.Embedding(10, 4), layers.LSTM(3),
        layers.Dense(1)])
    sparsity.prune_low_magnitude(original, sparsity.ConstantSparsity(0.9, 0))
    model = sparsity.prune_low_magnitude(original)
    model.compile(keras_models.legacy_optimizers().SGD(0.1),
                  'mean_squared_error')
    for _ in range(2):
      model.train_on_batch(np.arange(12).reshape(2, 6) % 10,
                           np.ones((2, 1), np.float32))
    for wrapper in wrapped_models.wrappers(model):
      self.assert_pruned(wrapper, 0.5)

  def test_two_mirrored_replicas_prune_alike(self):
    strategy = modes.two_replicas(self)
    with strategy.scope():
      model = sparsity.prune_low_magnitude(
          keras_models.sequential(), sparsity.ConstantSparsity(0.5, 2))
      keras_models.compile_(model)
    keras_models.WAYS['fit'](model, 3)
    for wrapper in wrapped_models.wrappers(model):
      self.assert_pruned(wrapper)
      self.assertEqual(keras_variables.value_of(wrapper.pruning_step), 3)
      for weight, mask, _ in wrapper.pruning_vars:
        for variable in (weight, mask):
          replicas = tf_compat.replicas(
              keras_variables.backend_variable(variable))
          first, second = map(keras_variables.value_of, replicas)
          np.testing.assert_array_equal(first, second)


class ErrorTest(wrapped_models.WrapperTestCase):

  @parameterized.parameters(3, 'dense', None)
  def test_something_else_cannot_be_pruned(self, thing):
    with self.assertRaisesRegex(ValueError, 'Sequential or functional'):
      sparsity.prune_low_magnitude(thing)

  def test_a_subclassed_model_is_refused_with_what_can_prune_it(self):
    with self.assertRaisesRegex(ValueError, r'model_pruning\.keras\.prune\('):
      sparsity.prune_low_magnitude(keras_models.subclassed())

  @parameterized.parameters(
      (dict(block_pooling_type='MIN'), 'block_pooling_type.*MIN'),
      (dict(block_size=(0, 1)), 'block_size.*positive'),
      (dict(block_size=4), 'block_size.*two positive'),
      (dict(sparsity_m_by_n=(2, 4, 1)), 'sparsity_m_by_n.*two positive'),
      (dict(sparsity_m_by_n=(4, 4)), 'sparsity_m_by_n'),
      (dict(spec='target_sparsity=0.9', block_size=(2, 2)), '`spec` must be'),
      (dict(spec='prune_option=first_order_gradient'), 'prune_option=weight'),
      (dict(spec='sparsity_distribution=global'), 'several layers'),
      (dict(spec='do_not_prune=[nothing_like_it]'), 'nothing_like_it'))
  def test_a_wrong_argument_is_named(self, arguments, message):
    with self.assertRaisesRegex(ValueError, message):
      sparsity.prune_low_magnitude(keras_models.sequential(), **arguments)

  def test_a_model_is_pruned_in_one_way(self):
    model = keras_models.sequential()
    pruned = sparsity.prune_low_magnitude(model)
    with self.assertRaisesRegex(ValueError, 'pruned already'):
      model_pruning.keras.prune(pruned, 'target_sparsity=0.9')
    model = keras_models.functional()
    model_pruning.keras.prune(model, 'target_sparsity=0.9')
    with self.assertRaisesRegex(ValueError, 'prunes already'):
      sparsity.prune_low_magnitude(model)


if __name__ == '__main__':
  absltest.main()
