# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Training that counts its steps in a variable of its own."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest

import model_pruning

v1 = tf.compat.v1

_INPUTS = np.random.RandomState(0).randn(3, 6).astype(np.float32)
_SPEC = 'target_sparsity=0.5,sparsity_function_end_step=0'


class OwnStepTest(absltest.TestCase):

  def _train_op(self):
    step = v1.get_variable('my_step', [], tf.int64, trainable=False,
                           initializer=v1.zeros_initializer())
    w = v1.get_variable('w', [6, 6])
    return step, v1.train.GradientDescentOptimizer(0.1).minimize(
        tf.reduce_sum(tf.matmul(_INPUTS, w)), step)

  def test_the_error_names_the_argument_and_the_variable(self):
    with tf.Graph().as_default():
      step, train_op = self._train_op()
      with self.assertRaisesRegex(
          ValueError, r"`global_step=`.*counts up: \['my_step'\]"):
        model_pruning.prune_train_op(train_op, _SPEC)
      model_pruning.prune_train_op(train_op, _SPEC, global_step=step)

  def test_so_does_the_warning_where_the_step_of_the_graph_stands_still(self):
    with tf.Graph().as_default():
      v1.train.get_or_create_global_step()
      _, train_op = self._train_op()
      train_op = model_pruning.prune_train_op(train_op, _SPEC)
      [warning] = [warning for warning
                   in model_pruning.report_of(train_op).warnings
                   if 'moves the global step' in warning]
    self.assertRegex(warning, r"`global_step=`.*counts up: \['my_step'\]")

  def test_a_step_that_is_made_known_is_the_clock_of_a_hook(self):
    with tf.Graph().as_default():
      step, train_op = self._train_op()
      v1.add_to_collection(v1.GraphKeys.GLOBAL_STEP, step)
      with v1.train.MonitoredSession(
          hooks=[model_pruning.PruningHook(_SPEC)]) as session:
        session.run(train_op)
        [w] = v1.trainable_variables()
        self.assertEqual(np.mean(session.run(w) == 0.0), 0.5)


if __name__ == '__main__':
  absltest.main()
