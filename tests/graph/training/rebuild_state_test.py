# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What is made of weights of which nothing is known but their values."""

from __future__ import annotations

import os

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support import simulation
from tests.support.graphs import prunable_graphs

v1 = tf.compat.v1

# Masks change at steps 1, 10 and so on; half of a weight goes at once.
_SPEC = 'target_sparsity=0.5,sparsity_function_end_step=0'


def _rebuild(weights, step, use_resource, spec=_SPEC):
  """Restores `weights` by an older saver; masks, thresholds and the step."""
  names = [f'w{i}' for i in range(len(weights))]
  with tf.Graph().as_default():
    tf.group(*[
        prunable_graphs.exact_train_op(
            simulation.Problem(np.float32(weight),
                               np.ones(np.shape(weight), np.float32)),
            use_resource, name)
        for name, weight in zip(names, weights)])
    saver = v1.train.Saver()
    variables = {v.op.name: v for v in v1.global_variables()}
    with v1.Session() as session:
      session.run([v.initializer for v in variables.values()])
      variables['global_step'].load(step, session)
      path = saver.save(session, os.path.join(
          v1.test.get_temp_dir(), 'older'))
    model_pruning.PruningHook(spec).begin()
    variables = {v.op.name: v for v in v1.global_variables()}
    with v1.Session() as session:
      saver.restore(session, path)
      return session.run([
          [variables[name + '/mask'] for name in names],
          [variables[name + '/threshold'] for name in names],
          variables['model_pruning/last_mask_update_step']])


@parameterized.named_parameters(('ref', False), ('resource', True))
class RebuildTest(parameterized.TestCase):

  def test_zeros_are_pruned_and_the_smallest_other_is_the_threshold(
      self, use_resource):
    weight = [[0, -2, 0, 5], [3, -0.0, 0, 7]]
    [mask], [threshold], step = _rebuild([weight], 15, use_resource)
    self.assertEqual(mask.astype(int).tolist(), [[0, 1, 0, 1], [1, 0, 0, 1]])
    self.assertEqual((threshold, step), (2.0, 10))

  def test_a_weight_that_is_zero_everywhere_is_dense(self, use_resource):
    [mask], [threshold], step = _rebuild([np.zeros([2, 4])], 15, use_resource)
    self.assertTrue(mask.all())
    self.assertEqual((threshold, step), (0.0, -1))

  def test_nan_is_kept(self, use_resource):
    [mask], _, step = _rebuild(
        [[[0, np.nan, 0, 1], [np.nan, 0, 0, 1]]], 15, use_resource)
    self.assertEqual(mask.astype(int).tolist(), [[0, 1, 0, 1], [1, 0, 0, 1]])
    self.assertEqual(step, 10)

  def test_the_last_update_is_the_last_that_was_due(self, use_resource):
    weight = [[0, 2, 0, 5], [3, 0, 0, 7]]
    for step, expected in ((0, -1), (1, 1), (9, 1), (10, 10), (25, 20)):
      *_, last_step = _rebuild([weight], step, use_resource)
      self.assertEqual(last_step, expected, step)

  def test_a_few_zeros_are_not_an_update(self, use_resource):
    # As the row of an embedding that stands for no word.
    weight = np.ones([4, 2]) - np.eye(4, 2)
    *_, last_step = _rebuild([weight], 15, use_resource)
    self.assertEqual(last_step, -1)

  def test_one_weight_behind_the_schedule_makes_all_due(self, use_resource):
    pruned = [[0, 2, 0, 5], [3, 0, 0, 7]]
    *_, last_step = _rebuild([pruned, np.ones([2, 4])], 15, use_resource)
    self.assertEqual(last_step, -1)
    *_, last_step = _rebuild([pruned, pruned], 15, use_resource)
    self.assertEqual(last_step, 10)

  def test_a_group_is_counted_as_one(self, use_resource):
    pruned = [[0, 0, 0, 0], [0, 0, 0, 7]]
    *_, last_step = _rebuild(
        [pruned, np.ones([2, 3])], 15, use_resource,
        _SPEC + ',sparsity_distribution=global')
    self.assertEqual(last_step, 10)

  def test_a_sparsity_too_small_to_prune_an_entry_is_an_update(
      self, use_resource):
    *_, last_step = _rebuild(
        [np.ones([2, 4])], 15, use_resource,
        'target_sparsity=0.9,sparsity_function_end_step=1000')
    self.assertEqual(last_step, 10)


if __name__ == '__main__':
  absltest.main()
