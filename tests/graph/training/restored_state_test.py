# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Savers made after pruning is attached read files with and without masks."""

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


def _unbuilt():
  saver = v1.train.Saver(defer_build=True)
  scaffold = v1.train.Scaffold(saver=saver)
  scaffold.finalize()
  return scaffold.saver


def _supervisors():
  return v1.train.Supervisor(logdir='', init_op=None, summary_op=None).saver


_SAVERS = {
    'plain': v1.train.Saver,
    'of a list': lambda: v1.train.Saver(v1.global_variables()),
    'under names': lambda: v1.train.Saver(
        {v.op.name: v for v in v1.global_variables()}),
    'sharded': lambda: v1.train.Saver(sharded=True),
    'one by one': lambda: v1.train.Saver(restore_sequentially=True),
    'with reshape': lambda: v1.train.Saver(reshape=True),
    'of the older format': lambda: v1.train.Saver(
        write_version=v1.train.SaverDef.V1),
    'without the step': lambda: v1.train.Saver(
        [v for v in v1.global_variables() if v.op.name != 'global_step']),
    'unbuilt in a scaffold': _unbuilt,
    'of a supervisor': _supervisors,
    'of the graph': lambda: v1.get_collection(v1.GraphKeys.SAVERS)[0],
}


def _built(make):
  saver = make()
  if not saver.saver_def:
    saver.build()
  return saver


def _pruned_train_op(use_resource):
  return model_pruning.prune_train_op(
      prunable_graphs.exact_train_op(exact_runs.PROBLEM, use_resource), _SPEC)


def _values(session):
  return {variable.op.name: session.run(variable)
          for variable in v1.global_variables()}


def _dense_file(directory, use_resource, step=10, zeros=False):
  """A file of the kernel and the step; what it holds of the kernel."""
  value = exact_runs.PROBLEM.weight.copy()
  if zeros:
    value.ravel()[::3] = 0.0
  with tf.Graph().as_default(), v1.Session() as session:
    prunable_graphs.exact_train_op(exact_runs.PROBLEM, use_resource)
    session.run(v1.global_variables_initializer())
    v1.train.get_global_step().load(step, session)
    v1.trainable_variables()[0].load(value, session)
    return v1.train.Saver().save(session, directory + '/dense'), value


@parameterized.named_parameters(('ref', False), ('resource', True))
class SaversTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._directory = self.create_tempdir().full_path

  def test_each_saver_reads_files_without_state_and_with_it(
      self, use_resource):
    dense, value = _dense_file(self._directory, use_resource, zeros=True)
    for title, make in _SAVERS.items():
      with tf.Graph().as_default():
        train_op = _pruned_train_op(use_resource)
        initializer = v1.global_variables_initializer()
        zero = v1.trainable_variables()[0].assign(
            np.zeros([7, 10], np.float32)).op
        saver = _built(make)
        with v1.Session() as session:
          if title == 'without the step':
            v1.train.get_global_step().load(10, session)
          saver.restore(session, dense)
          rebuilt = _values(session)
          for _ in range(11):
            session.run(train_op)
          session.run(zero)  # So that the weights do not say what is kept.
          before = _values(session)
          path = saver.save(session, f'{self._directory}/{title}')
          session.run(initializer)
          if title == 'without the step':
            v1.train.get_global_step().load(21, session)
          saver.restore(session, path)
          after = _values(session)
      np.testing.assert_array_equal(rebuilt['kernel'], value, title)
      np.testing.assert_array_equal(rebuilt['kernel/mask'], value != 0, title)
      self.assertEqual(rebuilt['kernel/threshold'],
                       np.abs(value[value != 0]).min(), title)
      # An update at step 8 would have pruned more than a third.
      self.assertEqual(rebuilt[_STATE[2]], schedule.NEVER, title)
      self.assertFalse(before['kernel/mask'].all(), title)
      for name, held in before.items():
        np.testing.assert_array_equal(after[name], held, f'{title}: {name}')

  def test_a_file_of_a_dense_run_prunes_nothing_before_an_update(
      self, use_resource):
    dense, value = _dense_file(self._directory, use_resource)
    with tf.Graph().as_default(), v1.Session() as session:
      _pruned_train_op(use_resource)
      v1.train.Saver().restore(session, dense)
      values = _values(session)
    np.testing.assert_array_equal(values['kernel'], value)
    np.testing.assert_array_equal(values['kernel/mask'], value != 0)

  def test_what_is_written_has_the_names_of_ever(self, use_resource):
    with tf.Graph().as_default(), v1.Session() as session:
      _pruned_train_op(use_resource)
      session.run(v1.global_variables_initializer())
      path = v1.train.Saver().save(session, self._directory + '/pruned')
    self.assertEqual(sorted(exact_runs.contents(path)),
                     ['global_step', 'kernel', *_STATE])

  def test_masks_alone_are_read_from_files_of_their_own(self, use_resource):
    with tf.Graph().as_default(), v1.Session() as session:
      train_op = _pruned_train_op(use_resource)
      masks = [v for v in v1.global_variables() if v.op.name in _STATE]
      saver = v1.train.Saver(masks)
      session.run(v1.global_variables_initializer())
      for _ in range(11):
        session.run(train_op)
      before = session.run(masks)
      path = saver.save(session, self._directory + '/masks')
      session.run(v1.global_variables_initializer())
      saver.restore(session, path)
      for old, new in zip(before, session.run(masks)):
        np.testing.assert_array_equal(new, old)

  def test_masks_without_their_weights_are_read_or_made_of_those(
      self, use_resource):
    dense, value = _dense_file(self._directory, use_resource)
    with tf.Graph().as_default(), v1.Session() as session:
      _pruned_train_op(use_resource)
      saver = v1.train.Saver(
          [v for v in v1.global_variables() if v.op.name != 'kernel'])
      session.run(v1.global_variables_initializer())
      path = saver.save(session, self._directory + '/masks')
      saver.restore(session, path)
      saver.restore(session, dense)
      np.testing.assert_array_equal(
          _values(session)['kernel/mask'], exact_runs.PROBLEM.weight != 0)

  def test_what_else_a_file_lacks_is_an_error(self, use_resource):
    with tf.Graph().as_default(), v1.Session() as session:
      prunable_graphs.exact_train_op(exact_runs.PROBLEM, use_resource)
      session.run(v1.global_variables_initializer())
      path = v1.train.Saver(v1.trainable_variables()).save(
          session, self._directory + '/weights')
    with tf.Graph().as_default(), v1.Session() as session:
      _pruned_train_op(use_resource)
      with self.assertRaisesRegex(tf.errors.NotFoundError, 'global_step'):
        v1.train.Saver().restore(session, path)

  def test_training_that_stops_goes_on_exactly(self, use_resource):
    path = None
    for first, last in ((0, 2), (2, 12), (12, 25)):
      with tf.Graph().as_default(), v1.Session() as session:
        train_op = _pruned_train_op(use_resource)
        saver = v1.train.Saver()
        if path:
          saver.restore(session, path)
        else:
          session.run(v1.global_variables_initializer())
        for step in range(first, last):
          session.run(train_op)
          np.testing.assert_array_equal(
              session.run(v1.trainable_variables()[0]), _EXPECTED[step])
        path = saver.save(session, self._directory + '/run')

  def test_a_program_without_pruning_reads_what_is_written(self, use_resource):
    with tf.Graph().as_default(), v1.Session() as session:
      train_op = _pruned_train_op(use_resource)
      session.run(v1.global_variables_initializer())
      session.run(train_op)
      path = v1.train.Saver().save(session, self._directory + '/run')
    with tf.Graph().as_default(), v1.Session() as session:
      prunable_graphs.exact_train_op(exact_runs.PROBLEM, use_resource)
      v1.train.Saver().restore(session, path)
      np.testing.assert_array_equal(
          session.run(v1.trainable_variables()[0]), _EXPECTED[0])
    with tf.Graph().as_default(), v1.Session() as session:
      v1.train.import_meta_graph(path + '.meta').restore(session, path)
      np.testing.assert_array_equal(
          session.run(v1.trainable_variables()[0]), _EXPECTED[0])

  def test_an_object_based_checkpoint_holds_masks_under_its_own_names(
      self, use_resource):
    with tf.Graph().as_default(), v1.Session() as session:
      train_op = _pruned_train_op(use_resource)
      variables = v1.global_variables()
      checkpoint = tf.train.Checkpoint(**{
          f'v{i}': variable for i, variable in enumerate(variables)})
      session.run(v1.global_variables_initializer())
      for _ in range(11):
        session.run(train_op)
      before = session.run(variables)
      with session.as_default():
        path = checkpoint.save(self._directory + '/objects')
        session.run(v1.global_variables_initializer())
        checkpoint.restore(path).run_restore_ops()
      for old, new in zip(before, session.run(variables)):
        np.testing.assert_array_equal(new, old)
    self.assertIn('v0/.ATTRIBUTES/VARIABLE_VALUE', exact_runs.contents(path))


if __name__ == '__main__':
  absltest.main()
