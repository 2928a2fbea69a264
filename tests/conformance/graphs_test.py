# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Every way to train a graph, pruned by the hook and by prune_train_op."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.core import schedule
from model_pruning._src.spec import weight_rule
from tests.support import numpy_reference
from tests.support.graphs import control_flow_graphs
from tests.support.graphs import maskable_graphs
from tests.support.graphs import training_graphs

v1 = tf.compat.v1

_SPEC = model_pruning.PruningSpec(
    target_sparsity=0.75, pruning_frequency=2, sparsity_function_end_step=5,
    add_summary=False)
_NUM_RUNS = 7


def _history(build, attach):
  """Weights and step after each run, and the report, of a new graph."""
  history = []
  with tf.Graph().as_default():
    v1.set_random_seed(1)
    train_op = build()
    step = v1.train.get_global_step()
    train_op, hooks = attach(train_op)
    hooks += v1.get_collection(training_graphs.HOOKS)
    # SyncReplicasOptimizer leaves a thread that waits for gradients.
    with v1.train.MonitoredSession(
        hooks=hooks, stop_grace_period_secs=1) as session:
      for _ in range(_NUM_RUNS):
        session.run(train_op)
        history.append((session.run(step),
                        training_graphs.weight_values(session)))
  return history


def _with_hook(train_op):
  return train_op, [model_pruning.PruningHook(_SPEC)]


def _with_train_op(train_op):
  return model_pruning.prune_train_op(train_op, _SPEC), []


class ConformanceTest(parameterized.TestCase):

  def _check(self, build):
    steps = schedule.UpdateSteps.of(_SPEC)
    history = _history(build, _with_hook)
    self.assertGreaterEqual(history[-1][0], 4, 'the global step moved')
    for step, weights in history:
      due = steps.up_to(int(step))
      for name, weight in weights.items():
        curve = weight_rule.curve(
            _SPEC, _SPEC.rule_for(name, weight.shape))
        kept = numpy_reference.num_kept(weight.size, curve(due[-1]))
        self.assertEqual((weight != 0).sum(), kept, (name, step))
    for (step, weights), (other_step, others) in zip(
        history, _history(build, _with_train_op)):
      self.assertEqual(step, other_step)
      for name, weight in weights.items():
        np.testing.assert_array_equal(weight, others[name], name)

  @parameterized.parameters(*training_graphs.WEIGHTS)
  def test_weights(self, name):
    self._check(lambda: training_graphs.train_op_of(
        training_graphs.WEIGHTS[name]))

  @parameterized.parameters(*training_graphs.OPTIMIZERS)
  def test_optimizer(self, name):
    self._check(training_graphs.OPTIMIZERS[name])

  @parameterized.parameters(*[
      (name, v2) for name in control_flow_graphs.CONTROL_FLOW
      for v2 in (False, True)])
  def test_control_flow(self, name, v2):
    if v2 and not maskable_graphs.has_control_flow_v2():
      self.skipTest(f'TensorFlow {tf.__version__} cannot switch to v2')
    with maskable_graphs.control_flow(v2):
      self._check(control_flow_graphs.CONTROL_FLOW[name])


if __name__ == '__main__':
  absltest.main()
