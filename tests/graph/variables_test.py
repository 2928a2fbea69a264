# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Weights that lie in several variables, or have averages beside them."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support import simulation
from tests.support.graphs import maskable_graphs
from tests.support.graphs import prunable_graphs

v1 = tf.compat.v1

_SPEC = model_pruning.PruningSpec(
    target_sparsity=0.75, pruning_frequency=2, sparsity_function_end_step=8)
_SHAPE = (7, 10)
_NAME = 'kernel'


def _partitioned_train_op(problem, use_resource, num_parts, axis):
  """As `prunable_graphs.exact_train_op`, on a partitioned variable."""
  step = v1.train.get_or_create_global_step()

  def part_of_weight(shape, dtype=None, partition_info=None):
    del dtype
    offset = partition_info.var_offset if partition_info else (0, 0)
    return tf.constant(problem.weight[tuple(
        slice(begin, begin + size) for begin, size in zip(offset, shape))])

  kernel = v1.get_variable(
      _NAME, _SHAPE, use_resource=use_resource, initializer=part_of_weight,
      partitioner=v1.fixed_size_partitioner(num_parts, axis))
  product = tf.matmul(tf.eye(_SHAPE[0]), kernel)
  return v1.train.GradientDescentOptimizer(simulation.LEARNING_RATE).minimize(
      tf.reduce_sum(product * problem.gradient), global_step=step)


def _train(directory, last_step, make_train_op):
  """Trains on from what `directory` has; the reader of its checkpoint."""
  with tf.Graph().as_default():
    train_op = make_train_op()
    hook = model_pruning.PruningHook(_SPEC)
    with v1.train.MonitoredTrainingSession(
        checkpoint_dir=directory, save_checkpoint_secs=None,
        save_checkpoint_steps=1000,
        hooks=[hook, v1.train.StopAtStepHook(last_step=last_step)]) as session:
      while not session.should_stop():
        session.run(train_op)
  return tf.train.load_checkpoint(directory), hook.report


@parameterized.named_parameters(*[
    (f'{kind}_along_{axis}', use_resource, axis)
    for kind, use_resource in (('ref', False), ('resource', True))
    for axis in (0, 1)])
class PartitionedTest(parameterized.TestCase):

  def test_it_is_one_weight_with_one_mask_in_the_checkpoint(
      self, use_resource, axis):
    problem = simulation.problem(_SHAPE)
    reader, report = _train(
        self.create_tempdir().full_path, 10, lambda: _partitioned_train_op(
            problem, use_resource, 3, axis))
    self.assertEqual([(w.name, w.shape) for w in report.pruned],
                     [(_NAME, _SHAPE)])
    weight = reader.get_tensor(_NAME)
    np.testing.assert_array_equal(
        weight, simulation.train(problem, _SPEC, _NAME, 10)[-1])
    np.testing.assert_array_equal(reader.get_tensor('kernel/mask'),
                                  weight != 0)

  def test_training_goes_on_with_another_number_of_parts(
      self, use_resource, axis):
    problem = simulation.problem(_SHAPE)
    directory = self.create_tempdir().full_path
    for last_step, num_parts in ((5, 3), (9, 1), (13, 2)):
      reader, _ = _train(directory, last_step, lambda n=num_parts: (
          _partitioned_train_op(problem, use_resource, n, axis)))
    np.testing.assert_array_equal(
        reader.get_tensor(_NAME),
        simulation.train(problem, _SPEC, _NAME, 13)[-1])


@parameterized.named_parameters(('ref', False), ('resource', True))
class AveragesTest(parameterized.TestCase):

  _DECAY = 0.5

  def _history(self, problem):
    """Weights, and what their averages are, step by step."""
    average = problem.weight
    previous = problem.weight
    step = np.float32(simulation.LEARNING_RATE) * problem.gradient
    for weight in simulation.train(problem, _SPEC, _NAME, 10):
      # The average takes the weight as the optimizer leaves it.
      average = average - (average - (previous - step)) * np.float32(
          1 - self._DECAY)
      average = np.where(weight == 0, np.float32(0), average)
      previous = weight
      yield weight, average

  def test_averages_are_zero_where_weights_are(self, use_resource):
    # Without entries that are zero by themselves.
    problem = simulation.problem(_SHAPE)
    problem = problem._replace(weight=problem.weight + np.float32(1 / 64))
    with tf.Graph().as_default(), v1.variable_scope(
        '', use_resource=use_resource):
      train_op = prunable_graphs.exact_train_op(problem, use_resource)
      [kernel] = v1.trainable_variables()
      averages = tf.train.ExponentialMovingAverage(self._DECAY)
      # With `tf.cond` of TF 2 its initializer races that of a ref variable.
      with maskable_graphs.control_flow(False), tf.control_dependencies(
          [train_op]):
        train_op = averages.apply([kernel])
      average = averages.average(kernel)
      with v1.train.MonitoredSession(
          hooks=[model_pruning.PruningHook(_SPEC)]) as session:
        for wanted in self._history(problem):
          session.run(train_op)
          for value, want in zip(session.run([kernel, average]), wanted):
            np.testing.assert_array_equal(value, want)

  def test_what_is_no_average_is_left_alone(self, use_resource):
    problem = simulation.problem(_SHAPE)
    with tf.Graph().as_default(), v1.variable_scope(
        '', use_resource=use_resource):
      train_op = prunable_graphs.exact_train_op(problem, use_resource)
      [kernel] = v1.trainable_variables()
      other = v1.get_variable(
          'other', initializer=np.ones(_SHAPE, np.float32), trainable=False)
      with tf.control_dependencies([train_op]):
        train_op = tf.group(other.assign_sub(kernel.read_value() * 0.0 - 1.0))
      with v1.train.MonitoredSession(
          hooks=[model_pruning.PruningHook(_SPEC)]) as session:
        for _ in range(4):
          session.run(train_op)
        np.testing.assert_array_equal(session.run(other), np.full(_SHAPE, 5))


if __name__ == '__main__':
  absltest.main()
