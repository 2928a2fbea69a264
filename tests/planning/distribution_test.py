# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How the target sparsity is spread over weights."""

from __future__ import annotations

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.axes import distributions
from model_pruning._src.planning import plan
from model_pruning._src.spec import pruning_spec as spec_lib

_SHAPES = [(3, 3, 1, 8), (512, 64), (64, 10)]


class ErkTest(parameterized.TestCase):

  @parameterized.parameters(0.5, 0.8, 0.9, 0.99)
  def test_the_share_of_all_entries_is_the_target(self, sparsity):
    sparsities = distributions.erk_sparsities(_SHAPES, sparsity)
    sizes = [np.prod(shape) for shape in _SHAPES]
    self.assertAlmostEqual(
        np.dot(sparsities, sizes) / np.sum(sizes), sparsity)

  def test_density_is_in_proportion_to_dimensions_over_size(self):
    first, second = distributions.erk_sparsities([(100, 100), (50, 200)], 0.9)
    self.assertAlmostEqual((1 - second) / (1 - first), 250 / 200)

  def test_what_would_be_more_than_dense_is_dense(self):
    small, large = distributions.erk_sparsities([(2, 2), (1000, 1000)], 0.9)
    self.assertEqual(small, 0.0)
    self.assertAlmostEqual(large, (0.9 * 1000004) / 1000000)


class DistributeTest(parameterized.TestCase):

  def _plan(self, spec):
    candidates = [plan.Candidate(name, shape)
                  for name, shape in zip('abc', _SHAPES)]
    return plan.make_plan(spec_lib.PruningSpec.of(spec), candidates)

  def test_uniform_gives_each_weight_the_target(self):
    rules, _ = self._plan('target_sparsity=0.9')
    self.assertEqual([rule.target_sparsity for rule in rules], [0.9] * 3)

  def test_erk_leaves_targets_of_the_map_alone(self):
    rules, _ = self._plan('target_sparsity=0.9,sparsity_distribution=erk'
                          ',weight_sparsity_map=[b:0.25]')
    self.assertEqual(rules[1].target_sparsity, 0.25)
    wanted = distributions.erk_sparsities([_SHAPES[0], _SHAPES[2]], 0.9)
    self.assertEqual([rules[0].target_sparsity, rules[2].target_sparsity],
                     wanted)

  def test_global_is_one_group_of_those_without_a_target_of_their_own(self):
    rules, _ = self._plan('target_sparsity=0.9,sparsity_distribution=global'
                          ',weight_sparsity_map=[b:0.25]')
    self.assertEqual([rule.group for rule in rules],
                     ['global', None, 'global'])


class PlanTest(parameterized.TestCase):

  def _report(self, spec, *candidates):
    return plan.make_plan(
        spec_lib.PruningSpec.of(spec),
        [plan.Candidate('w', (8, 8)), *candidates]).report

  def test_a_target_of_zero_is_a_reason(self):
    report = self._report('weight_sparsity_map=[w:0]')
    self.assertEqual(report.skipped[0].reason, 'its target sparsity is 0')
    self.assertIn('No weight of the model is pruned.', report.warnings)

  def test_a_request_for_what_cannot_be_pruned_is_refused(self):
    bias = plan.Candidate('bias', (8,), reason='it has 1 dimension')
    with self.assertRaisesRegex(ValueError, 'weight_sparsity_map.*bias'):
      self._report('weight_sparsity_map=[bias:0.5]', bias)

  def test_what_cannot_be_pruned_may_be_spared(self):
    bias = plan.Candidate('bias', (8,), reason='it has 1 dimension')
    self.assertLen(self._report('do_not_prune=[bias]', bias).pruned, 1)

  def test_odd_schedules_are_in_the_warnings(self):
    report = self._report('begin_pruning_step=1000')
    self.assertRegex(' '.join(report.warnings), 'jump')


if __name__ == '__main__':
  absltest.main()
