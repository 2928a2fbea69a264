# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The hook on a cluster of processes with parameter servers."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from tests.support import numpy_reference
from tests.support.clusters import cluster_task
from tests.support.clusters import loopback

_ROOT = pathlib.Path(__file__).absolute().parents[3]
_TIMEOUT_SECONDS = 300


class _Cluster:
  """Processes that end with the test."""

  def __init__(self, test, kind, num_ps, hold=False):
    self.directory = pathlib.Path(test.create_tempdir().full_path)
    addresses = loopback.free_addresses(3 + num_ps)
    self._cluster = {'chief': addresses[:1], 'worker': addresses[1:3],
                     'ps': addresses[3:]}
    self._arguments = [kind, str(self.directory)] + ['--hold'] * hold
    self._processes = {}
    test.addCleanup(self._kill_all)
    for job, held in self._cluster.items():
      for i in range(len(held)):
        self.start(job, i)

  def start(self, job, index):
    """Starts a task, again if it ran before."""
    # A file: nobody empties a pipe while the test waits for others.
    output = tempfile.TemporaryFile('w+', dir=str(self.directory))
    self._processes[job, index] = output, subprocess.Popen(
        [sys.executable, '-m', cluster_task.__name__, *self._arguments],
        cwd=str(_ROOT), stdout=output, stderr=subprocess.STDOUT,
        env=dict(os.environ, PYTHONPATH=str(_ROOT), CUDA_VISIBLE_DEVICES='',
                 TF_CONFIG=json.dumps({
                     'cluster': self._cluster,
                     'task': {'type': job, 'index': index}})))

  def kill(self, job, index):
    """Ends a task as a machine that fails does."""
    _, process = self._processes[job, index]
    process.send_signal(signal.SIGKILL)
    process.wait()

  def output_of(self, job, index):
    """Waits for the end of a task; what it printed."""
    output, process = self._processes[job, index]
    try:
      code = process.wait(_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
      code = 'none in time'
    output.seek(0)
    text = output.read()
    if code:
      raise AssertionError(f'{job} {index} ended with {code}:\n{text}')
    return text

  def reports(self):
    """What those who trained printed in the end."""
    return [json.loads(self.output_of(job, i).splitlines()[-1])
            for job in ('chief', 'worker')
            for i in range(len(self._cluster[job]))]

  def wait_for_file(self, name):
    """Waits until a task has made a file."""
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while not (self.directory / name).exists():
      if time.monotonic() > deadline:
        raise AssertionError(f'No task made {name} in time')
      time.sleep(0.02)

  def _kill_all(self):
    for output, process in self._processes.values():
      process.kill()
      process.wait()
      output.close()


class ClusterTest(absltest.TestCase):

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
    cluster = _Cluster(self, 'estimator', num_ps=1)
    cluster.start('evaluator', 0)
    self._check(cluster)
    cluster.output_of('evaluator', 0)

  # One cluster for all of it: most of the time is to start its processes.
  def test_masks_of_a_weight_on_two_servers_outlive_a_worker_that_is_killed(
      self):
    cluster = _Cluster(self, 'session', num_ps=2, hold=True)
    cluster.wait_for_file('held-chief-0')
    cluster.kill('worker', 1)
    (cluster.directory / 'joined-worker-1').unlink()
    cluster.start('worker', 1)
    cluster.wait_for_file('joined-worker-1')
    (cluster.directory / 'go').touch()
    self._check(cluster)


if __name__ == '__main__':
  absltest.main()
