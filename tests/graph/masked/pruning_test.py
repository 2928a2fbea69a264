# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`Pruning`: when masks change and what they become."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.graph.masked import apply_mask
from model_pruning._src.graph.masked import pruning
from model_pruning._src.spec import pruning_spec as spec_lib
from tests.support import numpy_reference
from tests.support.graphs import masked_graphs

v1 = tf.compat.v1
linspace = masked_graphs.linspace
masked_weight = masked_graphs.masked_weight


def _constant(sparsity, *others):
  """A spec whose schedule is at its target from step 0 on."""
  return ','.join([f'target_sparsity={sparsity}',
                   'sparsity_function_end_step=0', *others])


class MaskUpdateTest(masked_graphs.GraphTestCase):

  @parameterized.product(use_resource=[False, True],
                         dtype=[np.float16, np.float32, np.float64])
  def test_masks_and_thresholds_are_exact(self, use_resource, dtype):
    random = np.random.RandomState(0)
    value = random.randint(-20, 21, [7, 9]).astype(dtype)
    masked_weight(value, use_resource=use_resource)
    update = pruning.Pruning(_constant(0.7)).mask_update_op()
    self.initialize()
    self.session.run(update)
    expected = numpy_reference.unstructured_mask(value, 0.7)
    np.testing.assert_array_equal(self.masks()[0], expected)
    self.assertEqual(self.session.run(apply_mask.get_thresholds()[0]),
                     np.abs(value[expected]).min())

  @parameterized.parameters(0.5, 0.9999)
  def test_of_equal_weights_exactly_as_many_are_kept(self, sparsity):
    masked_weight(np.ones([10, 10], np.float32))
    update = pruning.Pruning(_constant(sparsity)).mask_update_op()
    self.initialize()
    self.session.run(update)
    kept = max(round(100 * (1 - sparsity)), 1)
    self.assertEqual(self.masks()[0].ravel().tolist(),
                     [1.] * kept + [0.] * (100 - kept))

  def test_a_partitioned_weight_is_ranked_as_one(self):
    value = linspace(5, 4)
    with v1.variable_scope('', partitioner=v1.fixed_size_partitioner(2)):
      weight = v1.get_variable('w', value.shape)
      apply_mask.apply_mask(weight, 's')
    update = pruning.Pruning(_constant(0.5)).mask_update_op()
    self.initialize()
    self.session.run(weight.assign(tf.constant(value)))
    self.session.run(update)
    np.testing.assert_array_equal(self.masks()[0], value > 10)

  def test_a_tensor_is_ranked_as_well(self):
    apply_mask.apply_mask(tf.constant(linspace(4)), 't')
    update = pruning.Pruning(_constant(0.5)).mask_update_op()
    self.initialize()
    self.session.run(update)
    self.assertEqual(self.masks()[0].tolist(), [0., 0., 1., 1.])

  def test_weights_have_their_own_targets(self):
    for name in ('conv1', 'conv2', 'dense'):
      masked_weight(linspace(10, 10), name)
    update = pruning.Pruning(_constant(
        0.5, 'weight_sparsity_map=[conv1:0.8,dense:0.2]')).mask_update_op()
    self.initialize()
    self.session.run(update)
    self.assertEqual(self.num_kept(), [20, 50, 80])

  @parameterized.parameters(
      ([8, 6], 2), ([3, 3, 2, 8], 2), ([5, 4, 2], 2), ([16], 1))
  def test_blocks_work_on_any_rank(self, shape, height):
    value = np.random.RandomState(0).permutation(
        linspace(*shape).ravel()).reshape(shape)
    masked_weight(value)
    update = pruning.Pruning(_constant(
        0.5, f'block_height={height},block_width=2')).mask_update_op()
    self.initialize()
    self.session.run(update)
    np.testing.assert_array_equal(
        self.masks()[0],
        numpy_reference.block_mask(value, height, 2, 'AVG', 0.5))

  def test_a_block_of_all_columns_is_that_of_each_weight(self):
    masked_weight(linspace(4, 3), 'narrow')
    masked_weight(linspace(4, 8), 'wide')
    update = pruning.Pruning(_constant(
        0.5, 'block_height=1,block_width=-1')).mask_update_op()
    self.initialize()
    self.session.run(update)
    for mask in self.masks():
      np.testing.assert_array_equal(mask[:2], np.zeros_like(mask[:2]))
      np.testing.assert_array_equal(mask[2:], np.ones_like(mask[2:]))

  def test_a_zero_target_prunes_nothing(self):
    masked_weight(linspace(10))
    update = pruning.Pruning('target_sparsity=0').mask_update_op()
    self.initialize()
    self.run_at(100, update)
    self.assertEqual(self.num_kept(), [10])

  def test_no_masked_weight_is_logged(self):
    with self.assertLogs('absl', 'WARNING') as logs:
      pruning.Pruning().mask_update_op()
    self.assertIn('No weight of the model is pruned', logs.output[-1])

  @parameterized.parameters(
      'weight_sparsity_map=[other:0.5]', 'block_dims_map=[other:2x2]',
      'do_not_prune=[other]', 'group_pruning=true,group_sparsity_map=[o:0.5]')
  def test_a_pattern_that_matches_nothing_is_an_error(self, text):
    masked_weight(linspace(10))
    with self.assertRaisesRegex(ValueError, 'must have patterns that match'):
      pruning.Pruning(text).mask_update_op()


class GroupsTest(masked_graphs.GraphTestCase):

  def test_a_group_shares_a_ranking_and_unlisted_groups_have_the_target(self):
    masked_weight(linspace(10), 'a', group_name='g')
    masked_weight(linspace(10) + 10, 'b', group_name='g')
    masked_weight(linspace(10), 'c', group_name='unlisted')
    masked_weight(linspace(10) + 10, 'd', group_name='unlisted')
    masked_weight(linspace(10), 'e', group_name='ungrouped')
    masked_weight(linspace(10), 'f', group_name='ungrouped')
    update = pruning.Pruning(_constant(
        0.5, 'group_pruning=true,group_sparsity_map=[g:0.4]')).mask_update_op()
    self.initialize()
    self.session.run(update)
    self.assertEqual(self.num_kept(), [2, 10, 0, 10, 5, 5])
    self.assertEqual(self.num_kept('g'), [2, 10])

  def test_patterns_are_for_weights_that_were_put_in_no_group(self):
    masked_weight(linspace(10), 'enc/a')
    masked_weight(linspace(10) + 10, 'enc/b')
    masked_weight(linspace(10), 'dec')
    update = pruning.Pruning(_constant(
        0.5, 'group_pruning=true,group_sparsity_map=[enc/:0.4]'
    )).mask_update_op()
    self.initialize()
    self.session.run(update)
    self.assertEqual(self.num_kept(), [2, 10, 5])

  def test_groups_have_blocks_of_their_own(self):
    masked_weight(linspace(4, 4), 'a', group_name='g1')
    masked_weight(linspace(4, 4), 'b', group_name='g2')
    update = pruning.Pruning(_constant(
        0.5, 'group_pruning=true,group_sparsity_map=[g1:0.5,g2:0.5]',
        'group_block_dims_map=[g1:4x1]')).mask_update_op()
    self.initialize()
    self.session.run(update)
    np.testing.assert_array_equal(self.masks()[0], [[0, 0, 1, 1]] * 4)
    np.testing.assert_array_equal(self.masks()[1], linspace(4, 4) > 8)

  def test_a_weight_in_a_group_has_no_target_of_its_own(self):
    masked_weight(linspace(10), 'a', group_name='g')
    with self.assertRaisesRegex(ValueError, "'a', which is in the group 'g'"):
      pruning.Pruning('group_pruning=true,weight_sparsity_map=[a:0.9]'
                      ).mask_update_op()


class ExternalSparsityTest(masked_graphs.GraphTestCase):

  @parameterized.product(use_resource=[False, True], target=[0.0, 0.5, 0.9])
  def test_a_variable_takes_the_place_of_the_schedule(
      self, use_resource, target):
    masked_weight(linspace(100))
    sparsity = v1.get_variable(
        'sparsity', [], initializer=v1.zeros_initializer(), trainable=False,
        use_resource=use_resource)
    update = pruning.Pruning(f'target_sparsity={target}',
                             sparsity=sparsity).mask_update_op()
    self.initialize()
    for value in (0.3, 0.95, 0.0, 1.0):
      sparsity.load(value, self.session)
      self.session.run(update)
      self.assertEqual(self.num_kept(), [max(round(100 * (1 - value)), 1)])

  def test_own_targets_are_in_proportion_and_at_most_everything(self):
    masked_weight(linspace(100), 'a')
    masked_weight(linspace(100), 'b')
    pruner = pruning.Pruning(
        'target_sparsity=0.5,weight_sparsity_map=[a:0.25,b:0.9]',
        sparsity=tf.constant(0.6))
    update = pruner.mask_update_op()
    self.initialize()
    self.session.run(update)
    self.assertEqual(self.num_kept(), [70, 1])

  def test_the_end_of_the_schedule_is_no_step_of_it(self):
    masked_weight(linspace(100))
    update = pruning.Pruning(
        'sparsity_function_end_step=15,pruning_frequency=10',
        sparsity=0.5).conditional_mask_update_op()
    self.initialize()
    self.run_at(10, update)
    self.run_at(15, update)
    self.assertEqual(self.value('model_pruning/last_mask_update_step'), 10)


class SpecTest(masked_graphs.GraphTestCase):

  def test_every_form_of_a_spec_is_taken(self):
    hparams = spec_lib.get_pruning_hparams().parse('target_sparsity=0.8')
    for form in (None, 'target_sparsity=0.8', hparams,
                 {'target_sparsity': 0.8},
                 spec_lib.PruningSpec(target_sparsity=0.8)):
      got = pruning.Pruning(form).get_spec()
      self.assertEqual(got.target_sparsity, 0.5 if form is None else 0.8)
      self.assertEqual(got.update_option, 0)
    self.assertIs(pruning.Pruning(hparams).get_spec(), hparams)
    self.assertIs(pruning.Pruning(hparams).matrix_compression_spec, hparams)
    with self.assertRaisesRegex(TypeError, '`spec` must be'):
      pruning.Pruning(0.5)

  def test_compression_is_refused_and_its_fields_are_logged(self):
    hparams = spec_lib.get_pruning_hparams().parse('rank=5')
    with self.assertLogs('absl', 'INFO') as logs:
      pruning.Pruning(hparams)
    self.assertIn("{'rank': 5}", logs.output[-1])
    with self.assertRaisesRegex(ValueError, 'compression is not a part'):
      pruning.Pruning(hparams.parse('prune_option=compression'))

  def test_print_hparams_logs_json(self):
    with self.assertLogs('absl', 'INFO') as logs:
      pruning.Pruning('target_sparsity=0.8').print_hparams()
    self.assertIn('"target_sparsity": 0.8', logs.output[0])

  def test_without_a_global_step_there_is_an_error(self):
    with tf.Graph().as_default():
      with self.assertRaisesRegex(ValueError, 'global_step=None'):
        pruning.Pruning()
      self.assertEmpty(v1.global_variables())
      pruning.Pruning(global_step=tf.constant(5))


if __name__ == '__main__':
  absltest.main()
