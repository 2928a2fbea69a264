# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The hook on a cluster of processes with parameter servers."""

from __future__ import annotations

import pathlib

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from tests.support import numpy_reference
from tests.support.clusters import cluster_task
from tests.support.clusters import processes


class ClusterTest(absltest.TestCase):

  def _cluster(self, kind, num_ps, *arguments):
    """A cluster that ends with the test."""
    directory = pathlib.Path(self.create_tempdir().full_path)
    cluster = processes.Cluster(
        cluster_task.__name__, {'chief': 1, 'worker': 2, 'ps': num_ps},
        directory, [kind, str(directory), *arguments])
    self.addCleanup(cluster.kill)
    cluster.start_all()
    return cluster

  def _check(self, cluster):
    """Equal masks for all who trained, and sparse checkpoints."""
    reports = cluster.reports()
    for report in reports:
      self.assertGreater(report['steps'], 0, report)
    self.assertLen({(report['num_masks'], report['masks'])
                    for report in reports}, 1, reports)
    paths = tf.train.get_checkpoint_state(
        str(cluster.directory)).all_model_checkpoint_paths
    steps = [int(path.rpartition('-')[2]) for path in paths]
    self.assertGreaterEqual(steps[-1], cluster_task.LAST_STEP)
    settled = 0
    for path, step in zip(paths, steps):
      # Each worker may still be in the run that changes the masks last.
      if step > cluster_task.MASKS_STEP + len(reports):
        self._check_checkpoint(path)
        settled += 1
    self.assertGreater(settled, 2)

  def _check_checkpoint(self, path):
    reader = tf.train.load_checkpoint(path)
    for name in cluster_task.SHAPES:
      value, mask = reader.get_tensor(name), reader.get_tensor(name + '/mask')
      self.assertEqual(mask.sum(), numpy_reference.num_kept(mask.size, 0.9))
      np.testing.assert_array_equal(value != 0, mask, f'{name} of {path}')

  def test_all_workers_of_an_estimator_see_the_same_masks(self):
    cluster = self._cluster('estimator', 1)
    cluster.start('evaluator', 0)
    self._check(cluster)
    cluster.output_of('evaluator', 0)

  # One cluster for all of it: most of the time is to start its processes.
  def test_masks_of_a_weight_on_two_servers_outlive_a_worker_that_is_killed(
      self):
    cluster = self._cluster('session', 2, '--hold')
    cluster.wait_for_files('held-chief-0')
    cluster.kill(('worker', 1))
    (cluster.directory / 'joined-worker-1').unlink()
    cluster.start('worker', 1)
    cluster.wait_for_files('joined-worker-1')
    (cluster.directory / 'go').touch()
    self._check(cluster)


if __name__ == '__main__':
  absltest.main()
