# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Costs of channels, and rankings by them, as tables."""

from __future__ import annotations

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.channels import channel_sets
from model_pruning._src.channels import cost_ranking
from model_pruning._src.channels import dependency as dependency_lib
from model_pruning._src.spec import budget as budget_lib

_Role = dependency_lib.Role
_SHAPES = {'k1': (3, 4), 'b1': (4,), 'k2': (4, 2), 'k3': (2, 5)}


def _ranking(of_entries=None, share=0.5, **bounds):
  """Three layers: 3 inputs, 4 and 2 channels between them, 5 outputs."""
  dependency = dependency_lib.Dependency()
  ends = dependency.ids.fresh(3)
  first, second = dependency.make('one', 4), dependency.make('two', 2)
  last = dependency.make('three', 5)
  for channels in (ends, last):
    dependency.ids.freeze(channels, 'they are inputs or outputs')
  for key, taken, made in (('k1', ends, first), ('k2', first, second),
                           ('k3', second, last)):
    dependency.use(key, key, 0, taken, _Role.CONSUMES, 2)
    dependency.use(key, key, 1, made, _Role.MAKES, 2)
  dependency.use('b1', 'b1', 0, first, _Role.MAKES, 1)
  return cost_ranking.Asked(
      budget_lib.Budget('target_params', share, **bounds), _SHAPES,
      of_entries or dict.fromkeys(_SHAPES, 1.0)).ranking(dependency, [
          one for one in channel_sets.sets_of(dependency) if one.free])


class CostTest(absltest.TestCase):

  def test_a_weight_costs_the_product_of_what_is_left_of_its_axes(self):
    cost = _ranking().cost
    self.assertEqual(cost.total, 12 + 4 + 8 + 10)
    # One of four: 3 + 1 + 2. One of two: 4 + 5.
    self.assertEqual(cost.of_each.tolist(), [6, 6, 6, 6, 9, 9])
    # Of k2, one by one is left: 3 + 1 + 1 + 5.
    self.assertEqual(
        cost.without(np.array([True, True, False, True, False, True])), 10)
    self.assertEqual(cost.after_each(np.array([0, 4, 1, 2, 5, 3])).tolist(),
                     [28, 20, 15, 10, 4, 0])

  def test_entries_of_weights_cost_more_or_less(self):
    cost = _ranking({'k1': 100.0, 'k3': 1.0}).cost
    self.assertEqual(cost.total, 1210)
    self.assertEqual(cost.of_each.tolist(), [300] * 4 + [5] * 2)


class CostRankingTest(parameterized.TestCase):

  def least(self, saliencies, **kwargs):
    ranking = _ranking(**kwargs)
    scores = ranking.scores([np.array(one, float) for one in saliencies])
    gone = ranking.least(np.concatenate(scores))
    return ''.join('.x'[one] for one in gone.tolist()), ranking.missed(gone)

  @parameterized.parameters(
      # 3 for 6 goes before 5 for 9, and that before 5 for 6.
      (0.9, 'x.....'), (0.8, 'x...x.'), (0.5, 'xx..x.'), (1.0, '......'))
  def test_what_matters_least_for_its_cost_goes_until_the_budget(
      self, share, wanted):
    inf = np.inf
    self.assertEqual(
        self.least([[3, 5, 9, inf], [5, inf]], share=share), (wanted, ''))

  def test_of_equal_ones_the_last_goes(self):
    self.assertEqual(
        self.least([[1, 1, 1, 1], [np.inf] * 2], share=0.65)[0], '..xx..')

  @parameterized.parameters(
      (dict(max_sparsity=0.25), 'x...x.'), (dict(min_sparsity=0.5), '.xx.x.'))
  def test_bounds_hold_for_each_set(self, bounds, wanted):
    saliencies = ([[1, 2, 3, 4], [90, 100]] if 'max_sparsity' in bounds
                  else [[90, 1e-3, 1e-3, 100], [200, np.inf]])
    self.assertEqual(self.least(saliencies, share=0.6, **bounds)[0], wanted)

  def test_a_budget_that_cannot_be_reached_is_said(self):
    gone, missed = self.least([[1, np.inf, np.inf, np.inf], [np.inf] * 2])
    self.assertEqual(gone, 'x.....')
    self.assertIn('target_params=50% asks for 17 of 34 parameters; 28 are '
                  'left (82.35%)', missed)

  def test_what_costs_nothing_and_what_is_no_number_stay(self):
    self.assertEqual(self.least(
        [[0, 0, 0, 0], [np.nan, 1]], of_entries={'k3': 1.0})[0], '.....x')


if __name__ == '__main__':
  absltest.main()
