# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Times calls side by side, so that the load of the machine cancels out.

On a machine that others use too, a time says little and a ratio of two times
taken within the same second says a lot. So every round calls each candidate
once, in an order drawn anew, and what is reported is the median over the
rounds of the ratios within a round. CPU time is taken as well: it is what is
left of the truth where others take so much of the machine that threads wait.
"""

from __future__ import annotations

import datetime
import json
import os
import pathlib
import platform
import random
import sys
import time
from typing import (
    Any, Callable, Dict, Mapping, NamedTuple, Optional, Sequence)

import numpy as np

Call = Callable[[], Any]


class Times(NamedTuple):
  """What the calls of one candidate took, in seconds.

  Attributes:
    wall: array [rounds].
    cpu: array [rounds], summed over the threads.
  """

  wall: np.ndarray
  cpu: np.ndarray

  def over(self, base: Times, rounds: Any = slice(None)) -> Dict[str, float]:
    """The medians of the ratios to `base`, over some of the rounds."""
    return {name: float(np.median((mine / other)[rounds]))
            for name, mine, other in zip(self._fields, self, base)}


def interleaved(calls: Mapping[str, Call], num_rounds: int,
                num_warm_up_rounds: int = 1) -> Dict[str, Times]:
  """Calls every candidate once a round.

  Args:
    calls: the candidates by name.
    num_rounds: rounds that count.
    num_warm_up_rounds: rounds before them that do not.

  Returns:
    The times of each; TensorFlow on a CPU returns when it is done.
  """
  names = list(calls)
  order = random.Random(0)
  times = {name: Times(np.zeros(num_rounds), np.zeros(num_rounds))
           for name in names}
  for i in range(-num_warm_up_rounds, num_rounds):
    order.shuffle(names)
    for name in names:
      wall, cpu = time.perf_counter(), time.process_time()
      calls[name]()
      wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
      if i >= 0:
        times[name].wall[i], times[name].cpu[i] = wall, cpu
  return times


class OtherWork:
  """How many CPUs were busy with something else since this was made."""

  def __init__(self) -> None:
    self._start = self._others_seconds(), time.perf_counter()

  def num_cpus(self) -> Optional[float]:
    """CPU seconds a second, on average; None where nothing tells."""
    seconds_before, start = self._start
    seconds_now = self._others_seconds()
    if seconds_before is None or seconds_now is None:
      return None
    return round((seconds_now - seconds_before)
                 / (time.perf_counter() - start), 2)

  @staticmethod
  def _others_seconds() -> Optional[float]:
    try:
      first_line = pathlib.Path('/proc/stat').read_text().splitlines()[0]
    except OSError:
      return None
    # user, nice, system, idle, waiting for a disk, two interrupts, stolen.
    ticks = [int(field) for field in first_line.split()[1:9]]
    busy = sum(ticks) - ticks[3] - ticks[4]
    own = os.times()
    return busy / os.sysconf('SC_CLK_TCK') - own.user - own.system


def environment(modules: Sequence[Any]) -> Dict[str, Any]:
  """What a figure depends on besides the code that is measured.

  Args:
    modules: packages whose versions to note.

  Returns:
    A dictionary that goes into JSON.
  """
  versions = {module.__name__: module.__version__ for module in modules}
  return {
      'date': datetime.datetime.now(datetime.timezone.utc).strftime(
          '%Y-%m-%d %H:%M UTC'),
      'cpu': _cpu_name(),
      'num_cpus': len(os.sched_getaffinity(0)) if hasattr(
          os, 'sched_getaffinity') else os.cpu_count(),
      'python': platform.python_version(),
      'versions': versions,
  }


def _cpu_name() -> str:
  """The model, and the widest vectors it has: sorting makes use of them."""
  fields: Dict[str, str] = {}
  try:
    for line in pathlib.Path('/proc/cpuinfo').read_text().splitlines():
      key, _, value = line.partition(':')
      fields.setdefault(key.strip(), value.strip())
  except OSError:
    pass
  flags = fields.get('flags', '').split()
  vectors = next((flag for flag in ('avx512f', 'avx2') if flag in flags), '')
  name = fields.get('model name', platform.processor() or platform.machine())
  return f'{name} {vectors}'.strip()


def command() -> str:
  """The command that started this process, from the root of the repo."""
  return ' '.join(['python', os.path.relpath(sys.argv[0]), *sys.argv[1:]])


def write_json(path: Optional[str], figures: Mapping[str, Any]) -> None:
  """Writes figures to a file, if there is one to write."""
  if path:
    pathlib.Path(path).write_text(json.dumps(figures, indent=2) + '\n')


def rounded(value: float) -> float:
  """`value` with the three digits that can be relied on, at most."""
  return float(f'{value:.3g}')
