# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Savers that list no masks and are made after pruning is attached."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support import exact_runs
from tests.support.graphs import prunable_graphs

v1 = tf.compat.v1

_DENSE = np.arange(1, 71, dtype=np.float32).reshape(7, 10)
_MASK = np.arange(70).reshape(7, 10) % 3 == 0
_SPARSE = np.where(_MASK, _DENSE, 0)


class _Saves(v1.train.SessionRunHook):
  """Makes a Saver of the weights in `begin`, and saves in a run."""

  def __init__(self, path):
    self._path = path

  def begin(self):
    self._saver = v1.train.Saver(v1.trainable_variables())

  def after_create_session(self, session, coord):
    del coord
    kernel, mask = _variables()['kernel'], _variables()['kernel/mask']
    kernel.load(_DENSE, session)  # As the update of an optimizer does.
    mask.load(_MASK, session)
    self._saver.save(session, self._path, write_meta_graph=False)


def _variables():
  return {v.op.name: v for v in v1.global_variables()}


def _train_op(use_resource):
  return prunable_graphs.exact_train_op(exact_runs.PROBLEM, use_resource)


def _pruned_train_op(use_resource):
  return model_pruning.prune_train_op(_train_op(use_resource), exact_runs.SPEC)


@parameterized.named_parameters(('ref', False), ('resource', True))
class HookTest(parameterized.TestCase):

  def _saved_by_another_hook(self, use_resource, make_scaffold):
    path = self.create_tempdir().full_path + '/weights'
    with tf.Graph().as_default():
      _train_op(use_resource)
      hooks = [model_pruning.PruningHook(exact_runs.SPEC), _Saves(path)]
      with v1.train.MonitoredSession(
          v1.train.ChiefSessionCreator(make_scaffold()), hooks):
        pass
    return exact_runs.contents(path)['kernel']

  def test_a_saver_of_a_later_hook_writes_what_is_not_pruned(
      self, use_resource):
    np.testing.assert_array_equal(
        self._saved_by_another_hook(use_resource, v1.train.Scaffold), _SPARSE)

  def test_a_warning_names_a_saver_that_cannot_be_changed(self, use_resource):

    def make_scaffold():  # Nobody looks at the graph after the other hook.
      return v1.train.Scaffold(saver=v1.train.Saver())

    with self.assertLogs(level='WARNING') as logs:
      value = self._saved_by_another_hook(use_resource, make_scaffold)
    np.testing.assert_array_equal(value, _DENSE)
    # Not of the Saver of the Scaffold.
    [said] = [text for text in logs.output if 'made after PruningHook' in text]
    self.assertIn("['save_1/SaveV2']", said)


@parameterized.named_parameters(('ref', False), ('resource', True))
class TrainOpTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    directory = self.create_tempdir().full_path
    self._path = directory + '/pruned'
    # A file of a pruned run, without masks.
    with tf.Graph().as_default(), v1.Session() as session:
      v1.train.get_or_create_global_step().initializer.run()
      kernel = v1.get_variable('kernel', initializer=_SPARSE)
      kernel.initializer.run()
      self._weights = v1.train.Saver().save(session, directory + '/weights')
      with session.as_default():
        self._objects = tf.train.Checkpoint(kernel=kernel).save(
            directory + '/objects')


  def test_masks_follow_what_it_restores_if_another_saver_is_made_later(
      self, use_resource):
    for later in (v1.train.Saver, lambda: v1.train.Supervisor(
        logdir='', init_op=None, summary_op=None)):
      with tf.Graph().as_default():
        _pruned_train_op(use_resource)
        saver = v1.train.Saver(v1.trainable_variables())
        initializer = v1.global_variables_initializer()
        later()
        with v1.Session() as session:
          session.run(initializer)
          saver.restore(session, self._weights)
          np.testing.assert_array_equal(
              session.run(_variables()['kernel/mask']), _MASK)

  def test_savers_that_restore_masks_do_not_rebuild_them(self, use_resource):
    with tf.Graph().as_default():
      _pruned_train_op(use_resource)
      savers = [v1.train.Saver(), v1.train.Saver(sharded=True),
                v1.train.Saver(restore_sequentially=True), v1.train.Saver()]
      with v1.Session() as session:
        session.run(v1.global_variables_initializer())
        variables = _variables()
        variables['kernel'].load(np.zeros_like(_DENSE), session)
        variables['kernel/mask'].load(_MASK, session)
        path = savers[0].save(session, self._path)
        for saver in savers:
          session.run(v1.global_variables_initializer())
          saver.restore(session, path)
          np.testing.assert_array_equal(
              session.run(variables['kernel/mask']), _MASK)

  def test_an_object_based_checkpoint_does_not_change_masks(
      self, use_resource):
    with tf.Graph().as_default(), v1.Session() as session:
      _pruned_train_op(use_resource)
      variables = _variables()
      session.run(v1.global_variables_initializer())
      checkpoint = tf.train.Checkpoint(
          kernel=variables['kernel'], mask=variables['kernel/mask'])
      status = checkpoint.restore(self._objects)
      status.run_restore_ops(session)
      np.testing.assert_array_equal(
          session.run(variables['kernel']), _SPARSE)
      self.assertTrue(session.run(variables['kernel/mask']).all())
      with self.assertRaisesRegex(AssertionError, 'mask'):
        status.assert_consumed()
      with self.assertRaisesRegex(tf.errors.NotFoundError, 'kernel/mask'):
        v1.train.Saver().restore(session, self._objects)


if __name__ == '__main__':
  absltest.main()
