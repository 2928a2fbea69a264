# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Channels are followed, united and cut as arrays."""

from __future__ import annotations

import numpy as np
from absl.testing import absltest

from model_pruning._src.channels import channel_ids
from model_pruning._src.channels import channel_sets
from model_pruning._src.channels import dependency as dependency_lib
from model_pruning._src.channels import removal

_Role = dependency_lib.Role


def _chain():
  """Two layers: 3 inputs, 4 channels between them, 2 outputs."""
  dependency = dependency_lib.Dependency()
  inputs = dependency.ids.fresh(3)
  dependency.ids.freeze(inputs, 'inputs')
  middle = dependency.make('one', 4)
  dependency.use('k1', 'one/kernel', 0, inputs, _Role.CONSUMES, 2)
  dependency.use('k1', 'one/kernel', 1, middle, _Role.MAKES, 2)
  dependency.use('b1', 'one/bias', 0, middle, _Role.MAKES, 1)
  outputs = dependency.make('two', 2)
  dependency.use('k2', 'two/kernel', 0, middle, _Role.CONSUMES, 2)
  dependency.use('k2', 'two/kernel', 1, outputs, _Role.MAKES, 2)
  dependency.ids.freeze(outputs, 'outputs')
  return dependency


def _values():
  return {'k1': np.arange(1.0, 13.0).reshape(3, 4), 'b1': np.ones(4),
          'k2': np.arange(1.0, 9.0).reshape(4, 2)}


class ChannelIdsTest(absltest.TestCase):

  def test_a_class_is_named_by_its_least_channel(self):
    ids = channel_ids.ChannelIds()
    one, two, three = ids.fresh(2), ids.fresh(2), ids.fresh(2)
    ids.unite(two, three)
    ids.unite(one, two)
    self.assertEqual(ids.classes_of(three).tolist(), one.tolist())

  def test_what_is_no_channel_unites_nothing(self):
    ids = channel_ids.ChannelIds()
    one, two = ids.fresh(2), ids.fresh(2)
    ids.unite(one, np.array([0, 0]))
    ids.unite(two, np.array([0, 0]))
    self.assertEqual(ids.classes_of(two).tolist(), two.tolist())

  def test_a_frozen_channel_freezes_its_class(self):
    ids = channel_ids.ChannelIds()
    one, two = ids.fresh(2), ids.fresh(2)
    ids.freeze(two[:1], 'it is an output')
    ids.unite(one, two)
    self.assertEqual(ids.frozen(), {1: ['it is an output']})


class DependencyTest(absltest.TestCase):

  def test_channels_that_differ_by_position_go_together(self):
    dependency = dependency_lib.Dependency()
    one, two = dependency.ids.fresh(3), dependency.ids.fresh(3)
    tokens = np.stack([one, two])[np.newaxis]
    self.assertEqual(dependency.along(tokens, -1).tolist(), [1, 2, 3])
    self.assertEqual(dependency.ids.classes_of(two).tolist(), [1, 2, 3])

  def test_channels_on_two_axes_go_in_slices_of_the_longer(self):
    dependency = dependency_lib.Dependency()
    tensor = dependency.ids.fresh(6).reshape(1, 2, 3)
    aligned = dependency.ids.classes_of(dependency.aligned(tensor))
    self.assertEqual(aligned.tolist(), [[[1, 2, 3], [1, 2, 3]]])

  def test_padding_is_no_channel(self):
    dependency = dependency_lib.Dependency()
    channels = dependency.ids.fresh(3)
    tensor = np.pad(np.broadcast_to(channels, (1, 4, 3)),
                    [(0, 0), (1, 1), (0, 0)], 'constant')
    self.assertFalse(dependency.varies(tensor, 1))
    aligned = dependency.ids.classes_of(dependency.aligned(tensor))
    np.testing.assert_array_equal(aligned, tensor)

  def test_one_value_for_many_channels_stays(self):
    dependency = dependency_lib.Dependency()
    many, one = dependency.ids.fresh(3), dependency.ids.fresh(1)
    merged = dependency.merge([np.broadcast_to(many, (1, 4, 3)),
                               np.broadcast_to(one, (1, 4, 1))])
    self.assertEqual(np.unique(merged).tolist(), [1, 2, 3])
    self.assertEqual(list(dependency.ids.frozen()), [4])

  def test_one_channel_at_all_places_is_as_many_as_they_are(self):
    dependency = dependency_lib.Dependency()
    [one] = dependency.ids.fresh(1)
    channels = dependency.along(np.full((1, 2, 3), one), -1)
    self.assertEqual(channels.tolist(), [one, one, one])

  def test_one_channel_at_all_places_goes_with_those_beside_it(self):
    dependency = dependency_lib.Dependency()
    one, many = dependency.ids.fresh(1), dependency.ids.fresh(3)
    dependency.merge([np.full((2, 3), one[0]), many[None]])
    self.assertEqual(dependency.ids.classes_of(many).tolist(), [1, 1, 1])
    self.assertEmpty(dependency.ids.frozen())

  def test_an_outer_product_keeps_all(self):
    dependency = dependency_lib.Dependency()
    rows, columns = dependency.ids.fresh(2), dependency.ids.fresh(3)
    dependency.merge([rows.reshape(1, 2, 1), columns.reshape(1, 1, 3)])
    self.assertLen(dependency.ids.frozen(), 5)

  def test_a_layer_that_is_called_twice_makes_the_same_channels(self):
    dependency = dependency_lib.Dependency()
    self.assertIs(dependency.make('one', 3), dependency.make('one', 3))
    self.assertLen(dependency.families, 1)


class RemovalTest(absltest.TestCase):

  def test_a_channel_has_no_effect_where_nobody_takes_it_in(self):
    dependency, values = _chain(), _values()
    self.assertEmpty(removal.without_effect(dependency, values))
    values['k2'][1] = 0.0
    self.assertEqual(removal.without_effect(dependency, values), {5})

  def test_all_that_belongs_to_a_channel_is_zeroed_and_cut(self):
    dependency, values = _chain(), _values()
    zeroed = removal.zeroed(dependency, values, {5})
    self.assertEqual(zeroed['k1'][:, 1].tolist(), [0.0] * 3)
    self.assertEqual(zeroed['b1'].tolist(), [1.0, 0.0, 1.0, 1.0])
    self.assertEqual(zeroed['k2'][1].tolist(), [0.0, 0.0])
    self.assertEqual(values['k2'][1].tolist(), [3.0, 4.0])
    cut = removal.cut(dependency, values, {5})
    self.assertEqual(cut['k1'].tolist(),
                     [[1.0, 3.0, 4.0], [5.0, 7.0, 8.0], [9.0, 11.0, 12.0]])
    self.assertEqual(cut['k2'].tolist(), [[1.0, 2.0], [5.0, 6.0], [7.0, 8.0]])

  def test_the_least_channels_go_and_one_stays(self):
    dependency, values = _chain(), _values()
    [middle, outputs] = channel_sets.sets_of(dependency)
    saliencies = removal.saliencies_of(dependency, values)
    # Of 4 channels; the mean squares grow with the index.
    self.assertEqual(removal.least(middle, saliencies, 0.5), [4, 5])
    self.assertEqual(removal.least(middle, saliencies, 0.99), [4, 5, 6])
    self.assertEmpty(removal.least(outputs, saliencies, 0.5))
    self.assertEqual(
        removal.with_one_left([middle], {4, 5, 6, 7}, dependency), {5, 6, 7})

  def test_a_saliency_is_the_mean_square_of_all_entries(self):
    saliencies = removal.saliencies_of(_chain(), _values())
    self.assertAlmostEqual(
        saliencies[4], (1 + 25 + 81 + 1 + 1 + 4) / 6.0)

  def test_numbers_that_are_left_are_multiples(self):
    dependency = _chain()
    [middle, _] = channel_sets.sets_of(dependency)
    self.assertEqual(removal.with_one_left(
        [middle], {4, 5, 6}, dependency, round_to=2), {5, 6})
    self.assertEmpty(removal.with_one_left(
        [middle], {4, 5}, dependency, round_to=3) - {5})


if __name__ == '__main__':
  absltest.main()
