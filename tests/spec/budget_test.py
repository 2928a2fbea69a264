# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A budget takes the place of the target of channels."""

from __future__ import annotations

import pickle

from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.spec import pruning_spec

PruningSpec = pruning_spec.PruningSpec
_CHANNELS = 'structure=channels,'


class BudgetTest(parameterized.TestCase):

  def test_it_is_the_share_that_is_left(self):
    spec = PruningSpec.parse(_CHANNELS + 'target_macs= 30.0 %')
    self.assertEqual(spec.target_macs, '30%')
    self.assertEqual(spec.budget.share, 0.3)
    self.assertAlmostEqual(spec.target_sparsity, 0.7)

  def test_it_comes_back_from_text_and_pickles(self):
    spec = PruningSpec(structure='channels', target_params='37.5%')
    self.assertEqual(str(spec), 'structure=channels,target_params=37.5%')
    self.assertEqual(PruningSpec.parse(str(spec)), spec)
    self.assertEqual(pickle.loads(pickle.dumps(spec)), spec)

  def test_it_is_replaced_with_its_target(self):
    spec = PruningSpec(structure='channels', target_params='30%')
    self.assertEqual(spec.replace(target_params='20%').target_sparsity, 0.8)
    self.assertEqual(spec.replace(target_params=''),
                     PruningSpec(structure='channels'))
    self.assertEqual(
        spec.resolve(num_steps=100).budget, spec.budget)

  @parameterized.parameters(
      ('0.5', 'above 0% and up to 100%'), ('0%', 'above 0% and up to 100%'),
      ('101%', 'above 0% and up to 100%'), ('-5%', "such as '50%'"),
      (0.5, 'that is to be left'), (None, 'parameters of the model'))
  def test_what_is_no_share_is_an_error(self, value, message):
    with self.assertRaisesRegex(ValueError, f'`target_params` .*{message}'):
      PruningSpec(structure='channels', target_params=value)

  @parameterized.parameters(
      ('target_sparsity=0.5', 'combined with target_sparsity'),
      ('target_sparsity=0.7', 'combined with target_sparsity'),
      ('target_params=50%', 'combined with target_params'),
      ('weight_sparsity_map=[a:0.5]', 'combined with weight_sparsity_map'),
      ('group_pruning=true', 'combined with .*group_pruning'),
      ('sparsity_distribution=erk', 'all channels are ranked together'),
      ('mask_update=hold', 'prunes no channel'),
      ('min_weight_sparsity=0.6,max_weight_sparsity=0.5',
       '<= `max_weight_sparsity`'))
  def test_another_target_is_refused(self, other, message):
    with self.assertRaisesRegex(ValueError, message):
      PruningSpec.parse(f'{_CHANNELS}target_macs=50%,{other}')

  @parameterized.parameters('', 'block_width=4,', 'sparsity_m_by_n=2x4,',
                            'structure=unstructured,')
  def test_another_structure_is_refused(self, structure):
    with self.assertRaisesRegex(ValueError, 'structure=channels'):
      PruningSpec.parse(structure + 'target_macs=50%')

  def test_bounds_are_not_compared_with_it(self):
    budget = PruningSpec.parse(
        _CHANNELS + 'target_macs=10%,min_weight_sparsity=0.2,'
        'max_weight_sparsity=0.5').budget
    self.assertEqual((budget.min_sparsity, budget.max_sparsity), (0.2, 0.5))


if __name__ == '__main__':
  absltest.main()
