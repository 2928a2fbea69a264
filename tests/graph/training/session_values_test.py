# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a hook and a train op say of their pruning, and when."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import tensorflow as tf
from absl.testing import absltest

import model_pruning
from tests.support import simulation
from tests.support.graphs import prunable_graphs

v1 = tf.compat.v1
_SPEC = ('target_sparsity=0.5,sparsity_function_end_step=4'
         ',pruning_frequency=2')


class HookTest(absltest.TestCase):

  def test_before_a_session_there_is_nothing(self):
    hook = model_pruning.PruningHook(_SPEC)
    self.assertEqual((hook.step, hook.masks, hook.sparsity), (0, {}, {}))
    self.assertRegex(repr(hook), '^<PruningHook .*=4.*, not attached yet>$')

  def test_values_are_those_of_the_session_and_then_of_its_end(self):
    hook = model_pruning.PruningHook(_SPEC)
    with tf.Graph().as_default():
      train_op = prunable_graphs.exact_train_op(
          simulation.problem((7, 10)), True)
      [weight] = v1.trainable_variables()
      value = weight.read_value()
      with v1.train.MonitoredSession(hooks=[hook]) as session:
        self.assertEqual(hook.step, 0)
        for step in range(1, 6):
          session.run(train_op)
          now = session.run(value)
          self.assertEqual(hook.step, step)
          [(name, share)] = hook.sparsity.items()
          self.assertEqual(name, hook.report.pruned[0].name)
          self.assertAlmostEqual(share, np.mean(now == 0))
          np.testing.assert_array_equal(hook.masks[name], now != 0)
    self.assertEqual(hook.step, 5)
    self.assertEqual(hook.sparsity, {name: 0.5})
    np.testing.assert_array_equal(hook.masks[name], now != 0)
    self.assertRegex(
        repr(hook), r"1 weights to a sparsity of 0\.5, at step 5>$")

  def test_a_session_that_broke_leaves_a_hook_that_can_be_printed(self):
    hook = model_pruning.PruningHook(_SPEC)
    with tf.Graph().as_default():
      train_op = prunable_graphs.exact_train_op(
          simulation.problem((7, 10)), True)
      with self.assertRaises(ZeroDivisionError):
        with v1.train.MonitoredSession(hooks=[hook]) as session:
          session.run(train_op)
          raise ZeroDivisionError
    self.assertIn('1 weights', repr(hook))


class ReportOfTest(absltest.TestCase):

  def test_a_train_op_has_a_report_as_long_as_its_graph_lives(self):
    graph = tf.Graph()
    with graph.as_default():
      plain = prunable_graphs.exact_train_op(
          simulation.problem((7, 10)), True)
      train_op = model_pruning.prune_train_op(plain, _SPEC)
      report = model_pruning.report_of(train_op)
      self.assertLen(report.pruned, 1)
      with self.assertRaisesRegex(ValueError, 'must be what `prune_train_op`'):
        model_pruning.report_of(plain)
    gone = weakref.ref(graph)
    del graph, plain, train_op
    gc.collect()
    self.assertIsNone(gone())

  def test_a_tensor_has_one_too(self):
    with tf.Graph().as_default():
      plain = prunable_graphs.exact_train_op(
          simulation.problem((7, 10)), True)
      with tf.control_dependencies([plain]):
        loss = tf.constant(1.0)
      pruned = model_pruning.prune_train_op(loss, _SPEC)
      self.assertLen(model_pruning.report_of(pruned).pruned, 1)

  def test_something_else_is_no_train_op(self):
    with self.assertRaisesRegex(TypeError, 'must be an operation or a tensor'):
      model_pruning.report_of('train')


if __name__ == '__main__':
  absltest.main()
