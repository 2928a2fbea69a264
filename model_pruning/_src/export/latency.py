# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How long TensorFlow Lite files take, measured one beside the other."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import statistics
import sys
import tempfile
import time
from typing import (
  Any,
  Callable,
  Dict,
  Iterator,
  List,
  Optional,
  Sequence,
  Tuple,
)

import numpy as np

from model_pruning._src.export import run_tflite
from model_pruning._src.files import child
from model_pruning._src.model_files import kinds
from model_pruning._src.planning import table

_MODULE = 'model_pruning._src.export.latency'
_ROUNDS = 30
_WARM_UP = 3
# How far outputs may be from those of the first model, as a share of the
# largest: what is further off computes something else.
_TOLERANCE = 0.15
# The operation that makes a sparse weight dense when a model is loaded.
_DENSIFY = 'DENSIFY'


@dataclasses.dataclass(frozen=True)
class Latency:
  """How long one model takes.

  Attributes:
    path: of the model.
    threads: how many threads ran it.
    median: milliseconds of one example, the median of the rounds.
    low: the first decile of the rounds.
    high: the last decile.
    speed: how many times as fast as the first model, the median of ratios in
      the same round.
    error: how far outputs are from the first model's, as a share of the
      largest.
    densified: how many weights are made dense when the model is loaded, and so
      are no faster; None where TensorFlow cannot tell.
  """

  path: str
  threads: int
  median: float
  low: float
  high: float
  speed: float
  error: float
  densified: Optional[int]


@dataclasses.dataclass(frozen=True)
class LatencyReport:
  """How long models take beside each other. Prints as a table.

  Attributes:
    models: one for each model and number of threads.
  """

  models: Tuple[Latency, ...]

  def to_dict(self) -> Dict[str, Any]:
    """All of it as plain Python, for JSON."""
    return dict(models=[dataclasses.asdict(one) for one in self.models])

  def __str__(self) -> str:
    return '\n'.join(table.lines(
        ('model', 'threads', 'ms', '10 % - 90 %', 'speed', 'error',
         'weights made dense'),
        [(one.path, str(one.threads), f'{one.median:.3f}',
          f'{one.low:.3f} - {one.high:.3f}', f'{one.speed:.2f}x',
          f'{one.error:.2g}', '?' if one.densified is None
          else str(one.densified)) for one in self.models]))


def latency(paths: Sequence[str], rounds: int = _ROUNDS,
            must_agree: bool = False,
            progress: Optional[Callable[[Any], Any]] = None) -> LatencyReport:
  """Measures TensorFlow Lite models, one example at a time.

  In each round every model runs once, so that all see the same machine. One
  thread is measured, and as many as there are cores.

  Args:
    paths: of `.tflite` files with inputs of the same shapes. The first is what
      the others are compared with.
    rounds: how often each model runs. Default: 30.
    must_agree: whether outputs must be those of the first model, as forms of
      one model have them. Default: no, a pruned model computes something else
      than a dense one; the report says how far they differ.
    progress: called with a list of rounds, gives them one by one and shows how
      far it is. Default: nothing is shown.

  Raises:
    ValueError: if a file is none of TensorFlow Lite, a model cannot be run,
      its outputs are not finite, or, with `must_agree`, they are others than
      the first model's.
  """
  for path in paths:
    found = kinds.recognize(path)
    if found.kind is not kinds.Kind.TFLITE:
      raise ValueError(
          f'{path} must be a .tflite file to be timed; `model-pruning export` '
          f'makes one of it. Received: a {found.kind.value}')
  with tempfile.TemporaryDirectory() as directory:
    output = os.path.join(directory, 'latency.json')
    [problem] = child.run(_MODULE, [
        dict(paths=list(paths), rounds=rounds, output=output)], progress,
        (rounds + _WARM_UP) * len(_threads()))
    if problem:
      raise ValueError(f'{", ".join(paths)} cannot be measured: {problem}')
    with open(output) as file:
      rows = json.load(file)
  report = LatencyReport(tuple(Latency(**row) for row in rows))
  for one in report.models:
    if not math.isfinite(one.error):
      raise ValueError(f'The outputs of {one.path} are not finite, so it is '
                       'not timed')
    if must_agree and one.error > _TOLERANCE:
      raise ValueError(
          f'{one.path} computes something else than {paths[0]}: the error is '
          f'{one.error:.2g} of the largest output, so it is not timed')
  return report


def _threads() -> List[int]:
  """The numbers of threads that are measured."""
  return sorted({1, os.cpu_count() or 1})


def _measure(paths: Sequence[str], rounds: int, threads: int,
             rows: List[Dict[str, Any]]) -> Iterator[int]:
  """Yields each round that is done; adds a row for each model in the end."""
  models = [run_tflite.interpreter_of(
      path, run_tflite.WITH_DELEGATE, threads) for path in paths]
  random = np.random.RandomState(0)
  inputs = [random.rand(1, *detail['shape'][1:]).astype(np.float32)
            for detail in models[0].get_input_details()]
  outputs = [run_tflite.run(model, inputs) for model in models]
  times: List[List[float]] = [[] for _ in models]
  for i in range(rounds + _WARM_UP):
    # Another one begins in each round.
    for j in range(len(models)):
      model = (i + j) % len(models)
      begin = time.perf_counter()
      models[model].invoke()
      if i >= _WARM_UP:
        times[model].append(1e3 * (time.perf_counter() - begin))
    yield i
  scale = max(float(np.max(np.abs(one))) for one in outputs[0]) or 1.0
  for path, taken, output in zip(paths, times, outputs):
    error = max(float(np.max(np.abs(one - other)))
                for one, other in zip(outputs[0], output)) / scale
    deciles = np.percentile(taken, [10, 90])
    rows.append(dataclasses.asdict(Latency(
        path, threads, statistics.median(taken), float(deciles[0]),
        float(deciles[1]), statistics.median(
            [first / one for first, one in zip(times[0], taken)]),
        error, _num_densified(path))))


def _num_densified(path: str) -> Optional[int]:
  """How many operations of a model make a weight dense; None: not known."""
  import contextlib
  import io

  import tensorflow as tf
  analyzer = getattr(tf.lite.experimental, 'Analyzer', None)
  if analyzer is None:  # It came with TF 2.7.
    return None
  printed = io.StringIO()
  with contextlib.redirect_stdout(printed):
    analyzer.analyze(model_path=path)
  return sum(_DENSIFY in line.split('(')[0]
             for line in printed.getvalue().splitlines())


def _do(job: child.Job) -> Iterator[int]:
  """Measures models and writes the rows as JSON; yields each round."""
  rows: List[Dict[str, Any]] = []
  for threads in _threads():
    yield from _measure(job['paths'], job['rounds'], threads, rows)
  with open(job['output'], 'w') as file:
    json.dump(rows, file)


if __name__ == '__main__':
  child.serve(_do, *sys.argv[1:])
