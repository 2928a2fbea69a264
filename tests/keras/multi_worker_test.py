# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A pruned Keras model on two processes of MultiWorkerMirroredStrategy."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from absl.testing import absltest

from tests.support import numpy_reference
from tests.support.clusters import loopback
from tests.support.clusters import multi_worker_task

_ROOT = pathlib.Path(__file__).absolute().parents[2]
_TIMEOUT_SECONDS = 150
_NUM_WORKERS = 2
_KILLED = 1
_SIZES = {'shared/kernel': 36, 'dense/kernel': 2560}


class _Workers:
  """Processes that end with the test."""

  def __init__(self, test, directory, held=()):
    """Starts all; `held` waits where the task says, until it is killed."""
    addresses = loopback.free_addresses(_NUM_WORKERS)
    self._processes = []
    test.addCleanup(self.kill)
    for index in range(_NUM_WORKERS):
      # A file: nobody empties a pipe while the test waits for another.
      output = tempfile.TemporaryFile('w+')
      self._processes.append((output, subprocess.Popen(
          [sys.executable, '-m', multi_worker_task.__name__, directory,
           *(['--hold'] if index in held else [])],
          cwd=str(_ROOT), stdout=output, stderr=subprocess.STDOUT,
          env=dict(os.environ, PYTHONPATH=str(_ROOT), CUDA_VISIBLE_DEVICES='',
                   TF_CONFIG=json.dumps({
                       'cluster': {'worker': addresses},
                       'task': {'type': 'worker', 'index': index}})))))

  def reports(self):
    """What each said at its end."""
    return [json.loads(self._output_of(index).splitlines()[-1])
            for index in range(_NUM_WORKERS)]

  def wait_for_files(self, *paths):
    """Waits until the workers have made files."""
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while not all(path.exists() for path in paths):
      if time.monotonic() > deadline or any(
          process.poll() is not None for _, process in self._processes):
        self.kill()
        raise AssertionError('\n'.join(
            [f'No {paths} in time', *map(self._text_of, range(_NUM_WORKERS))]))
      time.sleep(0.02)

  def kill(self, *indices):
    """Ends workers, all by default, as machines that fail do."""
    for index in indices or range(_NUM_WORKERS):
      _, process = self._processes[index]
      process.send_signal(signal.SIGKILL)
      process.wait()

  def is_running(self, index):
    """Whether a worker has not ended."""
    return self._processes[index][1].poll() is None

  def _output_of(self, index):
    try:
      code = self._processes[index][1].wait(_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
      code = 'none in time'
    text = self._text_of(index)
    if code:
      raise AssertionError(f'Worker {index} ended with {code}:\n{text}')
    return text

  def _text_of(self, index):
    output, _ = self._processes[index]
    output.seek(0)
    return output.read()


class MultiWorkerTest(absltest.TestCase):

  def test_workers_end_alike_and_as_if_none_had_been_killed(self):
    directories = [pathlib.Path(self.create_tempdir(name).full_path)
                   for name in ('whole', 'killed')]
    first, second = _Workers(self, str(directories[0])).reports()
    self.assertEqual(second, first)
    self.assertEqual(first['step'], multi_worker_task.NUM_EPOCHS
                     * multi_worker_task.STEPS_PER_EPOCH)
    for name, sparsity in first['sparsity'].items():
      [size] = [size for end, size in _SIZES.items() if name.endswith(end)]
      self.assertEqual(round((1 - sparsity) * size),
                       numpy_reference.num_kept(size, 0.8), name)

    workers = _Workers(self, str(directories[1]), held=[_KILLED])
    workers.wait_for_files(*[directories[1] / f'reached-{index}'
                             for index in range(_NUM_WORKERS)])
    # The other one waits in its step for gradients of this one.
    self.assertTrue(workers.is_running(1 - _KILLED))
    workers.kill(_KILLED)
    # TensorFlow lets nobody join again: what manages a cluster restarts all.
    workers.kill()
    self.assertEqual(_Workers(self, str(directories[1])).reports(),
                     [first, first])


if __name__ == '__main__':
  absltest.main()
