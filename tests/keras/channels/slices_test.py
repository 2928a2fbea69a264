# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Channels go though something takes them by their numbers."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support.channels import channel_models

keras = tf.keras
layers = keras.layers

_TELLS_ARGUMENTS = hasattr(layers, 'MultiHeadAttention')


class SlicesTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if not tf.executing_eagerly() or not _TELLS_ARGUMENTS:
      self.skipTest('channels are followed in eager mode, from TF 2.4')

  def without(self, part_of, removed, consumed=None):
    """Removes units of eight; returns how the model changes.

    Args:
      part_of: from the eight units what the next layer takes.
      removed: those that have no effect.
      consumed: which of the units the next layer takes, in order. Default:
        what `part_of` makes of their numbers.

    Returns:
      The number of units that are left, and of those that the next layer takes.
    """
    inputs = keras.Input((3,))
    hidden = layers.Dense(8, name='one')(inputs)
    model = channel_models.randomize(keras.Model(
        inputs, layers.Dense(2, name='two')(part_of(hidden))))
    if consumed is None:
      consumed = np.array(part_of(tf.constant([np.arange(8)]))[0])
    two = model.get_layer('two')
    kernel, bias = two.get_weights()
    kernel[np.isin(consumed, removed)] = 0.0
    two.set_weights([kernel, bias])
    small = model_pruning.keras.remove_channels(model)
    random = np.random.RandomState(1).randn(5, 3).astype(np.float32)
    np.testing.assert_allclose(small(random), model(random), atol=1e-5)
    return (small.get_layer('one').units,
            int(small.get_layer('two').kernel.shape[0]))

  @parameterized.parameters(
      (slice(2, None), [3], 5, 5),
      (slice(2, 6), [3, 4], 2, 2),
      (slice(None, 5), [0, 1], 3, 3),
      (slice(-3, None), [6], 2, 2),
      (slice(1, -2), [1, 2], 3, 3),
      (slice(None, -2), [0, 3], 4, 4),
      (slice(2, 100), [3], 5, 5),
      (slice(None, None, -1), [3], 7, 7),
      (slice(None, None, 2), [0, 4], 4, 2),
      (slice(1, None, 3), [4], 4, 2))
  def test_a_slice_begins_and_ends_where_it_did(
      self, part, removed, num_left, num_taken):
    self.assertEqual(self.without(lambda one: one[:, part], removed)[1],
                     num_taken)
    self.assertEqual(self.without(lambda one: one[..., part], removed)[1],
                     num_taken)
    # What no slice takes goes without being asked.
    self.assertEqual(self.without(lambda one: one[:, part], removed)[0],
                     num_left)

  def test_a_slice_keeps_a_channel(self):
    self.assertEqual(self.without(lambda one: one[:, 5:], [5, 6, 7]), (2, 1))

  def test_parts_that_shall_be_equal_stay_so(self):
    def halves(one):
      first, second = channel_models.split(one, 2)
      return layers.Concatenate()([second, first])

    consumed = [4, 5, 6, 7, 0, 1, 2, 3]
    self.assertEqual(self.without(halves, [1, 4], consumed), (8, 8))
    self.assertEqual(self.without(halves, [1, 5], consumed), (6, 6))

  def test_parts_of_given_sizes_become_smaller_by_themselves(self):
    def parts(one):
      first, second, third = channel_models.split(one, [1, 3, 4])
      return layers.Concatenate()([third, second, first])

    consumed = [4, 5, 6, 7, 1, 2, 3, 0]
    self.assertEqual(self.without(parts, [2, 3, 6], consumed), (5, 5))
    self.assertEqual(self.without(parts, [0], consumed), (8, 8))

  def test_heads_with_biases_go_as_others(self):
    model = channel_models.randomize(channel_models.attention())
    model_pruning.keras.prune_now(
        model, 'structure=channels,target_sparsity=0.5')
    small = model_pruning.keras.remove_channels(model)
    self.assertEqual([layer.get_config()['num_heads'] for layer in small.layers
                      if 'attention' in layer.name], [1])

  @parameterized.parameters(2, 1)
  def test_queries_go_with_the_head_that_they_share(self, num_shared):
    if not hasattr(layers, 'GroupQueryAttention'):
      self.skipTest('this Keras has no GroupQueryAttention')
    model = channel_models.randomize(
        channel_models.grouped_attention(num_shared))
    model_pruning.keras.prune_now(
        model, 'structure=channels,target_sparsity=0.5')
    config = model_pruning.keras.remove_channels(model).layers[1].get_config()
    self.assertEqual(config['num_query_heads'], 2)
    self.assertEqual(config['num_key_value_heads'], 1)


if __name__ == '__main__':
  absltest.main()
