# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Operations that initialize and restore, made before pruning is attached."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.core import schedule
from tests.support import exact_runs
from tests.support import simulation
from tests.support.graphs import prunable_graphs

v1 = tf.compat.v1

_SPEC = model_pruning.PruningSpec.parse(exact_runs.SPEC)
_EXPECTED = simulation.train(exact_runs.PROBLEM, _SPEC, 'kernel', 25)
_STATE = ['kernel/mask', 'kernel/threshold',
          'model_pruning/last_mask_update_step']


def _hook():
  return model_pruning.PruningHook(_SPEC)


def _state(session):
  """The mask, the threshold and the step of the last update."""
  variables = {variable.op.name: variable
               for variable in v1.global_variables()}
  return session.run([variables[name] for name in _STATE])


def _initializers():
  return {
      'of all variables': v1.global_variables_initializer,
      'grouped with others': lambda: tf.group(
          v1.global_variables_initializer(), v1.tables_initializer()),
      'of each variable': lambda: [
          variable.initializer for variable in v1.global_variables()],
      'in turn': _initialize_in_turn,
  }


def _initialize_in_turn():
  with tf.control_dependencies([v1.global_variables_initializer()]):
    return tf.constant(0) + 1


def _savers():
  return {
      'of all variables': lambda: v1.train.Saver(v1.global_variables()),
      'sharded': lambda: v1.train.Saver(v1.global_variables(), sharded=True),
      'with reshape': lambda: v1.train.Saver(
          v1.global_variables(), reshape=True),
      'one by one': lambda: v1.train.Saver(
          v1.global_variables(), restore_sequentially=True),
      'under names of its own': lambda: v1.train.Saver(
          {'my_' + v.op.name: v for v in v1.global_variables()}),
  }


@parameterized.named_parameters(('ref', False), ('resource', True))
class BareSessionTest(parameterized.TestCase):

  def test_who_initializes_the_weights_initializes_the_masks(
      self, use_resource):
    for title, make in _initializers().items():
      with tf.Graph().as_default():
        prunable_graphs.exact_train_op(exact_runs.PROBLEM, use_resource)
        initializer = make()
        _hook().begin()
        with v1.Session() as session:
          session.run(initializer)
          mask, threshold, last_step = _state(session)
      self.assertTrue(mask.all(), title)
      self.assertEqual((threshold, last_step), (0, schedule.NEVER), title)

  def test_an_older_saver_restores_a_pruned_run(self, use_resource):
    directory = self.create_tempdir().full_path
    for title, make in _savers().items():
      path = f'{directory}/{title}'
      with tf.Graph().as_default():
        train_op = prunable_graphs.exact_train_op(
            exact_runs.PROBLEM, use_resource)
        saver = make()
        with v1.train.MonitoredSession(hooks=[_hook()]) as session:
          for _ in range(11):
            session.run(train_op)
          saver.save(session._tf_sess(), path)  # pylint: disable=protected-access
      self.assertLen(exact_runs.contents(path), 2)
      with tf.Graph().as_default():
        prunable_graphs.exact_train_op(exact_runs.PROBLEM, use_resource)
        saver = make()
        _hook().begin()
        with v1.Session() as session:
          saver.restore(session, path)
          mask, threshold, last_step = _state(session)
      np.testing.assert_array_equal(mask, _EXPECTED[10] != 0, title)
      kept = np.abs(_EXPECTED[10][mask])
      self.assertEqual((threshold, last_step), (kept.min(), 8), title)

  def test_a_saver_of_the_weights_alone_takes_the_step_as_it_is(
      self, use_resource):
    path = self.create_tempdir().full_path + '/weights'
    zeros = np.where(np.arange(70).reshape(7, 10) % 3, 0, 1)
    with tf.Graph().as_default(), v1.Session() as session:
      kernel = v1.get_variable('kernel', initializer=np.float32(zeros))
      session.run(kernel.initializer)
      v1.train.Saver([kernel]).save(session, path)
    for step in (None, 0, 5, 11):
      with tf.Graph().as_default():
        prunable_graphs.exact_train_op(exact_runs.PROBLEM, use_resource)
        saver = v1.train.Saver(v1.trainable_variables())
        _hook().begin()
        with v1.Session() as session:
          if step is not None:
            session.run(v1.global_variables_initializer())
            v1.train.get_global_step().load(step, session)
          saver.restore(session, path)
          mask, _, last_step = _state(session)
      np.testing.assert_array_equal(mask, zeros != 0)
      # Two thirds are zero: more than at step 4, and less than at step 8.
      self.assertEqual(last_step, 4 if step == 5 else schedule.NEVER)

  def test_a_session_that_initialized_the_weights_has_masks(
      self, use_resource):
    with tf.Graph().as_default(), v1.Session() as session:
      prunable_graphs.exact_train_op(exact_runs.PROBLEM, use_resource)
      initializer = v1.global_variables_initializer()
      session.run(initializer)
      _hook().begin()
      mask, _, last_step = _state(session)
      np.testing.assert_array_equal(mask, exact_runs.PROBLEM.weight != 0)
      self.assertEqual(last_step, schedule.NEVER)

  def test_a_session_that_initialized_nothing_needs_no_masks_yet(
      self, use_resource):
    with tf.Graph().as_default(), v1.Session() as session:
      prunable_graphs.exact_train_op(exact_runs.PROBLEM, use_resource)
      initializer = v1.global_variables_initializer()
      _hook().begin()
      session.run(initializer)
      mask, _, last_step = _state(session)
      self.assertTrue(mask.all())
      self.assertEqual(last_step, schedule.NEVER)

  def test_a_dense_model_is_due_at_once(self, use_resource):
    directory = self.create_tempdir().full_path
    values = exact_runs.train(directory, 10, use_resource)
    with tf.Graph().as_default():
      prunable_graphs.exact_train_op(exact_runs.PROBLEM, use_resource)
      saver = v1.train.Saver()
      _hook().begin()
      with v1.Session() as session:
        saver.restore(session, tf.train.latest_checkpoint(directory))
        mask, threshold, last_step = _state(session)
    np.testing.assert_array_equal(mask, values['kernel'] != 0)
    self.assertEqual((threshold, last_step),
                     (np.abs(values['kernel']).min(), schedule.NEVER))


@parameterized.named_parameters(('ref', False), ('resource', True))
class WarmStartTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._directory = self.create_tempdir().full_path

  def test_initial_values_of_a_pruned_run_keep_their_zeros(
      self, use_resource):
    exact_runs.train(self._directory, 11, use_resource, [_hook()])
    for make in (v1.global_variables_initializer, None):
      with tf.Graph().as_default():
        train_op = prunable_graphs.exact_train_op(
            exact_runs.PROBLEM, use_resource)
        v1.train.init_from_checkpoint(
            self._directory, {'kernel': 'kernel'})
        scaffold = v1.train.Scaffold(init_op=make()) if make else None
        late = model_pruning.PruningHook(
            exact_runs.SPEC + ',begin_pruning_step=6')
        with v1.train.MonitoredTrainingSession(
            scaffold=scaffold, hooks=[late]) as session:
          for _ in range(5):
            session.run(train_op)
          mask, _, last_step = _state(session)
          [kernel] = session.run(v1.trainable_variables())
      np.testing.assert_array_equal(mask, _EXPECTED[10] != 0)
      self.assertFalse(kernel[~mask].any())
      self.assertEqual(last_step, schedule.NEVER)


@parameterized.named_parameters(('ref', False), ('resource', True))
class ScaffoldTest(parameterized.TestCase):

  def _check(self, use_resource, make_scaffold):
    """Stops at every kind of step, goes on, and compares."""
    directory = self.create_tempdir().full_path
    for stop in (2, 12, 25):
      values = exact_runs.train(
          directory, stop, use_resource, [_hook()], make_scaffold)
      np.testing.assert_array_equal(values['kernel'], _EXPECTED[stop - 1])
    return values

  def test_with_a_saver(self, use_resource):
    values = self._check(use_resource, lambda: v1.train.Scaffold(
        saver=v1.train.Saver(v1.global_variables())))
    self.assertEqual(sorted(values), ['global_step', 'kernel'])

  def test_with_an_init_op(self, use_resource):
    values = self._check(use_resource, lambda: v1.train.Scaffold(
        init_op=v1.global_variables_initializer()))
    self.assertEqual(sorted(values), ['global_step', 'kernel', *_STATE])

  def test_with_a_ready_op_a_saver_and_an_init_op(self, use_resource):
    values = self._check(use_resource, lambda: v1.train.Scaffold(
        init_op=[v.initializer for v in v1.global_variables()],
        ready_op=v1.report_uninitialized_variables(),
        ready_for_local_init_op=v1.report_uninitialized_variables(),
        saver=v1.train.Saver(v1.global_variables(), sharded=True)))
    self.assertEqual(sorted(values), ['global_step', 'kernel'])

  def test_with_a_saver_that_is_not_built(self, use_resource):
    values = self._check(use_resource, lambda: v1.train.Scaffold(
        saver=v1.train.Saver(defer_build=True)))
    self.assertEqual(sorted(values), ['global_step', 'kernel', *_STATE])

  def test_with_a_saver_in_the_collection(self, use_resource):

    def make():
      v1.add_to_collection(v1.GraphKeys.SAVERS, v1.train.Saver())

    values = self._check(use_resource, make)
    self.assertEqual(sorted(values), ['global_step', 'kernel'])

  def test_with_a_function_that_loads_weights(self, use_resource):
    directory = self.create_tempdir().full_path
    exact_runs.train(directory, 11, use_resource, [_hook()])
    path = tf.train.latest_checkpoint(directory)

    def make():
      saver = v1.train.Saver(v1.global_variables())
      return v1.train.Scaffold(
          init_fn=lambda _, session: saver.restore(session, path))

    values = exact_runs.train(
        self.create_tempdir().full_path, 25, use_resource, [_hook()], make)
    np.testing.assert_array_equal(values['kernel'], _EXPECTED[-1])


if __name__ == '__main__':
  absltest.main()
