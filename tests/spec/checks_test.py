# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of what model_pruning._src.spec.pruning_spec accepts and refuses."""

from __future__ import annotations

import math

from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.spec.pruning_spec import PruningSpec


class ChecksTest(parameterized.TestCase):

  @parameterized.parameters(
      ('begin_pruning_step', -1, '>= 0'),
      ('begin_pruning_step', True, 'an int'),
      ('begin_pruning_step', 1.0, 'an int'),
      ('begin_pruning_step', '1.5', 'an int'),
      ('begin_pruning_step', 2**63, 'an int of at most 63 bits'),
      ('end_pruning_step', '101%', 'a share of the training up to 100%'),
      ('end_pruning_step', '-5%', 'a share'),
      ('pruning_frequency', '0%', 'a share'),
      ('pruning_frequency', '5 epochs', "'5ep'"),
      ('sparsity_function_end_step', '\u0663%', 'a share'),
      ('begin_pruning_step', None, 'an int'),
      ('end_pruning_step', -2, '-1 (no end) or >= `begin_pruning_step`'),
      ('pruning_frequency', 0, '>= 1'),
      ('pruning_frequency', -3, '>= 1'),
      ('initial_sparsity', 1.0, 'in [0, 1)'),
      ('initial_sparsity', -0.1, 'in [0, 1)'),
      ('target_sparsity', 1.5, 'in [0, 1)'),
      ('target_sparsity', 1, 'in [0, 1)'),
      ('target_sparsity', math.nan, 'in [0, 1)'),
      ('target_sparsity', math.inf, 'in [0, 1)'),
      ('target_sparsity', '0.9', 'a float'),
      ('target_sparsity', False, 'a float'),
      ('min_weight_sparsity', -0.1, '>= 0 and <= `target_sparsity`'),
      ('min_weight_sparsity', 0.6, '>= 0 and <= `target_sparsity`'),
      ('min_weight_sparsity', math.nan, '>= 0 and <= `target_sparsity`'),
      ('max_weight_sparsity', 0.4, '>= `target_sparsity` and <= 1'),
      ('max_weight_sparsity', 1.1, '>= `target_sparsity` and <= 1'),
      ('max_weight_sparsity', math.nan, '>= `target_sparsity` and <= 1'),
      ('threshold_decay', 1.0, 'in [0, 1)'),
      ('threshold_decay', math.nan, 'in [0, 1)'),
      ('gradient_decay_rate', 1.0, 'in [0, 1)'),
      ('sparsity_function_begin_step', -1, '>= 0'),
      ('sparsity_function_end_step', -1, '<= `sparsity_function_end_step`'),
      ('sparsity_function_exponent', 0.0, '> 0 and finite'),
      ('sparsity_function_exponent', -1, '> 0 and finite'),
      ('sparsity_function_exponent', math.inf, '> 0 and finite'),
      ('sparsity_function_exponent', math.nan, '> 0 and finite'),
      ('block_height', 0, '>= 1 or -1'),
      ('block_width', -2, '>= 1 or -1'),
      ('block_pooling_function', 'SUM', 'one of AVG, MAX'),
      ('block_pooling_function', None, 'one of AVG, MAX'),
      ('prune_option', 'compression',
       'one of weight, first_order_gradient, second_order_gradient, '
       'mean_gradient'),
      ('sparsity_distribution', 'er', 'one of uniform, erk, global'),
      ('use_tpu', 1, 'true or false'),
      ('nbins', 1.5, 'an int'),
      ('name', '', 'a TensorFlow scope name'),
      ('name', 'a b', 'a TensorFlow scope name'),
      ('name', '_a', 'a TensorFlow scope name'),
      ('name', 3, 'a TensorFlow scope name'),
      ('sparsity_m_by_n', '4x4', '0 < M < N'),
      ('sparsity_m_by_n', '0x4', '0 < M < N'),
      ('sparsity_m_by_n', '2:4', '0 < M < N'),
      ('sparsity_m_by_n', (2,), '0 < M < N'),
      ('sparsity_m_by_n', (2.0, 4), '0 < M < N'),
      ('sparsity_m_by_n', None, '0 < M < N'),
      ('weight_sparsity_map', 'a:0.5', 'a list of which each is a str'),
      ('weight_sparsity_map', [0.5], 'a list of which each is a str'),
      ('do_not_prune', 'bias', 'a list of which each is a str'),
      ('do_not_prune', {'bias': 1}, 'a list of which each is a str'),
      ('intra_block_sparsity', True, '`block_width` > 1'),
  )
  def test_a_wrong_value_is_an_error(self, field, value, allowed):
    with self.assertRaises(ValueError) as caught:
      PruningSpec(**{field: value})
    message = str(caught.exception)
    self.assertRegex(message, r'^Argument `\w+` must .* Received: ')
    self.assertIn(allowed, message)
    self.assertIn(f'{field}={value!r}', message)

  @parameterized.parameters(
      ('weight_sparsity_map', 'a', "'a'"),
      ('weight_sparsity_map', ':0.5', "'0.5'"),
      ('weight_sparsity_map', 'a:', "'a:'"),
      ('weight_sparsity_map', 'a:x', "'a:x'"),
      ('weight_sparsity_map', 'a:1.0', "'a:1.0'"),
      ('weight_sparsity_map', 'a:-0.1', "'a:-0.1'"),
      ('weight_sparsity_map', 'a:nan', "'a:nan'"),
      ('group_sparsity_map', 'a:2', "'a:2'"),
      ('block_dims_map', 'a:4', "'a:4'"),
      ('block_dims_map', 'a:1x2x3', "'a:1x2x3'"),
      ('block_dims_map', 'a:2x', "'a:2x'"),
      ('block_dims_map', 'a:0x4', "'a:0x4'"),
      ('block_dims_map', 'a:-2x4', "'a:-2x4'"),
      ('group_block_dims_map', 'a:x4', "'a:x4'"),
  )
  def test_a_malformed_entry_is_an_error_that_shows_it(
      self, field, entry, shown):
    with self.assertRaisesRegex(
        ValueError, f'`{field}` must have entries pattern:.*Received: {shown}'):
      PruningSpec(**{field: ['b:0.5' if 'spars' in field else 'b:1x2', entry]})

  @parameterized.parameters(
      ('weight_sparsity_map', {'a': 1.5}), ('weight_sparsity_map', {'a': True}),
      ('weight_sparsity_map', {'a': None}), ('block_dims_map', {'a': 4}),
      ('block_dims_map', {'a': (1, 2, 3)}), ('block_dims_map', {'a': (1.0, 2)}),
      ('block_dims_map', {'a': (True, 2)}), ('weight_sparsity_map', {1: 0.5}),
      ('weight_sparsity_map', {'': 0.5}))
  def test_a_wrong_mapping_is_an_error(self, field, value):
    with self.assertRaisesRegex(ValueError, f'`{field}` must have'):
      PruningSpec(**{field: value})

  @parameterized.parameters(
      ('weight_sparsity_map', ['conv[0-9:0.5']), ('do_not_prune', ['(']),
      ('block_dims_map', {'*': (1, 2)}))
  def test_a_pattern_that_is_no_regex_is_an_error(self, field, value):
    with self.assertRaisesRegex(
        ValueError, f'`{field}` must have patterns that are regular expr'):
      PruningSpec(**{field: value})

  @parameterized.parameters(
      ('weight_sparsity_map', ['a:0.5', 'b:0.5', 'a:0.6']),
      ('block_dims_map', ['a:1x2', ' a:1x2']), ('do_not_prune', ['a', 'a']))
  def test_a_repeated_pattern_is_an_error(self, field, value):
    with self.assertRaisesRegex(
        ValueError, f"`{field}` must have a pattern once. Received: 'a'"):
      PruningSpec(**{field: value})

  @parameterized.parameters(
      ('begin_pruning_step=10,end_pruning_step=5',
       'end_pruning_step=5, begin_pruning_step=10'),
      ('sparsity_function_begin_step=101',
       'sparsity_function_begin_step=101, sparsity_function_end_step=100'),
      ('group_sparsity_map=[a:0.5]', 'unless `group_pruning` is true'),
      ('group_block_dims_map=[a:1x2]', 'unless `group_pruning` is true'),
      ('group_pruning=true,group_sparsity_map=[a:0.5],'
       'group_block_dims_map=[b:1x2]', "group_sparsity_map=('a:0.5',)"),
      ('group_pruning=true,group_sparsity_map=[ungrouped:0.5]', 'ungrouped'),
      ('group_pruning=true,sparsity_distribution=global',
       "sparsity_distribution='global'"),
      ('group_pruning=true,sparsity_m_by_n=2x4', "sparsity_m_by_n='2x4'"),
      ('group_pruning=true,intra_block_sparsity=true,block_width=4',
       'intra_block_sparsity=True'),
      ('sparsity_m_by_n=2x4,block_width=4', 'block_width=4'),
      ('sparsity_m_by_n=2x4,block_height=-1', 'block_height=-1'),
      ('sparsity_m_by_n=2x4,block_dims_map=[a:1x4]', "('a:1x4',)"),
      ('sparsity_m_by_n=2x4,block_width=4,intra_block_sparsity=true',
       'intra_block_sparsity=True'),
      ('sparsity_m_by_n=2x4,sparsity_distribution=erk', "'erk'"),
      ('sparsity_m_by_n=2x4,min_weight_sparsity=0.25',
       'min_weight_sparsity=0.25'),
      ('sparsity_m_by_n=2x4,max_weight_sparsity=0.75',
       'max_weight_sparsity=0.75'),
      ('target_sparsity=0.9,max_weight_sparsity=0.8', 'target_sparsity=0.9'),
      ('sparsity_m_by_n=2x4,target_sparsity=0.75', 'target_sparsity=0.75'),
      ('intra_block_sparsity=true,block_height=2,block_width=4',
       'block_height=2'),
      ('intra_block_sparsity=true,block_width=-1', 'block_width=-1'),
      ('intra_block_sparsity=true,block_width=4,block_dims_map=[a:1x2]',
       "('a:1x2',)"),
      ('intra_block_sparsity=true,block_width=4,sparsity_distribution=global',
       "'global'"),
  )
  def test_fields_that_do_not_go_together_are_an_error(self, text, shown):
    with self.assertRaises(ValueError) as caught:
      PruningSpec.parse(text)
    message = str(caught.exception)
    self.assertRegex(message, r'^Argument `\w+` must .* Received: ')
    self.assertIn(shown, message)

  @parameterized.parameters(
      'begin_pruning_step=5,end_pruning_step=5',
      'sparsity_function_begin_step=100',
      'initial_sparsity=0.9,target_sparsity=0',
      'group_pruning=true',
      'group_pruning=true,group_block_dims_map=[ungrouped:1x4]',
      'sparsity_m_by_n=2x4,weight_sparsity_map=[a:0.25]',
      'intra_block_sparsity=true,block_width=4,sparsity_distribution=erk',
      'sparsity_distribution=global,block_width=4',
      'min_weight_sparsity=0.5,max_weight_sparsity=0.5',
      'target_sparsity=0,max_weight_sparsity=0',
  )
  def test_unusual_specs_are_legal(self, text):
    PruningSpec.parse(text)


if __name__ == '__main__':
  absltest.main()
