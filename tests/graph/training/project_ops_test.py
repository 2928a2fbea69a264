# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How a weight is written that other workers update at the same time."""

from __future__ import annotations

import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.graph import variables
from tests.support import simulation
from tests.support.graphs import prunable_graphs

v1 = tf.compat.v1


def _new_writers(use_resource, device):
  """The types of the operations, added by pruning, that write the weight."""
  with tf.Graph().as_default() as graph:
    with tf.device(device):
      prunable_graphs.exact_train_op(
          simulation.problem((6, 8)), use_resource)
    [kernel] = v1.trainable_variables()
    before = {op.name for op in graph.get_operations()}
    model_pruning.PruningHook(
        'target_sparsity=0.5,sparsity_function_end_step=0').begin()
    return {op.type for op in variables.source(kernel).consumers()
            if op.name not in before
            and any(part in op.type for part in ('Assign', 'Scatter'))}


class SharedWeightTest(parameterized.TestCase):

  @parameterized.parameters(
      (False, {'ScatterMin', 'ScatterMax'}),
      (True, {'ResourceScatterMin', 'ResourceScatterMax'}))
  def test_a_weight_on_a_parameter_server_is_bounded_and_never_assigned(
      self, use_resource, writers):
    # An assignment of what was read undoes what others did to kept entries.
    # Bounds by 0, and by infinity where entries are kept, touch no such entry.
    self.assertEqual(_new_writers(use_resource, '/job:ps/task:0'), writers)

  @parameterized.parameters((False, {'Assign'}), (True, {'AssignVariableOp'}))
  def test_a_weight_of_this_process_alone_is_assigned(self, use_resource,
                                                      writers):
    self.assertEqual(_new_writers(use_resource, '/cpu:0'), writers)


if __name__ == '__main__':
  absltest.main()
