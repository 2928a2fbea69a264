# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Kills trainings at random moments, and compares what is on disk.

A training runs once to its end. Others of the same are killed and started
again. Whatever checkpoint the kill leaves must be exactly sparse and have the
bits that the first training had at that step, and so must the end.
"""

from __future__ import annotations

import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
from typing import Any, Dict, List, Sequence

import numpy as np

from tools.torture import graph_task
from tools.torture import keras_task
from tools.torture import killed_net
from tools.torture import report

_ROOT = pathlib.Path(__file__).absolute().parents[2]
_ALL = 1_000_000  # Checkpoints to keep.
_LIMIT = 600  # Seconds that a training may take.
FAULTS = ('not_sparse', 'other_bits', 'failed')

Values = Dict[str, np.ndarray]


class Training:
  """Trainings of one kind and mode, all of which should be the same."""

  def __init__(self, kind: str, mode: str, root: pathlib.Path,
               rng: random.Random):
    """Runs the training that nobody kills.

    Args:
      kind: of graph_task.py or keras_task.py.
      mode: of killed_net.py.
      root: an empty folder.
      rng: chooses the moments.
    """
    self.name = f'{kind}, {mode}'
    self.examples: List[str] = []
    self.faults = dict.fromkeys(FAULTS, 0)
    self.num_steps = 0
    self._kind, self._mode, self._root, self._rng = kind, mode, root, rng
    self._task: Any = graph_task if kind in graph_task.KINDS else keras_task
    whole = root / 'whole'
    whole.mkdir()
    process = self._start(whole, _ALL)
    start = time.monotonic()
    self._wait(process, _LIMIT)
    self._seconds = time.monotonic() - start
    self._values: Dict[int, Values] = {
      step: self._task.read(path)
      for step, path in self._task.checkpoints(str(whole))}
    if process.returncode or self._task.LAST_STEP not in self._values:
      raise RuntimeError(f'{self.name}: {self._log()}')
    for step, values in self._values.items():
      self._check_sparse(values, step)

  def kill(self, count: int) -> None:
    """Kills trainings so many times, and lets the last one end."""
    run = num_kills = 0
    steps = set()
    while num_kills < count:
      run += 1
      directory = self._root / f'killed{run}'
      directory.mkdir()
      has_ended = False
      while not has_ended:
        is_last = num_kills == count
        process = self._start(directory, 3)
        has_ended = self._wait(process, _LIMIT if is_last else
                               self._rng.uniform(0, self._seconds))
        num_kills += not has_ended
        if is_last and not has_ended:
          self._add('failed', f'no end in {_LIMIT} s')
          return
        if has_ended and process.returncode:
          self._add('failed', self._log())
          return
        steps.add(self._check(directory, has_ended))
    self.num_steps = len(steps)

  def _start(self, directory: pathlib.Path, keep: int) -> subprocess.Popen:
    with open(str(self._root / 'log'), 'w') as log:
      process = subprocess.Popen(
        [sys.executable, '-m', self._task.__name__, self._kind, self._mode,
         str(directory), '--keep', str(keep)],
        cwd=str(_ROOT), stdout=subprocess.PIPE, stderr=log,
        env=dict(os.environ, PYTHONPATH=str(_ROOT), CUDA_VISIBLE_DEVICES=''))
    assert process.stdout is not None
    process.stdout.readline()  # It has started, or ended.
    return process

  def _wait(self, process: subprocess.Popen, seconds: float) -> bool:
    """Kills what has not ended by then; returns whether it had."""
    try:
      process.wait(seconds)
    except subprocess.TimeoutExpired:
      process.kill()
      process.wait()
      return False
    return True

  def _log(self) -> str:
    return (self._root / 'log').read_text()[-2000:]

  def _check(self, directory: pathlib.Path, has_ended: bool) -> int:
    """Checks the last checkpoint; returns its step, 0 if there is none."""
    found = self._task.checkpoints(str(directory))
    step, path = found[-1] if found else (0, '')
    if has_ended and step != self._task.LAST_STEP:
      self._add('failed', f'ended at step {step}')
    if path:
      try:
        values = self._task.read(path)
      except Exception as error:  # Whatever a damaged file gives.
        self._add('failed', f'{path} cannot be read: {error}')
        return step
      self._check_sparse(values, step)
      wanted = self._values.get(step, {})
      different = sorted(
        name for name in {*values, *wanted}
        if name not in values or name not in wanted
        or values[name].tobytes() != wanted[name].tobytes())
      if different:
        self._add('other_bits', f'step {step}: {different}')
    return step

  def _check_sparse(self, values: Values, step: int) -> None:
    for fault in killed_net.faults(values, self._mode, step):
      self._add('not_sparse', f'step {step}: {fault}')

  def _add(self, fault: str, example: str) -> None:
    self.faults[fault] += 1
    self.examples.append(f'{self.name}: {fault}: {example}')


def run(count: int, seed: int = 0, kinds: Sequence[str] = ('fit',),
        modes: Sequence[str] = ('rank',)) -> report.Outcome:
  """Kills `count` times each kind of training in each mode."""
  start = time.time()
  faults = dict.fromkeys(FAULTS, 0)
  examples, num_steps = [], 0
  for kind in kinds:
    for mode in modes:
      with tempfile.TemporaryDirectory() as root:
        training = Training(kind, mode, pathlib.Path(root),
                            random.Random(f'{seed} {kind} {mode}'))
        training.kill(count)
      for fault, number in training.faults.items():
        faults[fault] += number
      examples += training.examples
      num_steps += training.num_steps
      print(f'  {training.name}: {count} kills, '
            f'{len(training.examples)} faults', flush=True)
  return report.Outcome(
    'kills', count * len(kinds) * len(modes), time.time() - start, faults,
    tuple(examples), (f'{num_steps} different steps on disk',))
