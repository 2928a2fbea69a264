# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Channels that a normalization computes with go only where that is asked."""

from __future__ import annotations

import re

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support.channels import channel_models

keras = tf.keras
layers = keras.layers

_TELLS_ARGUMENTS = hasattr(layers, 'MultiHeadAttention')
_SPEC = 'structure=channels,target_sparsity=0.5'


class NormsTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if not tf.executing_eagerly() or not _TELLS_ARGUMENTS:
      self.skipTest('channels are followed in eager mode, from TF 2.4')

  def assert_recomputed(self, norm):
    """Of eight channels half go, and the norm is that of those left."""
    inputs = keras.Input((6, 3))
    hidden = layers.Dense(8, name='one')(inputs)
    model = channel_models.randomize(keras.Model(
        inputs, layers.Dense(2, name='two')(norm(hidden))))
    model_pruning.keras.prune_now(model, _SPEC, norms='recompute')
    self.assertEqual(model_pruning.keras.remove_channels(
        model).get_layer('one').units, 8)
    with self.assertLogs(level='WARNING') as logs:
      small = model_pruning.keras.remove_channels(model, norms='recompute')
    self.assertEqual(small.get_layer('one').units, 4)
    images = np.random.RandomState(0).randn(4, 6, 3).astype(np.float32)
    kept = model.get_layer('two').get_weights()[0].any(axis=1)
    hidden = tf.boolean_mask(model.get_layer('one')(images), kept, axis=2)
    expected = small.get_layer('two')(small.layers[2](hidden))
    np.testing.assert_allclose(small(images), expected, atol=1e-5)
    change = float(re.search(
        r'change: by (\S+) of the greatest', logs.output[0]).group(1))
    self.assertGreater(change, 1e-3)
    self.assertLess(change, 10.0)

  def test_a_layer_normalization_counts_those_that_are_left(self):
    self.assert_recomputed(layers.LayerNormalization())

  def test_so_does_one_of_groups_which_lose_as_many(self):
    if not hasattr(layers, 'GroupNormalization'):
      self.skipTest('this Keras has no GroupNormalization')
    self.assert_recomputed(layers.GroupNormalization(groups=2))

  def test_groups_of_one_channel_need_no_asking(self):
    if not hasattr(layers, 'GroupNormalization'):
      self.skipTest('this Keras has no GroupNormalization')
    inputs = keras.Input((6, 3))
    hidden = layers.GroupNormalization(groups=8)(layers.Dense(8)(inputs))
    model = channel_models.randomize(
        keras.Model(inputs, layers.Dense(2)(hidden)))
    model_pruning.keras.prune_now(model, _SPEC)
    small = model_pruning.keras.remove_channels(model)
    self.assertEqual(small.layers[1].units, 4)
    images = np.random.RandomState(0).randn(4, 6, 3).astype(np.float32)
    np.testing.assert_allclose(small(images), model(images), atol=1e-5)

  def test_what_else_changes_is_still_refused(self):
    class Turned(layers.Layer):

      def call(self, inputs):
        return tf.reverse(inputs, [1])

    @model_pruning.keras.register_rule(Turned)
    def _wrong(call):
      return call.inputs

    inputs = keras.Input((3,))
    hidden = layers.LayerNormalization()(layers.Dense(8)(inputs))
    hidden = layers.Dense(8)(Turned()(hidden))
    model = channel_models.randomize(
        keras.Model(inputs, layers.Dense(2)(hidden)))
    model_pruning.keras.prune_now(model, _SPEC, norms='recompute')
    with self.assertRaisesRegex(ValueError, 'nothing is removed'):
      model_pruning.keras.remove_channels(model, norms='recompute')

  @parameterized.parameters('remove_channels', 'channel_groups')
  def test_other_words_are_refused(self, verb):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    with self.assertRaisesRegex(
        ValueError, "`norms`.*'exact', 'recompute'. Received: 'approximate'"):
      getattr(model_pruning.keras, verb)(model, norms='approximate')


if __name__ == '__main__':
  absltest.main()
