# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What savers write of weights in the midst of a step."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support import exact_runs
from tests.support import numpy_reference
from tests.support import simulation
from tests.support.graphs import prunable_graphs
from tests.support.graphs import saver_threads

v1 = tf.compat.v1

_DENSE = np.arange(1, 71, dtype=np.float32).reshape(7, 10)
_MASK = np.arange(70).reshape(7, 10) % 3 == 0


def _default_saver():
  [saver] = v1.get_collection(v1.GraphKeys.SAVERS)
  return saver


class SavedValuesTest(parameterized.TestCase):

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls._server = v1.train.Server({'ps': ['localhost:0']}, job_name='ps')

  def _save_between_update_and_projection(
      self, device, use_resource, make_saver, make_late_saver=_default_saver,
      read=exact_runs.contents):
    path = self.create_tempdir().full_path + '/model'
    with tf.Graph().as_default():
      with tf.device(device):
        prunable_graphs.exact_train_op(exact_runs.PROBLEM, use_resource)
      saver = make_saver()
      model_pruning.PruningHook(exact_runs.SPEC).begin()
      if saver is None:
        saver = make_late_saver()
      saver.build()
      variables = {v.op.name: v for v in v1.global_variables()}
      changes = [variables['kernel'].assign(_DENSE),
                 variables['kernel/mask'].assign(_MASK)]
      initializer = v1.global_variables_initializer()
      with v1.Session(self._server.target) as session:
        session.run(initializer)
        session.run([change.op for change in changes])
        path = saver.save(session, path)
        # Nothing is changed but what is written.
        np.testing.assert_array_equal(
            session.run(variables['kernel']), _DENSE)
    return read(path)

  @parameterized.parameters(
      (False, False), (False, True), (True, False), (True, True))
  def test_an_older_saver_writes_what_is_not_pruned(
      self, use_resource, sharded):
    values = self._save_between_update_and_projection(
        '/job:ps/task:0', use_resource,
        lambda: v1.train.Saver(v1.global_variables(), sharded=sharded))
    np.testing.assert_array_equal(values['kernel'], np.where(_MASK, _DENSE, 0))
    self.assertEqual(sorted(values), ['global_step', 'kernel'])

  @parameterized.parameters(False, True)
  def test_the_default_saver_writes_the_mask_it_multiplied_by(
      self, use_resource):
    values = self._save_between_update_and_projection(
        '/job:ps/task:0', use_resource, lambda: None)
    np.testing.assert_array_equal(values['kernel'], np.where(_MASK, _DENSE, 0))
    np.testing.assert_array_equal(values['kernel/mask'], _MASK)

  @parameterized.parameters(
      (False, False), (False, True), (True, False), (True, True))
  def test_an_older_saver_does_so_without_parameter_servers(
      self, use_resource, sharded):
    values = self._save_between_update_and_projection(
        None, use_resource,
        lambda: v1.train.Saver(v1.global_variables(), sharded=sharded))
    np.testing.assert_array_equal(values['kernel'], np.where(_MASK, _DENSE, 0))

  @parameterized.parameters(
      (False, False), (False, True), (True, False), (True, True))
  def test_savers_of_the_older_format_do_so(self, use_resource, sharded):
    def make():
      return v1.train.Saver(
          sharded=sharded, write_version=v1.train.SaverDef.V1)

    def read(path):  # The reader of TF 1.15 reads no bools in this format.
      return tf.train.load_checkpoint(path).get_tensor('kernel')

    for makers in ((make,), (lambda: None, make)):
      np.testing.assert_array_equal(
          self._save_between_update_and_projection(
              None, use_resource, *makers, read=read),
          np.where(_MASK, _DENSE, 0))

  @parameterized.parameters(False, True)
  def test_the_default_saver_does_so_without_parameter_servers(
      self, use_resource):
    values = self._save_between_update_and_projection(
        None, use_resource, lambda: None)
    np.testing.assert_array_equal(values['kernel'], np.where(_MASK, _DENSE, 0))
    np.testing.assert_array_equal(values['kernel/mask'], _MASK)

  @parameterized.parameters(
      (False, False), (False, True), (True, False), (True, True))
  def test_a_saver_that_is_made_after_pruning_is_attached_does_so(
      self, use_resource, sharded):
    values = self._save_between_update_and_projection(
        '/job:ps/task:0', use_resource, lambda: None,
        lambda: v1.train.Saver(v1.global_variables(), sharded=sharded))
    np.testing.assert_array_equal(values['kernel'], np.where(_MASK, _DENSE, 0))
    np.testing.assert_array_equal(values['kernel/mask'], _MASK)


@parameterized.named_parameters(('ref', False), ('resource', True))
class ThreadTest(parameterized.TestCase):

  _NUM_FILES = 30

  def _check(self, use_resource, session, saver, train_op):
    """Checks every file that a thread writes while another trains."""
    paths = saver_threads.save_while_training(
        session, saver, train_op, self.create_tempdir().full_path,
        self._NUM_FILES)
    self.assertLen(paths, self._NUM_FILES)
    self.assertEqual([fault for path in paths for fault
                      in saver_threads.faults(path, use_resource)], [])

  def test_every_file_of_an_older_saver_is_sparse(self, use_resource):
    with tf.Graph().as_default():
      train_op = saver_threads.build(use_resource)
      saver = v1.train.Saver(max_to_keep=self._NUM_FILES)
      train_op = saver_threads.prune(train_op)
      with v1.Session() as session:
        session.run(v1.global_variables_initializer())
        self._check(use_resource, session, saver, train_op)

  def test_every_file_of_a_supervisor_is_sparse(self, use_resource):
    with tf.Graph().as_default():
      train_op = saver_threads.prune(saver_threads.build(use_resource))
      supervisor = v1.train.Supervisor(
          logdir=self.create_tempdir().full_path, save_model_secs=0,
          save_summaries_secs=0)
      supervisor.saver.saver_def.max_to_keep = self._NUM_FILES
      with supervisor.managed_session() as session:
        self._check(use_resource, session, supervisor.saver, train_op)


class SupervisorTest(absltest.TestCase):

  def test_it_goes_on_from_its_own_checkpoint_and_from_a_dense_one(self):
    expected = simulation.train(
        exact_runs.PROBLEM, model_pruning.PruningSpec.parse(exact_runs.SPEC),
        'kernel', 25)
    directory = self.create_tempdir().full_path
    for stop in (11, 25):
      kernel = self._train(directory, stop)
    np.testing.assert_array_equal(kernel, expected[-1])
    directory = self.create_tempdir().full_path
    exact_runs.train(directory, 5, True)  # Dense.
    kernel = self._train(directory, 25)
    self.assertEqual(np.count_nonzero(kernel),
                     numpy_reference.num_kept(kernel.size, 0.75))

  def _train(self, directory, last_step):
    with tf.Graph().as_default():
      train_op = model_pruning.prune_train_op(
          prunable_graphs.exact_train_op(exact_runs.PROBLEM, True),
          exact_runs.SPEC)
      step = v1.train.get_global_step()
      [kernel] = v1.trainable_variables()
      supervisor = v1.train.Supervisor(
          logdir=directory, save_model_secs=0, save_summaries_secs=0)
      with supervisor.managed_session() as session:
        while session.run(step) < last_step:
          session.run(train_op)
        supervisor.saver.save(
            session, supervisor.save_path, global_step=last_step)
        return session.run(kernel)


if __name__ == '__main__':
  absltest.main()
