# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What is a kernel and what is not, by what a layer does with it."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning import SkipKind
from tests.support import keras_models

keras = tf.keras
layers = keras.layers


def _layer_of(base, **shapes):
  """A layer with a weight of each name; `base` is its class's name."""

  class Made(layers.Layer):

    def build(self, input_shape):
      for name, shape in shapes.items():
        setattr(self, name + '_', self.add_weight(
            name=name, shape=shape, initializer='ones'))
      super().build(input_shape)

    def call(self, inputs):
      return inputs

  Made.__name__ = base
  return Made(name='mine')


class WeightNormalization(layers.Wrapper):
  """Makes the kernel of the layer inside of its own, in each call."""

  def build(self, input_shape):
    super().build(input_shape)
    self.v = self.layer.kernel
    self.g = self.add_weight(name='g', shape=(6,), initializer='ones')

  def call(self, inputs):
    kernel = self.g * tf.nn.l2_normalize(tf.convert_to_tensor(self.v), axis=0)
    return tf.matmul(inputs, kernel)


class Tables(layers.Layer):
  """Tables that are told by the attributes only; Keras names them alike."""

  def __init__(self):
    super().__init__(name='tables')
    self.words = layers.Embedding(10, 4)
    self.pos_emb = layers.Embedding(6, 4)

  def build(self, input_shape):
    self.words.build(input_shape)
    self.pos_emb.build(input_shape)
    super().build(input_shape)

  def call(self, inputs):
    return self.words(inputs) + self.pos_emb(tf.range(6))


def _plan(model, spec):
  return model_pruning.plan(model, spec).report


def _kinds(layer, shape=(6,)):
  """The shapes of what has two dimensions -> None if pruned, else why not."""
  inputs = keras.Input(shape)
  model = keras.Model(inputs, layers.Dense(3, name='last')(layer(inputs)))
  report = _plan(model, 'target_sparsity=0.5')
  kinds = {weight.name.split('/')[-1]: None for weight in report.pruned}
  kinds.update({weight.name.split('/')[-1]: weight.kind
                for weight in report.skipped if len(weight.shape) > 1})
  return kinds


class RolesTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if keras_models.IS_KERAS_3 and not tf.executing_eagerly():
      self.skipTest('Keras 3 has no graph mode')
    keras.backend.clear_session()

  @parameterized.parameters(
      ('w', (6, 4), None),
      ('anything', (6, 4), None),
      ('scale', (6, 4), None),
      ('scale_kernel', (6, 4), None),
      ('bias_kernel', (6, 4), None),
      ('position_projection', (6, 4), None),
      ('token_table', (6, 4), None),
      ('kernel_posterior_loc', (6, 4), None),
      ('kernel_posterior_untransformed_scale', (6, 4), SkipKind.SCALE),
      ('kernel_scale', (6, 4), SkipKind.SCALE),
      ('sigma_kernel', (6, 4), SkipKind.SCALE),
      ('b1', (6, 4), SkipKind.BIAS),
      ('relative_position_bias_table', (6, 4), SkipKind.BIAS),
      ('position_table', (6, 4), SkipKind.POSITION),
      ('posEmbedding', (6, 4), SkipKind.POSITION),
      ('wpe', (6, 4), SkipKind.POSITION),
      ('rel_embeddings', (6, 4), SkipKind.POSITION),
      ('cls_token', (1, 1, 4), SkipKind.TOKEN),
      ('anything', (1, 6, 4), SkipKind.BROADCAST))
  def test_the_name_of_a_weight_tells(self, name, shape, kind):
    self.assertEqual(_kinds(_layer_of('Mine', **{name: shape}))[name], kind)

  @parameterized.parameters(
      ('BatchInstanceNorm', SkipKind.NORMALIZATION),
      ('PositionEmbedding', SkipKind.POSITION),
      ('TokenAndPositionEmbedding', None),
      ('PositionMixer', None))
  def test_the_class_of_a_layer_tells(self, base, kind):
    self.assertEqual(_kinds(_layer_of(base, table=(6, 4)))['table'], kind)

  @parameterized.parameters('BatchInstanceNorm', 'PositionEmbedding')
  def test_what_is_called_a_kernel_is_one_in_any_class(self, base):
    self.assertIsNone(_kinds(_layer_of(base, kernel=(6, 4)))['kernel'])

  def test_the_name_of_a_layer_around_a_kernel_says_nothing(self):
    kinds = _kinds(layers.Dense(4, name='position_embedding_bias'))
    self.assertEqual(kinds, {'kernel': None})

  def test_a_wrapper_that_normalizes_weights_is_no_normalization(self):
    inputs = keras.Input((6,))
    model = keras.Model(
        inputs, WeightNormalization(layers.Dense(6))(inputs))
    report = _plan(model, 'target_sparsity=0.5')
    self.assertEqual([weight.shape for weight in report.pruned], [(6, 6)])

  def test_a_table_is_told_by_the_attribute_that_holds_its_layer(self):
    report = _plan(
        keras.Sequential([keras.Input((6,)), Tables()])
        if keras_models.IS_KERAS_3 else
        keras.Sequential([layers.InputLayer((6,)), Tables()]),
        'target_sparsity=0.5')
    self.assertEqual([weight.shape for weight in report.pruned], [(10, 4)])
    self.assertEqual([(weight.shape, weight.kind)
                      for weight in report.skipped],
                     [((6, 4), SkipKind.POSITION)])

  def test_a_name_in_the_spec_decides_both_ways(self):
    layer = _layer_of('Mine', w=(6, 4), kernel_scale=(6, 4), pe=(1, 6, 4))
    inputs = keras.Input((6,))
    model = keras.Model(inputs, layer(inputs))
    report = _plan(
        model, 'target_sparsity=0.5,do_not_prune=[w$],'
        'weight_sparsity_map=[kernel_scale:0.75,pe$:0.25]')
    self.assertEqual(
        {weight.name.split('/')[-1]: weight.target_sparsity
         for weight in report.pruned}, {'kernel_scale': 0.75, 'pe': 0.25})
    self.assertEqual([weight.kind for weight in report.skipped],
                     [SkipKind.DO_NOT_PRUNE])

  def test_a_spared_position_table_is_trained_dense(self):
    model = keras.Sequential([
        layers.InputLayer((6,)), Tables(), layers.Flatten(),
        layers.Dense(2, name='last')])
    model_pruning.keras.prune(
        model, 'target_sparsity=0.5,sparsity_function_end_step=0')
    model.compile('sgd', 'mean_squared_error')
    model.train_on_batch(np.arange(12).reshape(2, 6) % 10, np.ones((2, 2)))
    table = [value for value in model.get_weights()
             if value.shape == (6, 4)]
    self.assertEqual(np.count_nonzero(table), 24)


if __name__ == '__main__':
  absltest.main()
