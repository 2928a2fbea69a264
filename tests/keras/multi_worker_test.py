# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A pruned Keras model on two processes of MultiWorkerMirroredStrategy."""

from __future__ import annotations

import pathlib

from absl.testing import absltest

from tests.support import numpy_reference
from tests.support.clusters import multi_worker_task
from tests.support.clusters import processes

_NUM_WORKERS = 2
_KILLED = 1
_SIZES = {'shared/kernel': 36, 'dense/kernel': 2560}


class MultiWorkerTest(absltest.TestCase):

  def _workers(self, name, held=()):
    """Workers that end with the test; `held` ones wait to be killed."""
    directory = pathlib.Path(self.create_tempdir(name).full_path)
    workers = processes.Cluster(
        multi_worker_task.__name__, {'worker': _NUM_WORKERS}, directory,
        [str(directory)])
    self.addCleanup(workers.kill)
    for task in workers.tasks:
      workers.start(*task, *(['--hold'] if task[1] in held else []))
    return workers

  def test_workers_end_alike_and_as_if_none_had_been_killed(self):
    first, second = self._workers('whole').reports()
    self.assertEqual(second, first)
    self.assertEqual(first['step'], multi_worker_task.NUM_EPOCHS
                     * multi_worker_task.STEPS_PER_EPOCH)
    for name, sparsity in first['sparsity'].items():
      [size] = [size for end, size in _SIZES.items() if name.endswith(end)]
      self.assertEqual(round((1 - sparsity) * size),
                       numpy_reference.num_kept(size, 0.8), name)

    workers = self._workers('killed', held=[_KILLED])
    workers.wait_for_files(
        *[f'reached-{index}' for index in range(_NUM_WORKERS)])
    # The other one waits in its step for gradients of this one.
    self.assertTrue(workers.is_running('worker', 1 - _KILLED))
    workers.kill(('worker', _KILLED))
    # TensorFlow lets nobody join again: what manages a cluster restarts all.
    workers.kill()
    self.assertEqual(self._workers('killed').reports(), [first, first])


if __name__ == '__main__':
  absltest.main()
