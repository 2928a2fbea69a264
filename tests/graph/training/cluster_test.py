# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The hook on a cluster of processes with parameter servers."""

from __future__ import annotations

import pathlib

from absl.testing import absltest

from tests.support.clusters import checkpoints
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
    self.assertEqual(list(checkpoints.faults(
        cluster.directory, cluster.reports())), [])

  def test_all_workers_of_an_estimator_see_the_same_masks(self):
    cluster = self._cluster('estimator', 1)
    cluster.start('evaluator', 0)
    self._check(cluster)
    cluster.output_of('evaluator', 0)

  # One cluster for all of it: most of the time is to start its processes.
  def test_masks_of_a_weight_on_two_servers_outlive_a_worker_that_is_killed(
      self):
    cluster = self._cluster('session', 2, '--hold', 'others')
    cluster.wait_for_files('held-chief-0')
    cluster.kill(('worker', 1))
    (cluster.directory / 'joined-worker-1').unlink()
    cluster.start('worker', 1)
    cluster.wait_for_files('joined-worker-1')
    (cluster.directory / 'go').touch()
    self._check(cluster)


if __name__ == '__main__':
  absltest.main()
