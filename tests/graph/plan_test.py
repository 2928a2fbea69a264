# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`model_pruning.plan` of graphs says what a hook does."""

from __future__ import annotations

import tensorflow as tf
from absl.testing import absltest

import model_pruning
from tests.support import simulation
from tests.support.graphs import prunable_graphs

v1 = tf.compat.v1


def _forward():
  """Two weights of 32 and 12 entries, one of them of 2 bytes, and a bias."""
  x = tf.ones([2, 8])
  wide = v1.get_variable('wide', [8, 4], use_resource=True)
  half = v1.get_variable('half', [4, 3], tf.float16, use_resource=True)
  bias = v1.get_variable('bias', [3], use_resource=True)
  return tf.matmul(tf.cast(tf.matmul(x, wide), tf.float16), half), bias


class PlanTest(absltest.TestCase):

  def test_it_counts_entries_and_bytes_of_each_dtype(self):
    with tf.Graph().as_default() as graph:
      _forward()
      before = len(graph.get_operations())
      found = model_pruning.plan(graph, 'target_sparsity=0.5')
      self.assertLen(graph.get_operations(), before)
    self.assertEqual([w.name for w in found.report.pruned], ['wide', 'half'])
    self.assertEqual([w.kind for w in found.report.skipped],
                     [model_pruning.SkipKind.DIMENSIONS])
    self.assertEqual(found.num_entries, 32 + 12 + 3)
    self.assertEqual(found.dense_bytes, 4 * 32 + 2 * 12 + 4 * 3)
    self.assertEqual(found.num_left, 16 + 6)
    self.assertEqual(
        found.sparse_bytes, (4 * 16 + 32 // 8) + (2 * 6 + 2) + 4 * 3)

  def test_none_is_the_default_graph(self):
    with tf.Graph().as_default() as graph:
      _forward()
      self.assertEqual(model_pruning.plan(None, 'target_sparsity=0.5'),
                       model_pruning.plan(graph, 'target_sparsity=0.5'))

  def test_the_method_of_a_spec_is_the_same(self):
    spec = model_pruning.PruningSpec.of('target_sparsity=0.5')
    with tf.Graph().as_default() as graph:
      _forward()
      self.assertEqual(spec.plan(graph, num_steps=7),
                       model_pruning.plan(graph, spec, num_steps=7))

  def test_a_variable_of_no_known_shape_counts_as_empty(self):
    with tf.Graph().as_default() as graph:
      _forward()
      v1.get_variable('odd', initializer=v1.placeholder_with_default(
          tf.ones([2, 2]), [None, 2]), validate_shape=False,
                      use_resource=False)
      self.assertEqual(
          model_pruning.plan(graph, 'target_sparsity=0.5').num_entries, 47)

  def test_a_graph_without_variables_is_refused_with_the_cure(self):
    with self.assertRaisesRegex(ValueError, 'behind the code that builds'):
      model_pruning.plan(tf.Graph(), 'target_sparsity=0.5')

  def test_the_hook_prunes_what_the_plan_says(self):
    problem = simulation.problem((7, 10))
    spec = 'target_sparsity=0.5,sparsity_function_end_step=4'
    with tf.Graph().as_default() as graph:
      train_op = prunable_graphs.exact_train_op(problem, True)
      found = model_pruning.plan(graph, spec, num_steps=6)
      hook = model_pruning.PruningHook(spec, num_steps=6)
      with v1.train.MonitoredSession(hooks=[hook]) as session:
        for _ in range(6):
          session.run(train_op)
    self.assertEqual(found.report.pruned, hook.report.pruned)
    self.assertEqual(
        found.num_left, sum(mask.sum() for mask in hook.masks.values()))


if __name__ == '__main__':
  absltest.main()
