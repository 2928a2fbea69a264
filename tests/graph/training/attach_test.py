# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What PruningHook reports, warns of and refuses."""

from __future__ import annotations

import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support import simulation
from tests.support.graphs import prunable_graphs

v1 = tf.compat.v1

_SHAPE = (7, 10)


class ReportTest(parameterized.TestCase):

  def _begin(self, spec, build, num_steps=None):
    hook = model_pruning.PruningHook(spec, num_steps=num_steps)
    with tf.Graph().as_default():
      build()
      hook.begin()
    return hook.report

  def _build_net(self):
    images, labels = prunable_graphs.digits_like_batch()
    depthwise = v1.get_variable('depthwise', [3, 3, 1, 2])
    images = tf.reduce_sum(v1.nn.depthwise_conv2d(
        images, depthwise, [1, 1, 1, 1], 'SAME'), 3, keepdims=True)
    scale = v1.get_variable('scale', [8, 8])
    v1.get_variable('unused', [2, 2])
    logits = prunable_graphs.conv_net_logits(
        images * tf.reshape(scale, [1, 8, 8, 1]))
    loss = v1.losses.sparse_softmax_cross_entropy(labels, logits)
    v1.train.AdamOptimizer().minimize(
        loss, global_step=v1.train.get_or_create_global_step())

  def test_every_weight_is_listed_with_its_rule_or_its_reason(self):
    report = self._begin(
        'target_sparsity=0.9,weight_sparsity_map=[conv/kernel:0.5]'
        ',block_dims_map=[dense:1x2]', self._build_net)
    self.assertEqual(
        [(w.name, w.shape, w.target_sparsity, w.structure)
         for w in report.pruned],
        [('conv/kernel', (3, 3, 1, 8), 0.5, 'unstructured'),
         ('dense/kernel', (512, 10), 0.9, 'block 1x2 AVG')])
    reasons = {w.name: w.reason for w in report.skipped}
    self.assertRegex(reasons['conv/bias'], '1 dimension')
    self.assertRegex(reasons['depthwise'], 'depthwise kernel')
    self.assertRegex(reasons['scale'], 'no matrix product')
    self.assertRegex(reasons['unused'], 'no optimizer updates it')
    self.assertIn('conv/kernel', str(report))
    self.assertIn(reasons['scale'], str(report))

  def test_a_depthwise_kernel_is_pruned_on_request(self):
    report = self._begin('weight_sparsity_map=[depthwise:0.3]',
                         self._build_net)
    self.assertIn('depthwise', [w.name for w in report.pruned])

  def test_a_pattern_for_all_does_not_ask_for_depthwise_kernels(self):
    report = self._begin('weight_sparsity_map=[.*:0.3]', self._build_net)
    self.assertNotIn('depthwise', [w.name for w in report.pruned])

  def test_a_spared_weight_is_listed_with_the_pattern(self):
    report = self._begin('do_not_prune=[dense]', self._build_net)
    reasons = {w.name: w.reason for w in report.skipped}
    self.assertIn("do_not_prune has 'dense'", reasons['dense/kernel'])

  @parameterized.parameters(
      ('begin_pruning_step=100', 99, 'nothing will be pruned'),
      ('sparsity_function_end_step=100', 99, 'before the target sparsity'))
  def test_training_that_is_too_short_is_warned_of(self, spec, steps, warning):
    report = self._begin(spec, self._build_net, steps)
    self.assertTrue(any(warning in w for w in report.warnings),
                    report.warnings)

  def test_training_that_is_long_enough_is_not(self):
    report = self._begin('sparsity_function_end_step=100', self._build_net,
                         100)
    self.assertEqual(report.warnings, ())

  def test_a_run_that_ended_without_pruning_says_so(self):
    with tf.Graph().as_default():
      train_op = prunable_graphs.exact_train_op(
          simulation.problem(_SHAPE), True)
      hook = model_pruning.PruningHook('begin_pruning_step=1000')
      with self.assertLogs('absl', 'WARNING') as logs:
        with v1.train.MonitoredSession(hooks=[hook]) as session:
          session.run(train_op)
    self.assertRegex(logs.output[-1], 'ended at step 1 and NOTHING WAS PRUNED')

  def test_a_spec_that_spares_everything_says_so_before_and_after(self):
    with tf.Graph().as_default():
      train_op = prunable_graphs.exact_train_op(
          simulation.problem(_SHAPE), True)
      hook = model_pruning.PruningHook('do_not_prune=[kernel]')
      with self.assertLogs('absl', 'WARNING') as logs:
        with v1.train.MonitoredSession(hooks=[hook]) as session:
          session.run(train_op)
    self.assertRegex(logs.output[0], 'No weight of the model is pruned')
    self.assertRegex(logs.output[-1], 'NOTHING WAS PRUNED')

  def test_a_run_that_pruned_says_nothing(self):
    with tf.Graph().as_default():
      train_op = prunable_graphs.exact_train_op(
          simulation.problem(_SHAPE), True)
      hook = model_pruning.PruningHook(
          'target_sparsity=0.5,sparsity_function_end_step=0')
      with self.assertLogs('absl', 'INFO') as logs:
        with v1.train.MonitoredSession(hooks=[hook]) as session:
          session.run(train_op)
    self.assertFalse([r for r in logs.records if r.levelname == 'WARNING'])


class ErrorTest(parameterized.TestCase):

  def test_a_graph_without_optimizer_is_refused(self):
    with tf.Graph().as_default():
      v1.train.get_or_create_global_step()
      prunable_graphs.conv_net_logits(tf.zeros([1, 8, 8, 1]))
      with self.assertRaisesRegex(ValueError, 'must hold an optimizer.*4 tr'):
        model_pruning.PruningHook('target_sparsity=0.5').begin()

  def test_a_graph_without_global_step_is_refused(self):
    with tf.Graph().as_default():
      logits = prunable_graphs.conv_net_logits(tf.zeros([1, 8, 8, 1]))
      v1.train.AdamOptimizer().minimize(tf.reduce_sum(logits))
      with self.assertRaisesRegex(ValueError, 'must have a global step'):
        model_pruning.PruningHook('target_sparsity=0.5').begin()

  def test_a_pattern_that_matches_nothing_is_named(self):
    with tf.Graph().as_default():
      prunable_graphs.exact_train_op(simulation.problem(_SHAPE), True)
      with self.assertRaisesRegex(ValueError, 'kernell.*kernel'):
        model_pruning.PruningHook(
            'weight_sparsity_map=[kernell:0.5]').begin()

  def test_a_graph_is_pruned_once(self):
    with tf.Graph().as_default():
      prunable_graphs.exact_train_op(simulation.problem(_SHAPE), True)
      model_pruning.PruningHook('target_sparsity=0.5').begin()
      with self.assertRaisesRegex(ValueError, 'twice.*kernel/mask'):
        model_pruning.PruningHook('name=other').begin()

  def test_a_bad_spec_is_refused_at_once(self):
    with self.assertRaisesRegex(ValueError, 'target_sparsity.*1.5'):
      model_pruning.PruningHook('target_sparsity=1.5')

  def test_nothing_is_added_to_a_graph_that_is_refused(self):
    with tf.Graph().as_default() as graph:
      prunable_graphs.exact_train_op(simulation.problem(_SHAPE), True)
      before = len(graph.get_operations())
      with self.assertRaises(ValueError):
        model_pruning.PruningHook('do_not_prune=[nothing]').begin()
      self.assertLen(graph.get_operations(), before)


if __name__ == '__main__':
  absltest.main()
