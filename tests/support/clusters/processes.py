# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The processes of a cluster on this machine, to start, kill and ask."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
from typing import Any, Dict, List, Sequence, Tuple

from tests.support.clusters import loopback

_ROOT = pathlib.Path(__file__).absolute().parents[3]
_TIMEOUT_SECONDS = 300


class Cluster:
  """Processes of one module, each told by `TF_CONFIG` which task it is.

  Attributes:
    directory: where the tasks have their files.
  """

  def __init__(self, module: str, num_tasks: Dict[str, int],
               directory: pathlib.Path, arguments: Sequence[str] = ()):
    """Chooses addresses; `start` and `start_all` start processes.

    Args:
      module: the name of the module that each process runs.
      num_tasks: how many tasks each job has.
      directory: see above.
      arguments: of the module.
    """
    self.directory = directory
    addresses = iter(loopback.free_addresses(sum(num_tasks.values())))
    self._cluster = {job: [next(addresses) for _ in range(count)]
                     for job, count in num_tasks.items()}
    self._command = [sys.executable, '-m', module, *arguments]
    self._processes: Dict[Tuple[str, int], Tuple[Any, subprocess.Popen]] = {}

  def __enter__(self) -> Cluster:
    self.start_all()
    return self

  def __exit__(self, *unused_error: Any) -> None:
    self.kill()

  @property
  def tasks(self) -> List[Tuple[str, int]]:
    """All tasks, each a job and an index."""
    return [(job, index) for job, addresses in self._cluster.items()
            for index in range(len(addresses))]

  def start_all(self) -> None:
    """Starts all tasks."""
    for job, index in self.tasks:
      self.start(job, index)

  def start(self, job: str, index: int, *arguments: str) -> None:
    """Starts a task, again if it ran before, with `arguments` of its own."""
    # A file: nobody empties a pipe while the caller waits for others.
    output = tempfile.TemporaryFile('w+')
    self._processes[job, index] = output, subprocess.Popen(
        [*self._command, *arguments], cwd=str(_ROOT), stdout=output,
        stderr=subprocess.STDOUT,
        env=dict(os.environ, PYTHONPATH=str(_ROOT), CUDA_VISIBLE_DEVICES='',
                 TF_CONFIG=json.dumps({
                     'cluster': self._cluster,
                     'task': {'type': job, 'index': index}})))

  def kill(self, *tasks: Tuple[str, int]) -> None:
    """Ends tasks, all by default, as machines that fail do."""
    for task in tasks or list(self._processes):
      _, process = self._processes[task]
      process.send_signal(signal.SIGKILL)
      process.wait()

  def is_running(self, job: str, index: int) -> bool:
    """Whether a task has not ended."""
    return self._processes[job, index][1].poll() is None

  def output_of(self, job: str, index: int) -> str:
    """Waits for the end of a task; returns what it printed.

    Raises:
      AssertionError: the task failed, or did not end in time.
    """
    code: Any
    try:
      code = self._processes[job, index][1].wait(_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
      code = 'none in time'
    if code:
      raise AssertionError(
          f'{job} {index} ended with {code}:\n{self._text_of(job, index)}')
    return self._text_of(job, index)

  def reports(self) -> List[Dict[str, Any]]:
    """Waits for those who train; returns their last lines, which are JSON."""
    return [json.loads(self.output_of(*task).splitlines()[-1])
            for task in self.tasks if task[0] != 'ps']

  def wait_for_files(self, *names: str) -> None:
    """Waits until tasks have made files.

    Raises:
      AssertionError: they did not in time, or a task ended before.
    """
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while not all((self.directory / name).exists() for name in names):
      ended = [task for task in self._processes if not self.is_running(*task)]
      if ended or time.monotonic() > deadline:
        self.kill()
        raise AssertionError('\n'.join(
            [f'No {names} in time; ended before: {ended}',
             *(self._text_of(*task) for task in self._processes)]))
      time.sleep(0.02)

  def _text_of(self, job: str, index: int) -> str:
    output, _ = self._processes[job, index]
    output.seek(0)
    return output.read()
