# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What is written of weights on a parameter server in the midst of a step."""

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


class SavedValuesTest(parameterized.TestCase):

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls._server = v1.train.Server({'ps': ['localhost:0']}, job_name='ps')

  def _save_between_update_and_projection(self, device, use_resource,
                                          make_saver):
    path = self.create_tempdir().full_path + '/model'
    with tf.Graph().as_default():
      with tf.device(device):
        prunable_graphs.exact_train_op(exact_runs.PROBLEM, use_resource)
      saver = make_saver()
      model_pruning.PruningHook(exact_runs.SPEC).begin()
      if saver is None:
        [saver] = v1.get_collection(v1.GraphKeys.SAVERS)
      saver.build()
      variables = {v.op.name: v for v in v1.global_variables()}
      changes = [variables['kernel'].assign(_DENSE),
                 variables['kernel/mask'].assign(_MASK)]
      initializer = v1.global_variables_initializer()
      with v1.Session(self._server.target) as session:
        session.run(initializer)
        session.run([change.op for change in changes])
        saver.save(session, path)
        # Nothing is changed but what is written.
        np.testing.assert_array_equal(
            session.run(variables['kernel']), _DENSE)
    return exact_runs.contents(path)

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

  @parameterized.parameters(False, True)
  def test_what_is_not_on_a_parameter_server_is_written_as_it_is(
      self, use_resource):
    values = self._save_between_update_and_projection(
        None, use_resource, lambda: None)
    np.testing.assert_array_equal(values['kernel'], _DENSE)


if __name__ == '__main__':
  absltest.main()
