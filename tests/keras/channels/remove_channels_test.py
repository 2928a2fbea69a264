# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Models without channels compute what they did with them at zero."""

from __future__ import annotations

import os

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support.channels import channel_models
from tests.support.channels import random_models

keras = tf.keras
layers = keras.layers
remove_channels = model_pruning.keras.remove_channels
_SPEC = 'structure=channels,target_sparsity=0.5'

_TELLS_ARGUMENTS = hasattr(layers, 'MultiHeadAttention')

# Models of which nothing can go.
_WHOLE = ('own_layer',)


class ChannelsTestCase(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if not tf.executing_eagerly():
      self.skipTest('channels are followed in eager mode')
    if not _TELLS_ARGUMENTS:
      self.skipTest('the calls of this Keras do not tell their arguments')
    keras.backend.clear_session()

  def assert_same(self, model, small, inputs):
    expected, actual = (tf.nest.flatten(one(inputs)) for one in (model, small))
    for one, other in zip(expected, actual):
      np.testing.assert_allclose(other, one, rtol=1e-4, atol=1e-4)


def inputs_of(model):
  random = np.random.RandomState(3)
  found = []
  for tensor in model.inputs:
    shape = [9 if dim is None else int(dim) for dim in tuple(tensor.shape)]
    values = random.randn(*shape)
    if not tf.as_dtype(tensor.dtype).is_floating:
      values = np.abs(values)
    found.append(tf.constant(values, tensor.dtype))
  return found[0] if len(found) == 1 else found


class RemoveChannelsTest(ChannelsTestCase):

  @parameterized.parameters(*channel_models.MODELS)
  def test_the_outputs_are_those_of_the_masked_model(self, name):
    model = channel_models.randomize(channel_models.MODELS[name]())
    before = model.count_params()
    model_pruning.keras.prune_now(model, _SPEC)
    values = model.get_weights()
    small = remove_channels(model)
    self.assert_same(model, small, inputs_of(model))
    self.assertLess(small.count_params(), before + (name in _WHOLE))
    for old, new in zip(values, model.get_weights()):
      np.testing.assert_array_equal(old, new)

  @parameterized.parameters(*range(16))
  def test_so_are_those_of_random_models(self, seed):
    model = random_models.random_model(seed)
    model_pruning.keras.prune_now(model, _SPEC)
    self.assert_same(model, remove_channels(model), inputs_of(model))

  def test_a_model_without_zeros_stays_as_large(self):
    model = channel_models.randomize(channel_models.u_net())
    small = remove_channels(model)
    self.assertEqual(small.count_params(), model.count_params())
    self.assert_same(model, small, inputs_of(model))

  def test_layers_keep_their_names_and_half_of_their_channels(self):
    model = channel_models.randomize(channel_models.concatenated_twice())
    model_pruning.keras.prune_now(model, _SPEC)
    small = remove_channels(model)
    self.assertEqual([layer.name for layer in small.layers],
                     [layer.name for layer in model.layers])
    kernels = [tuple(weight.shape) for weight in small.trainable_variables
               if len(weight.shape) == 4]
    self.assertEqual(kernels, [(3, 3, 3, 3), (3, 3, 6, 2)])

  def test_numbers_of_channels_may_be_multiples(self):
    model = channel_models.randomize(channel_models.u_net())
    model_pruning.keras.prune_now(model, _SPEC)
    small = remove_channels(model, round_to=4)
    for layer in small.layers[1:-1]:
      if hasattr(layer, 'filters'):
        self.assertIn(layer.filters, (4, 6))
    self.assert_same(model, small, inputs_of(model))

  def test_it_is_saved_and_loaded_as_any_model(self):
    model = channel_models.randomize(channel_models.squeeze_and_excite())
    model_pruning.keras.prune_now(model, _SPEC)
    small = remove_channels(model)
    path = os.path.join(self.create_tempdir().full_path, 'small.h5')
    small.save(path)
    loaded = keras.models.load_model(path, compile=False)
    self.assert_same(small, loaded, inputs_of(model))

  @parameterized.parameters('SGD', 'Adam')
  def test_training_goes_on_with_the_state_of_the_optimizer(self, name):
    optimizer = (keras.optimizers.SGD(0.1, momentum=0.9) if name == 'SGD'
                 else keras.optimizers.Adam(0.01))
    model = channel_models.randomize(channel_models.several_inputs())
    model.compile(optimizer, 'mean_squared_error')
    inputs = inputs_of(model)
    labels = [np.ones((9, 3), np.float32), np.ones((9, 2), np.float32)]
    model_pruning.keras.prune_now(model, _SPEC)
    # Channels of which nothing is left get no gradient.
    for _ in range(2):
      model.train_on_batch(inputs, labels)
    small = remove_channels(model)
    for _ in range(2):
      model.train_on_batch(inputs, labels)
      small.train_on_batch(inputs, labels)
    self.assert_same(model, small, inputs)
    self.assertLess(small.count_params(), model.count_params())

  def test_lower_precision_is_compared_as_such(self):
    policy = getattr(keras.mixed_precision, 'Policy', None)
    if policy is None:
      self.skipTest('this Keras has no policies of mixed precision')
    inputs = keras.Input((8, 8, 3))
    hidden = layers.Conv2D(32, 3, dtype=policy('mixed_float16'))(inputs)
    hidden = layers.Conv2D(32, 3, dtype=policy('mixed_float16'))(hidden)
    outputs = layers.GlobalAveragePooling2D(dtype='float32')(hidden)
    model = channel_models.randomize(keras.Model(inputs, outputs))
    model_pruning.keras.prune_now(model, _SPEC)
    self.assertEqual(remove_channels(model).layers[1].filters, 16)

  def test_a_subclassed_model_is_followed_with_its_inputs(self):
    class Model(keras.Model):

      def __init__(self):
        super().__init__()
        self.first = layers.Conv2D(6, 3, activation='relu')
        self.last = layers.Conv2D(2, 1)

      def call(self, inputs):
        return self.last(self.first(inputs))

    model = Model()
    images = np.random.RandomState(0).randn(2, 8, 8, 3).astype(np.float32)
    model(images)
    with self.assertRaisesRegex(ValueError, '`inputs` .* must be given'):
      remove_channels(model)
    model_pruning.keras.prune_now(model, _SPEC, inputs=images)
    small = remove_channels(model, inputs=images)
    self.assertEqual(small.layers[1].filters, 3)
    self.assert_same(model, small, images)

  def test_a_rule_that_is_wrong_removes_nothing(self):
    @model_pruning.keras.register_rule(Reversed)
    def _wrong(call):
      return call.inputs

    inputs = keras.Input((8,))
    hidden = Reversed()(layers.Dense(6)(inputs))
    model = channel_models.randomize(
        keras.Model(inputs, layers.Dense(2)(hidden)))
    model_pruning.keras.prune_now(model, _SPEC)
    with self.assertRaisesRegex(ValueError, "'dense_1'|'dense_3'"):
      remove_channels(model)

  @parameterized.parameters(
      (0, ValueError), (True, TypeError), (2.0, TypeError))
  def test_round_to_is_a_positive_integer(self, value, error):
    with self.assertRaisesRegex(error, '`round_to` must be'):
      remove_channels(channel_models.u_net(), round_to=value)

  def test_a_dry_run_refuses_the_structure(self):
    model = channel_models.u_net()
    with self.assertRaisesRegex(
        ValueError, 'channels for `model_pruning.keras.prune`'):
      model_pruning.plan(model, _SPEC)
    with self.assertRaisesRegex(ValueError, '`structure`.* must'):
      model_pruning.keras.prune_now(model, _SPEC + ',block_width=4')

  def test_a_kernel_that_is_not_to_be_pruned_keeps_its_channels(self):
    model = channel_models.randomize(channel_models.concatenated_twice())
    name = model.layers[1].name
    report = model_pruning.keras.prune_now(
        model, _SPEC + f',do_not_prune=[{name}/]')
    self.assertEqual([weight.structure for weight in report.pruned],
                     ['channels', 'channels'])
    self.assertEqual(remove_channels(model).layers[1].filters, 6)

  def test_a_set_has_the_least_share_of_the_kernels_that_make_it(self):
    inputs = keras.Input((8, 8, 3))
    hidden = layers.Conv2D(8, 1, name='one')(inputs)
    hidden = layers.Add()([hidden, layers.Conv2D(8, 1, name='two')(hidden)])
    model = channel_models.randomize(
        keras.Model(inputs, layers.Conv2D(2, 1, name='last')(hidden)))
    model_pruning.keras.prune_now(
        model, _SPEC + ',weight_sparsity_map=[two/kernel:0.25]')
    self.assertEqual(remove_channels(model).get_layer('two').filters, 6)

  def test_zeros_of_any_origin_will_do(self):
    inputs = keras.Input((8,))
    hidden = layers.Dense(6, activation='softplus', name='one')(inputs)
    model = channel_models.randomize(
        keras.Model(inputs, layers.Dense(2, name='two')(hidden)))
    kernel, bias = model.get_layer('two').get_weights()
    kernel[[1, 4]] = 0.0
    model.get_layer('two').set_weights([kernel, bias])
    small = remove_channels(model)
    self.assertEqual(small.get_layer('one').units, 4)
    self.assert_same(model, small, inputs_of(model))

  def test_the_distribution_may_be_global(self):
    model = channel_models.randomize(channel_models.u_net())
    model_pruning.keras.prune_now(
        model, _SPEC + ',sparsity_distribution=global')
    small = remove_channels(model)
    self.assert_same(model, small, inputs_of(model))
    self.assertLess(small.count_params(), 0.7 * model.count_params())

  def test_what_is_no_model_is_refused(self):
    with self.assertRaisesRegex(TypeError, 'must be a Keras model'):
      remove_channels(layers.Dense(3))


class Reversed(layers.Layer):
  """Channels in the other order."""

  def call(self, inputs):
    return tf.reverse(inputs, [1])


class OlderTest(absltest.TestCase):

  def test_a_keras_that_does_not_tell_arguments_is_refused(self):
    if _TELLS_ARGUMENTS:
      self.skipTest('the calls of this Keras tell their arguments')
    model = keras.Sequential([layers.Dense(3, input_shape=(4,))])
    with self.assertRaisesRegex(ValueError, 'TensorFlow 2.4|eager mode'):
      remove_channels(model)


class ChannelGroupsTest(ChannelsTestCase):

  def test_who_follows_whom_is_printed(self):
    inputs = keras.Input((8, 8, 3))
    hidden = layers.Conv2D(6, 3, name='one', use_bias=False)(inputs)
    hidden = layers.Add()([hidden, layers.Conv2D(6, 1, name='two')(hidden)])
    model = keras.Model(inputs, layers.Conv2D(2, 1, name='last')(hidden))
    self.assertEqual(str(model_pruning.keras.channel_groups(model)), '\n'.join([
        '6 of 8 channels can be removed',
        '  6 channels',
        '    one/kernel out, two/kernel in, two/kernel out, two/bias out, '
        'last/kernel in',
        '  2 channels, all stay: they are outputs of the model',
        '    last/kernel out, last/bias out']))

  def test_what_stays_has_a_reason(self):
    groups = model_pruning.keras.channel_groups(channel_models.own_layer())
    [reason] = groups.sets[0].reasons
    self.assertRegex(reason, 'doubles.*: own Doubles has no rule')
    self.assertEmpty(groups.sets[0].free)

  def test_the_name_of_a_layer_of_keras_does_not_make_it_one(self):
    relu = type('ReLU', (layers.Layer,), {
        'call': lambda self, inputs: tf.reverse(inputs, [1])})
    inputs = keras.Input((8,))
    hidden = relu()(layers.Dense(6)(inputs))
    groups = model_pruning.keras.channel_groups(
        keras.Model(inputs, layers.Dense(2)(hidden)))
    self.assertEmpty(groups.sets[0].free)

  def test_layers_of_ones_own_are_followed_by_their_rule(self):
    class Halves(layers.Layer):

      def call(self, inputs):
        return inputs * 0.5

    @model_pruning.keras.register_rule(Halves)
    def _rule(call):
      return call.inputs

    inputs = keras.Input((8,))
    hidden = Halves()(layers.Dense(6)(inputs))
    groups = model_pruning.keras.channel_groups(
        keras.Model(inputs, layers.Dense(2)(hidden)))
    self.assertLen(groups.sets[0].free, 6)


if __name__ == '__main__':
  absltest.main()
