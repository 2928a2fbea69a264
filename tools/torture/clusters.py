# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Clusters of processes on this machine, of which some are killed."""

from __future__ import annotations

import pathlib
import random
import tempfile
import time
from typing import Any, Callable, Dict, Iterator, List

from tests.support.clusters import checkpoints
from tests.support.clusters import cluster_task
from tests.support.clusters import multi_worker_task
from tests.support.clusters import processes
from tools.torture import report

_WORKERS = ('chief', 0), ('worker', 0), ('worker', 1)
# In turn: each alone, and then two together.
_VICTIMS = (*((one,) for one in _WORKERS), (_WORKERS[0], _WORKERS[2]))
_NUM_EPOCHS = 40  # Of MultiWorkerMirroredStrategy.
_AT_THE_BEGIN = [f'reached-{index}' for index in range(2)]


def parameter_servers(count: int, rng: random.Random) -> Iterator[List[str]]:
  """Kills workers and chiefs, each of a cluster of its own with two servers.

  The killed ones are started again, and join before training is half over; all
  have to end with equal masks and exactly sparse checkpoints.

  Args:
    count: how many clusters.
    rng: chooses the moments.

  Yields:
    For each cluster, what was wrong.
  """
  for i in range(count):
    with tempfile.TemporaryDirectory() as root, processes.Cluster(
        cluster_task.__name__, {'chief': 1, 'worker': 2, 'ps': 2},
        pathlib.Path(root), ['session', root, '--hold', 'all', '--pace', '0.05']
    ) as cluster:
      joined = {task: cluster_task.file_name(
        {'type': task[0], 'index': task[1]}, 'joined') for task in _WORKERS}
      cluster.wait_for_files(*joined.values())
      time.sleep(rng.uniform(0, 2))
      victims = _VICTIMS[i % len(_VICTIMS)]
      cluster.kill(*victims)
      for task in victims:
        (cluster.directory / joined[task]).unlink()
        cluster.start(*task)
      cluster.wait_for_files(*joined.values())
      time.sleep(rng.uniform(0, 1))
      (cluster.directory / 'go').touch()
      yield [f'{victims} killed: {fault}' for fault in checkpoints.faults(
        cluster.directory, cluster.reports())]


def multi_worker(count: int, rng: random.Random) -> Iterator[List[str]]:
  """Kills workers of MultiWorkerMirroredStrategy, of which 0 is the chief.

  All are started again, as TensorFlow lets nobody join. They have to end with
  the bits of a cluster that nobody killed.

  Args:
    count: how many clusters.
    rng: chooses the moments.

  Yields:
    For each cluster, what was wrong.
  """
  def cluster_in(root: str) -> processes.Cluster:
    return processes.Cluster(
      multi_worker_task.__name__, {'worker': 2}, pathlib.Path(root),
      [root, '--epochs', str(_NUM_EPOCHS)])

  with tempfile.TemporaryDirectory() as root, cluster_in(root) as cluster:
    cluster.wait_for_files(*_AT_THE_BEGIN)
    start = time.monotonic()
    wanted = cluster.reports()
    seconds = time.monotonic() - start
  assert wanted[0] == wanted[1], wanted
  for i in range(count):
    with tempfile.TemporaryDirectory() as root:
      with cluster_in(root) as cluster:
        cluster.wait_for_files(*_AT_THE_BEGIN)
        time.sleep(rng.uniform(0, seconds))
        cluster.kill(('worker', i % 2))
      with cluster_in(root) as cluster:
        reports = cluster.reports()
    yield [] if reports == wanted else [
      f'worker {i % 2} killed: {reports}, not {wanted}']


KINDS: Dict[str, Callable[[int, random.Random], Iterator[List[str]]]] = {
  'parameter servers': parameter_servers,
  'MultiWorkerMirrored': multi_worker}


def run(count: int, seed: int = 0,
        kind: str = 'parameter servers') -> report.Outcome:
  """Kills members of `count` clusters, one cluster after the other."""
  start = time.time()
  examples: List[str] = []
  faults: Dict[str, Any] = {'wrong_end': 0, 'failed': 0}
  num_done = 0
  try:
    for wrong in KINDS[kind](count, random.Random(seed)):
      num_done += 1
      faults['wrong_end'] += bool(wrong)
      examples += wrong
      print(f'  {kind}: {num_done} of {count} clusters', flush=True)
  except AssertionError as error:  # A process failed, or hung.
    faults['failed'] += 1
    examples.append(str(error)[-2000:])
  return report.Outcome(kind, num_done, time.time() - start, faults,
                        tuple(examples))
