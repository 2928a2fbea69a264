# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How a hook begins in sessions that others made, and what it says at the end.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl import logging
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support import simulation
from tests.support.graphs import prunable_graphs

v1 = tf.compat.v1

_SHAPE = (7, 10)
_SPEC = 'target_sparsity=0.5,sparsity_function_end_step=0'


def _variable(name):
  [found] = [variable for variable in v1.global_variables()
             if variable.op.name == name]
  return found


class _AssigningCreator(v1.train.SessionCreator):
  """Gives variables values by assignments that initialize nothing."""

  def __init__(self, assignments):
    self._assignments = assignments

  def create_session(self):
    session = v1.Session()
    session.run(self._assignments)
    return session


class BeginTest(parameterized.TestCase):

  @parameterized.parameters(False, True)
  def test_masks_are_rebuilt_in_a_session_that_knows_none(self, use_resource):
    weight = simulation.problem(_SHAPE).weight
    weight[:4] = 0.0
    frozen = simulation.Problem(weight, np.zeros(_SHAPE, np.float32))
    with tf.Graph().as_default():
      train_op = prunable_graphs.exact_train_op(frozen, use_resource)
      step = v1.train.get_global_step()
      [kernel] = v1.trainable_variables()
      # Not initializers: what is attached does not follow them.
      creator = _AssigningCreator([
          tf.group(v1.assign(kernel, weight)),
          tf.group(v1.assign(step, tf.constant(12, tf.int64)))])
      hook = model_pruning.PruningHook(_SPEC)
      with v1.train.MonitoredSession(creator, hooks=[hook]) as session:
        mask, last_step = session.run([
            _variable('kernel/mask'),
            _variable('model_pruning/last_mask_update_step')])
        np.testing.assert_array_equal(mask, weight != 0)
        self.assertEqual(last_step, 10)
        session.run(train_op)
        np.testing.assert_array_equal(session.run(kernel), weight)

  def test_nothing_is_due_while_the_global_step_is_negative(self):
    with tf.Graph().as_default():
      train_op = prunable_graphs.exact_train_op(
          simulation.problem(_SHAPE), True)
      step = v1.train.get_global_step()
      rewind = v1.assign(step, tf.constant(-4, tf.int64))
      pruned = {}
      # -1 also stands for masks that were never updated.
      hook = model_pruning.PruningHook(
          'initial_sparsity=0.2,target_sparsity=0.5,begin_pruning_step=2,'
          'sparsity_function_begin_step=2,sparsity_function_end_step=2')
      with v1.train.MonitoredSession(hooks=[hook]) as session:
        mask = _variable('kernel/mask')
        session.run(rewind)
        for _ in range(6):
          session.run(train_op)
          kept, count = session.run([mask, step])
          pruned[int(count)] = int((~kept).sum())
    self.assertEqual(pruned, {-3: 0, -2: 0, -1: 0, 0: 0, 1: 0, 2: 35})


class EndTest(parameterized.TestCase):

  def _warnings_after(self, *names):
    """What is warned of if only the train ops of these weights have run."""
    with tf.Graph().as_default():
      ops = {name: prunable_graphs.exact_train_op(
          simulation.problem(_SHAPE), True, name) for name in 'ab'}
      with self.assertLogs('absl', 'WARNING') as logs:
        logging.warning('This one is always there.')
        with v1.train.MonitoredSession(
            hooks=[model_pruning.PruningHook(_SPEC)]) as session:
          for name in names:
            session.run(ops[name])
    return '\n'.join(logs.output)

  @parameterized.parameters('a', 'b')
  def test_training_of_one_weight_of_two_has_pruned_something(self, name):
    self.assertNotIn('NOTHING WAS PRUNED', self._warnings_after(name))

  def test_training_that_updated_no_mask_is_warned_of(self):
    self.assertIn('NOTHING WAS PRUNED', self._warnings_after())


if __name__ == '__main__':
  absltest.main()
