# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the split of a budget over weights."""

from __future__ import annotations

import itertools

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.planning import loss_budget


def _cost(curve, sparsity):
  return np.interp(sparsity, *curve)


class ConvexCurveTest(parameterized.TestCase):

  @parameterized.parameters(
      # A point above the chord is left out.
      ([0.5, 0.9], [1.0, 1.0], [0, 0.9], [0, 1]),
      ([0.5, 0.9], [0.1, 1.0], [0, 0.5, 0.9], [0, 0.1, 1]),
      # Noise below 0, or below a smaller sparsity, is no gain.
      ([0.5, 0.9], [-0.2, 0.1], [0, 0.5, 0.9], [0, 0, 0.1]),
      ([0.3, 0.5, 0.9], [0.1, 0.05, 1.0], [0, 0.5, 0.9], [0, 0.1, 1]),
      # The order of the points does not matter.
      ([0.9, 0.5], [1.0, 0.1], [0, 0.5, 0.9], [0, 0.1, 1]),
      # What is not finite cannot be had, nor what is beyond.
      ([0.5, 0.8, 0.9], [0.1, np.nan, 0.2], [0, 0.5], [0, 0.1]),
      ([0.5, 0.8], [0.1, np.inf], [0, 0.5], [0, 0.1]),
      ([0.5, 0.5], [0.1, 0.2], [0, 0.5], [0, 0.1]))
  def test_corners(self, sparsities, increases, at, values):
    found = loss_budget.convex_curve(sparsities, increases)
    np.testing.assert_allclose(found[0], at)
    np.testing.assert_allclose(found[1], values)


class CheapestTest(absltest.TestCase):

  def test_a_budget_is_met_exactly(self):
    curves = [loss_budget.convex_curve([0.5, 0.9], [0.1, 1.0]),
              loss_budget.convex_curve([0.5, 0.9], [0.4, 0.9])]
    units = [100, 300]
    for saved in (0, 1, 50, 200.5, 360):
      sparsities, cost = loss_budget.cheapest(curves, units, saved)
      self.assertAlmostEqual(np.dot(sparsities, units), saved)
      self.assertAlmostEqual(cost, sum(map(_cost, curves, sparsities)))

  def test_nothing_on_a_grid_costs_less(self):
    random = np.random.RandomState(0)
    grid = np.linspace(0, 0.9, 19)
    for _ in range(20):
      curves = [loss_budget.convex_curve([0.3, 0.6, 0.9],
                                         np.sort(random.rand(3)))
                for _ in range(3)]
      units = random.randint(1, 100, 3)
      saved = 0.7 * units.sum()
      _, cost = loss_budget.cheapest(curves, units, saved)
      best = min(sum(map(_cost, curves, point))
                 for point in itertools.product(grid, repeat=3)
                 if np.dot(point, units) >= saved)
      self.assertLessEqual(cost, best + 1e-9)

  def test_a_weight_that_saves_nothing_stays_dense(self):
    curves = [loss_budget.convex_curve([0.9], [0.0])] * 2
    self.assertEqual(loss_budget.cheapest(curves, [0, 10], 9)[0], [0.0, 0.9])

  def test_what_the_curves_do_not_reach_is_refused(self):
    curves = [loss_budget.convex_curve([0.9], [0.0])]
    with self.assertRaisesRegex(ValueError, 'reaches 90 and 95'):
      loss_budget.cheapest(curves, [100], 95)


if __name__ == '__main__':
  absltest.main()
