# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a spec means for one weight, and which patterns match it."""

from __future__ import annotations

from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.spec.pruning_spec import Block
from model_pruning._src.spec.pruning_spec import NOfM
from model_pruning._src.spec.pruning_spec import PruningSpec
from model_pruning._src.spec.pruning_spec import Unstructured
from model_pruning._src.spec.pruning_spec import WeightRule

_CONV = (3, 3, 16, 32)


def _rule(text, name='net/conv1/weights', shape=_CONV):
  return PruningSpec.parse(text).rule_for(name, shape)


class TargetTest(parameterized.TestCase):

  def test_by_default_a_weight_is_pruned_alone_to_the_target(self):
    self.assertEqual(
        _rule('target_sparsity=0.9,initial_sparsity=0.1'),
        WeightRule(0.9, 0.1, Unstructured(), None))

  @parameterized.parameters(
      ('conv1:0.8', 0.8),
      ('.*:0.8', 0.8),
      ('^conv1:0.8', 0.5),
      ('weights$:0.8', 0.8),
      ('conv[12]:0.8', 0.8),
      ('"conv\\d{1,2}:0.8"', 0.8),
      ('conv2:0.8', 0.5),
      ('conv1:0.8,weights:0.8', 0.8),
      ('conv1:0.8,.*:0.1,net/conv1/weights:0.7,weights:0.3', 0.7),
      ('conv1:0', 0.0),
  )
  def test_a_map_gives_a_weight_its_own_target(self, entries, target):
    rule = _rule(f'weight_sparsity_map=[{entries}]')
    self.assertEqual(rule.target_sparsity, target)
    self.assertIsNone(rule.group)

  def test_the_name_of_a_tensor_is_that_of_its_weight(self):
    text = 'weight_sparsity_map=[conv1/weights$:0.8,a/b:0.3]'
    for name in ('conv1/weights', 'conv1/weights:0', 'conv1/weights:12'):
      self.assertEqual(_rule(text, name).target_sparsity, 0.8)

  def test_an_exact_name_need_not_be_a_regex_that_matches_itself(self):
    self.assertEqual(
        _rule('weight_sparsity_map=[a+b:0.8]', 'a+b').target_sparsity, 0.8)

  def test_two_patterns_with_different_values_are_an_error(self):
    for text, first, second in (
        ('weight_sparsity_map=[conv:0.5,x:0.1,conv1:0.8]', 'conv:0.5',
         'conv1:0.8'),
        ('block_dims_map=[conv:1x4,1/w:4x1]', 'conv:1x4', '1/w:4x1')):
      with self.assertRaises(ValueError) as caught:
        _rule(text)
      message = str(caught.exception)
      for shown in (f'`{text.partition("=")[0]}`', repr(first), repr(second),
                    "'net/conv1/weights'", 'net/conv1/weights:<value>'):
        self.assertIn(shown, message)

  def test_an_own_target_is_one_from_the_map(self):
    spec = PruningSpec(weight_sparsity_map={'conv1': 0.5})
    self.assertTrue(spec.has_own_target('net/conv1:0'))
    self.assertFalse(spec.has_own_target('net/conv2:0'))

  @parameterized.parameters(
      (0.1, 0.5, 0.25, 0.05),
      (0.1, 0.3, 0.3, 0.1),
      (0.9, 0.5, 0.9, 1.0),
      (0.0, 0.0, 0.9, 0.0),
      (0.5, 0.0, 0.9, 0.5),
      (0.5, 0.0, 0.2, 0.2),
      (0.2, 0.5, 0.0, 0.0),
  )
  def test_the_initial_sparsity_is_in_proportion(
      self, initial, spec_target, target, expected):
    spec = PruningSpec(initial_sparsity=initial, target_sparsity=spec_target,
                       weight_sparsity_map={'conv': target})
    self.assertAlmostEqual(
        spec.rule_for('conv', _CONV).initial_sparsity, expected, places=15)

  def test_without_an_own_target_the_initial_sparsity_is_exact(self):
    for initial in (0.1, 0.2, 0.3, 0.7):
      for target in (0.3, 0.6, 0.9, 1 / 3):
        spec = PruningSpec(initial_sparsity=initial, target_sparsity=target)
        self.assertEqual(spec.rule_for('a', [4]).initial_sparsity, initial)

  @parameterized.parameters(
      ('do_not_prune=[conv1]', True),
      ('do_not_prune=[bias,^net/]', True),
      ('do_not_prune=[net/conv1/weights]', True),
      ('do_not_prune=[^conv1,bias]', False),
      ('do_not_prune=[conv],weight_sparsity_map=[conv1:0.9,weights:0.8]', True),
  )
  def test_a_weight_that_is_not_to_be_pruned_has_no_rule(self, text, is_none):
    self.assertEqual(_rule(text) is None, is_none)
    self.assertEqual(_rule(text, 'net/conv1/weights:0') is None, is_none)


class GroupTest(parameterized.TestCase):

  @parameterized.parameters(
      ('lstm1/kernel', 'lstm', 0.9),
      ('lstm2/kernel', 'lstm', 0.9),
      ('net/conv1', 'conv', 0.7),
      ('net/conv1/exact', 'net/conv1/exact', 0.6),
      ('fc/kernel', None, 0.2),
      ('other', 'ungrouped', 0.5),
  )
  def test_a_pattern_makes_a_group(self, name, group, target):
    rule = _rule(
        'group_pruning=true,weight_sparsity_map=[fc:0.2],'
        'group_sparsity_map=[lstm:0.9,conv:0.7,net/conv1/exact:0.6]', name)
    self.assertEqual((rule.group, rule.target_sparsity), (group, target))

  def test_without_groups_all_weights_are_ungrouped(self):
    self.assertEqual(_rule('group_pruning=true').group, 'ungrouped')

  def test_a_weight_in_two_groups_is_an_error_even_for_one_target(self):
    with self.assertRaisesRegex(
        ValueError, "`group_sparsity_map`.*'conv:0.5'.*'net:0.5'"):
      _rule('group_pruning=true,group_sparsity_map=[conv:0.5,net:0.5]')

  def test_a_weight_in_both_maps_is_an_error(self):
    with self.assertRaisesRegex(
        ValueError, "'net/conv1/weights'.*'net:0.5' and 'conv:0.9'"):
      _rule('group_pruning=true,group_sparsity_map=[conv:0.9],'
            'weight_sparsity_map=[net:0.5]')

  @parameterized.parameters(
      ('lstm/own', Block(2, 2, 'AVG')),
      ('lstm/kernel', Block(1, 4, 'AVG')),
      ('conv/kernel', Block(8, 1, 'AVG')),
      ('other', Block(1, 16, 'AVG')),
      ('fc', Block(8, 1, 'AVG')),
  )
  def test_block_dims_are_own_else_of_the_group_else_of_the_spec(
      self, name, structure):
    self.assertEqual(
        _rule('group_pruning=true,weight_sparsity_map=[fc:0.2],'
              'group_sparsity_map=[lstm:0.9,conv:0.7],'
              'group_block_dims_map=[lstm:1x4,ungrouped:1x16],'
              'block_dims_map=[own:2x2],block_height=8', name).structure,
        structure)

  def test_globally_all_weights_without_a_target_are_one_group(self):
    text = 'sparsity_distribution=global,weight_sparsity_map=[fc:0.2]'
    self.assertEqual(_rule(text).group, 'global')
    self.assertIsNone(_rule(text, 'fc').group)

  def test_erk_is_left_to_whoever_knows_all_weights(self):
    self.assertEqual(_rule('sparsity_distribution=erk'),
                     WeightRule(0.5, 0.0, Unstructured(), None))


class StructureTest(parameterized.TestCase):

  @parameterized.parameters(
      ('', _CONV, Unstructured()),
      ('block_width=4', _CONV, Block(1, 4, 'AVG')),
      ('block_height=4,block_pooling_function=max', _CONV, Block(4, 1, 'MAX')),
      ('block_height=-1', _CONV, Block(144, 1, 'AVG')),
      ('block_width=-1', _CONV, Block(1, 32, 'AVG')),
      ('block_height=200,block_width=33', _CONV, Block(144, 32, 'AVG')),
      ('block_dims_map=[conv:2x-1]', _CONV, Block(2, 32, 'AVG')),
      ('block_dims_map=[conv:1x1],block_width=4', _CONV, Unstructured()),
      ('block_dims_map=[fc:1x8],block_width=4', _CONV, Block(1, 4, 'AVG')),
      ('block_height=4,block_width=4', (10,), Block(1, 4, 'AVG')),
      ('block_height=4', (10,), Unstructured()),
      ('block_height=-1,block_width=-1', (), Unstructured()),
      ('block_height=4,block_width=4', (0, 3), Block(1, 3, 'AVG')),
      ('block_height=4,block_width=4', (3, 0), Block(3, 1, 'AVG')),
      ('sparsity_m_by_n=2x4', _CONV, NOfM(4)),
      ('sparsity_m_by_n=14x16', (64, 64), NOfM(16)),
      ('intra_block_sparsity=true,block_width=8', _CONV, NOfM(8)),
  )
  def test_the_structure_fits_the_weight(self, text, shape, structure):
    self.assertEqual(_rule(text, shape=shape).structure, structure)

  def test_m_by_n_prunes_to_m_over_n(self):
    rule = _rule('sparsity_m_by_n=3x4,weight_sparsity_map=[fc:0.25]')
    self.assertEqual(rule.target_sparsity, 0.75)

  @parameterized.parameters(
      (Unstructured(), 'unstructured'), (Block(1, 4, 'AVG'), 'block 1x4 AVG'),
      (Block(16, 2, 'MAX'), 'block 16x2 MAX'), (NOfM(4), 'groups of 4'))
  def test_a_structure_prints_short(self, structure, text):
    self.assertEqual(str(structure), text)


class CheckPatternsTest(parameterized.TestCase):

  _NAMES = ['conv1/weights:0', 'conv2/weights:0', 'fc/weights', 'a+b']

  @parameterized.parameters(
      '', 'weight_sparsity_map=[conv1:0.5,fc:0.8]', 'do_not_prune=[weights$]',
      'do_not_prune=[a+b]', 'block_dims_map=[.*:1x2]',
      'group_pruning=true,group_sparsity_map=[conv:0.5],'
      'group_block_dims_map=[conv:1x2,ungrouped:1x4]')
  def test_patterns_that_match_are_fine(self, text):
    PruningSpec.parse(text).check_patterns(self._NAMES)
    PruningSpec.parse(text).check_patterns(iter(self._NAMES))

  @parameterized.parameters(
      ('weight_sparsity_map', '[conv1:0.5,lstm:0.8]'),
      ('block_dims_map', '[lstm:1x2]'),
      ('do_not_prune', '[conv1,lstm]'),
      ('group_sparsity_map', '[lstm:0.5],group_pruning=true'))
  def test_a_pattern_that_matches_no_weight_is_an_error(self, field, value):
    with self.assertRaises(ValueError) as caught:
      PruningSpec.parse(f'{field}={value}').check_patterns(self._NAMES)
    message = str(caught.exception)
    self.assertIn(f'`{field}`', message)
    self.assertIn("Received: 'lstm'", message)
    self.assertIn('conv1/weights, conv2/weights, fc/weights, a+b.', message)

  def test_what_cannot_be_pruned_may_be_named_in_do_not_prune_only(self):
    PruningSpec(do_not_prune=['bias']).check_patterns(
        self._NAMES, other_names=['conv1/bias:0'])
    with self.assertRaisesRegex(ValueError, '`weight_sparsity_map`'):
      PruningSpec(weight_sparsity_map={'bias': 0.5}).check_patterns(
          self._NAMES, other_names=['conv1/bias:0'])

  def test_of_many_names_twenty_are_shown(self):
    with self.assertRaisesRegex(ValueError, 'w19 and 5 more.$'):
      PruningSpec(do_not_prune=['lstm']).check_patterns(
          f'w{i}' for i in range(25))

  def test_without_weights_every_pattern_is_an_error(self):
    with self.assertRaisesRegex(ValueError, 'The weights are: none.'):
      PruningSpec(do_not_prune=['lstm']).check_patterns([])


if __name__ == '__main__':
  absltest.main()
