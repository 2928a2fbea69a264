# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of model_pruning.PruningHook on sessions that train."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support import numpy_reference
from tests.support import simulation
from tests.support.graphs import prunable_graphs

v1 = tf.compat.v1

_SHAPE = (7, 10)


def _session_weights(train_op, hook, num_steps):
  """The one trainable weight after each step of a monitored session."""
  [variable] = v1.trainable_variables()
  weight = variable.read_value()
  history = []
  with v1.train.MonitoredSession(hooks=[hook]) as session:
    for _ in range(num_steps):
      session.run(train_op)
      history.append(session.run(weight))
  return history


class _CountRuns(v1.train.SessionRunHook):
  """Counts the runs of a session."""

  runs = 0

  def after_run(self, run_context, run_values):
    del run_context, run_values
    self.runs += 1


class ExactTrainingTest(parameterized.TestCase):

  @parameterized.parameters(*[
      (title, use_resource) for title in simulation.SPECS
      for use_resource in (False, True)])
  def test_every_step_is_that_of_the_simulation(self, title, use_resource):
    spec = model_pruning.PruningSpec.parse(simulation.SPECS[title])
    problem = simulation.problem(_SHAPE)
    with tf.Graph().as_default():
      train_op = prunable_graphs.exact_train_op(problem, use_resource)
      history = _session_weights(
          train_op, model_pruning.PruningHook(spec), num_steps=25)
    expected = simulation.train(problem, spec, 'kernel', 25)
    np.testing.assert_array_equal(history, expected)

  def test_ranking_together_is_that_of_the_simulation(self):
    problems = [simulation.problem((6, 4), 1), simulation.problem((5, 8), 2)]
    with tf.Graph().as_default():
      # Two optimizers count the global step twice a run.
      train_op = tf.group(*[
          prunable_graphs.exact_train_op(problem, True, name)
          for name, problem in zip('ab', problems)])
      hook = model_pruning.PruningHook(
          'target_sparsity=0.5,sparsity_distribution=global'
          ',sparsity_function_end_step=0,pruning_frequency=100')
      with v1.train.MonitoredSession(hooks=[hook]) as session:
        session.run(train_op)
        weights = session.run(v1.trainable_variables())
      self.assertEqual({w.group for w in hook.report.pruned}, {'global'})
    updated = [p.weight - np.float32(0.5) * p.gradient for p in problems]
    masks = numpy_reference.grouped_masks(updated, 0.5)
    for weight, wanted, mask in zip(weights, updated, masks):
      np.testing.assert_array_equal(weight, np.where(mask, wanted, 0))


class SessionTest(parameterized.TestCase):

  def _train_op(self, use_resource=None):
    images, labels = prunable_graphs.digits_like_batch()
    logits = prunable_graphs.conv_net_logits(
        tf.constant(images), use_resource)
    loss = v1.losses.sparse_softmax_cross_entropy(labels, logits)
    return v1.train.AdamOptimizer(0.01).minimize(
        loss, global_step=v1.train.get_or_create_global_step())

  @parameterized.parameters(False, True)
  def test_checkpoints_hold_the_target_and_the_masks(self, use_resource):
    directory = self.create_tempdir().full_path
    hook = model_pruning.PruningHook(
        'target_sparsity=0.9,sparsity_function_end_step=15')
    with tf.Graph().as_default():
      train_op = self._train_op(use_resource)
      with v1.train.MonitoredTrainingSession(
          checkpoint_dir=directory, hooks=[hook], save_checkpoint_steps=20,
          save_checkpoint_secs=None) as session:
        for _ in range(20):
          session.run(train_op)
    reader = tf.train.load_checkpoint(directory)
    self.assertEqual([w.name for w in hook.report.pruned],
                     ['conv/kernel', 'dense/kernel'])
    for weight in hook.report.pruned:
      value = reader.get_tensor(weight.name)
      mask = reader.get_tensor(weight.name + '/mask')
      self.assertEqual(mask.dtype, np.bool_)
      self.assertEqual(mask.sum(),
                       numpy_reference.num_kept(value.size, 0.9))
      np.testing.assert_array_equal(value != 0, mask)
      self.assertEqual(reader.get_tensor(weight.name + '/threshold').shape, ())
    self.assertEqual(
        reader.get_tensor('model_pruning/last_mask_update_step'), 20)

  def test_resumed_training_ends_with_the_same_weights(self):
    spec = 'target_sparsity=0.8,sparsity_function_end_step=17'

    def train(directory, num_steps):
      with tf.Graph().as_default():
        v1.set_random_seed(1)
        train_op = self._train_op()
        with v1.train.MonitoredTrainingSession(
            checkpoint_dir=directory, save_checkpoint_steps=1000,
            save_checkpoint_secs=None,
            hooks=[model_pruning.PruningHook(spec),
                   v1.train.StopAtStepHook(last_step=num_steps)]) as session:
          while not session.should_stop():
            session.run(train_op)
      reader = tf.train.load_checkpoint(directory)
      return {name: reader.get_tensor(name)
              for name in reader.get_variable_to_shape_map()}

    whole = train(self.create_tempdir('whole').full_path, 25)
    directory = self.create_tempdir('parts').full_path
    train(directory, 12)
    resumed = train(directory, 25)
    self.assertEqual(sorted(whole), sorted(resumed))
    for name, value in whole.items():
      np.testing.assert_array_equal(value, resumed[name], name)

  def test_a_step_is_one_session_run(self):
    counter = _CountRuns()
    with tf.Graph().as_default():
      train_op = self._train_op()
      with v1.train.MonitoredSession(hooks=[
          model_pruning.PruningHook('target_sparsity=0.5'),
          counter]) as session:
        for _ in range(5):
          session.run(train_op)
    self.assertEqual(counter.runs, 5)

  def test_a_run_that_updates_nothing_trains_nothing(self):
    with tf.Graph().as_default():
      self._train_op()
      step = v1.train.get_global_step()
      variables = v1.trainable_variables()
      with v1.train.MonitoredSession(hooks=[
          model_pruning.PruningHook('target_sparsity=0.5')]) as session:
        before = session.run(variables)
        for fetches in (step, {'step': [step]}, step.name, variables):
          session.run(fetches)
        after, count = session.run([variables, step])
    self.assertEqual(count, 0)
    for old, new in zip(before, after):
      np.testing.assert_array_equal(old, new)

  @parameterized.parameters(
      lambda op: op, lambda op: [op], lambda op: {'a': (op,)},
      lambda op: op.name)
  def test_training_is_recognised_in_every_form_of_fetches(self, form):
    with tf.Graph().as_default():
      problem = simulation.problem(_SHAPE)
      train_op = prunable_graphs.exact_train_op(problem, True)
      with v1.train.MonitoredSession(hooks=[model_pruning.PruningHook(
          'target_sparsity=0.5,sparsity_function_end_step=0')]) as session:
        session.run(form(train_op))
        [weight] = session.run(v1.trainable_variables())
    self.assertEqual((weight == 0).sum(), 35)

  def test_a_global_step_that_jumps_loses_no_update(self):
    spec = ('target_sparsity=0.5,begin_pruning_step=10,end_pruning_step=12'
            ',sparsity_function_end_step=12,pruning_frequency=10')
    with tf.Graph().as_default():
      train_op = prunable_graphs.exact_train_op(
          simulation.problem(_SHAPE), True)
      step = v1.train.get_global_step()
      jump = tf.group(train_op, step.assign_add(16))
      with v1.train.MonitoredSession(hooks=[
          model_pruning.PruningHook(spec)]) as session:
        session.run(jump)
        [weight] = session.run(v1.trainable_variables())
    self.assertEqual((weight == 0).sum(), 35)

  def test_two_graphs_in_one_process_are_independent(self):
    hooks = [model_pruning.PruningHook(
        f'target_sparsity={sparsity},sparsity_function_end_step=0')
             for sparsity in (0.5, 0.8)]
    for hook, zeros in zip(hooks, (35, 56)):
      with tf.Graph().as_default():
        train_op = prunable_graphs.exact_train_op(
            simulation.problem(_SHAPE), False)
        with v1.train.MonitoredSession(hooks=[hook]) as session:
          session.run(train_op)
          [weight] = session.run(v1.trainable_variables())
      self.assertEqual((weight == 0).sum(), zeros)


class SeveralTrainOpsTest(parameterized.TestCase):

  _SPEC = 'target_sparsity=0.5,sparsity_function_end_step=0'

  def _train_ops(self, use_resource):
    problems = {name: simulation.problem(_SHAPE, seed)
                for seed, name in enumerate('ab')}
    return problems, {
        name: prunable_graphs.exact_train_op(problem, use_resource, name)
        for name, problem in problems.items()}

  @parameterized.parameters(False, True)
  def test_a_run_projects_and_trains_what_it_updates_and_nothing_else(
      self, use_resource):
    with tf.Graph().as_default():
      problems, ops = self._train_ops(use_resource)
      hook = model_pruning.PruningHook(self._SPEC)
      with v1.train.MonitoredSession(hooks=[hook]) as session:
        session.run(ops['a'])
        a, b = session.run(v1.trainable_variables())
        np.testing.assert_array_equal(b, problems['b'].weight)
        self.assertEqual((a == 0).sum(), 35)
        session.run(ops['b'])
        a_later, b = session.run(v1.trainable_variables())
        self.assertEqual((b == 0).sum(), 35)
        np.testing.assert_array_equal(a_later, a)

  def test_two_train_ops_of_one_weight_take_turns(self):
    problem = simulation.problem(_SHAPE)
    spec = model_pruning.PruningSpec.parse(self._SPEC)
    with tf.Graph().as_default():
      step = v1.train.get_or_create_global_step()
      kernel = v1.get_variable('kernel', initializer=problem.weight)
      loss = tf.reduce_sum(tf.matmul(tf.eye(7), kernel) * problem.gradient)
      ops = [v1.train.GradientDescentOptimizer(
          simulation.LEARNING_RATE).minimize(loss, global_step=step)
             for _ in range(2)]
      history = []
      with v1.train.MonitoredSession(
          hooks=[model_pruning.PruningHook(spec)]) as session:
        for i in range(6):
          session.run(ops[i % 2])
          history.append(session.run(kernel))
    np.testing.assert_array_equal(
        history, simulation.train(problem, spec, 'kernel', 6))

  def test_two_train_ops_of_one_group_in_one_run_are_refused(self):
    with tf.Graph().as_default():
      _, ops = self._train_ops(True)
      hook = model_pruning.PruningHook(
          self._SPEC + ',sparsity_distribution=global')
      with v1.train.MonitoredSession(hooks=[hook]) as session:
        session.run(ops['a'])
        with self.assertRaisesRegex(ValueError, 'by one train op.*tf.group'):
          session.run(ops)

  def test_two_train_ops_that_share_a_weight_in_one_run_are_refused(self):
    problem = simulation.problem(_SHAPE)
    with tf.Graph().as_default():
      step = v1.train.get_or_create_global_step()
      kernels = [v1.get_variable(name, initializer=problem.weight)
                 for name in 'abc']
      ops = []
      for updated in (kernels[:2], kernels[1:]):
        loss = tf.add_n([
            tf.reduce_sum(tf.matmul(tf.eye(7), kernel)) for kernel in updated])
        ops.append(v1.train.GradientDescentOptimizer(0.5).minimize(
            loss, global_step=step, var_list=updated))
      with v1.train.MonitoredSession(
          hooks=[model_pruning.PruningHook(self._SPEC)]) as session:
        for op in ops:
          session.run(op)
        with self.assertRaisesRegex(ValueError, r"weights \['b'\] by one"):
          session.run(ops)

  def test_a_part_of_a_train_op_is_refused(self):
    with tf.Graph().as_default():
      _, ops = self._train_ops(True)
      both = tf.group(*ops.values())
      hook = model_pruning.PruningHook(self._SPEC)
      with v1.train.MonitoredSession(hooks=[hook]) as session:
        session.run(both)
        with self.assertRaisesRegex(ValueError, 'must run the whole train op'):
          session.run(ops['a'])


if __name__ == '__main__':
  absltest.main()
