# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A process of its own for what can end the process: converter, interpreter.

A module that is run so gives `serve` the function that does one job. A job is
a dict of plain Python. When the process dies of a job, the jobs after it are
done in another one.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from typing import (
  Any,
  Callable,
  Dict,
  Iterable,
  Iterator,
  List,
  Optional,
  Sequence,
)

_MAX_SECONDS = 3600
# The file beside that of the jobs that has a byte for each step that is done.
_STEPS = 'steps'
# So often it is looked how far another process is.
_LOOK_SECONDS = 0.2

Job = Dict[str, Any]


def run(module: str, jobs: Sequence[Job],
        progress: Optional[Callable[[Any], Iterable[Any]]] = None,
        num_steps: Optional[int] = None) -> List[str]:
  """Does jobs in another process, one after the other.

  Args:
    module: the name of a module of this library that is a program of `serve`.
    jobs: what it is to do.
    progress: called with the steps, gives them one by one as they are done.
      Default: nothing is shown.
    num_steps: how many steps all jobs have. Default: each job is one.

  Returns:
    For each job '' if it is done, else what went wrong, in one line.
  """
  all_steps = range(len(jobs) if num_steps is None else num_steps)
  steps = iter(progress(all_steps) if progress else all_steps)
  next(steps, None)  # The first one is gone about.
  problems: List[str] = []
  while len(problems) < len(jobs):
    problems += _run_once(module, jobs[len(problems):], steps)
  for _ in steps:  # What failed did not say how far it was.
    pass
  return problems


@contextlib.contextmanager
def _followed(path: str, steps: Iterator[Any]) -> Iterator[None]:
  """Context manager: takes a step for each byte of a file that grows."""
  is_over = threading.Event()

  def follow() -> None:
    taken = 0
    is_last = False
    while not is_last:
      is_last = is_over.wait(_LOOK_SECONDS)
      size = os.path.getsize(path) if os.path.exists(path) else 0
      for _ in range(size - taken):
        next(steps, None)
      taken = size

  thread = threading.Thread(target=follow, daemon=True)
  thread.start()
  try:
    yield
  finally:
    is_over.set()
    thread.join()


def _run_once(module: str, jobs: Sequence[Job],
              steps: Iterator[Any]) -> List[str]:
  """The problems of the jobs up to the first that ends the process."""
  with tempfile.TemporaryDirectory() as directory, _followed(
      os.path.join(directory, _STEPS), steps):
    todo = os.path.join(directory, 'jobs.json')
    done = os.path.join(directory, 'done.jsonl')
    with open(todo, 'w') as file:
      json.dump(list(jobs), file)
    try:
      result = subprocess.run(
          [sys.executable, '-m', module, todo, done], check=False,
          env=_environment(), timeout=_MAX_SECONDS, stdout=subprocess.PIPE,
          stderr=subprocess.STDOUT)
      reason = _reason(result)
    except subprocess.TimeoutExpired:
      reason = f'it takes more than {_MAX_SECONDS} s'
    problems: List[str] = []
    if os.path.exists(done):
      with open(done) as file:
        problems = [json.loads(line) for line in file]
  return problems if len(problems) == len(jobs) else [*problems, reason]


def _environment() -> Dict[str, str]:
  """That of this process, with this library to be found."""
  root = __file__
  for _ in range(4):
    root = os.path.dirname(root)
  path = os.pathsep.join([root, os.environ.get('PYTHONPATH', '')])
  # TensorFlow 1 runs its converter as a program that is beside Python's.
  programs = os.pathsep.join([
      os.environ.get('PATH', os.defpath), os.path.dirname(sys.executable)])
  return {'TF_CPP_MIN_LOG_LEVEL': '3', **os.environ, 'PYTHONPATH': path,
          'PATH': programs}


def _reason(result: 'subprocess.CompletedProcess[bytes]') -> str:
  """Why a process ended before it was through."""
  if result.returncode < 0:
    return f'the process was ended by signal {-result.returncode}'
  lines = [line for line in result.stdout.decode(
      errors='replace').splitlines() if line.strip()]
  return ' '.join((lines or ['no reason given'])[-1].split())[:300]


def serve(do: Callable[[Job], Optional[Iterable[Any]]], todo: str,
          done: str) -> None:
  """Does the jobs of a file; the main function of a program.

  Args:
    do: does one job; what it raises is the problem. It may give its steps one
      by one as they are done, else the job is one.
    todo: a JSON file with the list of jobs.
    done: a file to which a line is added for each job that is done.
  """
  with open(todo) as file:
    jobs = json.load(file)
  steps = os.path.join(os.path.dirname(todo), _STEPS)
  for job in jobs:
    problem = ''
    try:
      for _ in do(job) or (None,):
        with open(steps, 'ab') as file:
          file.write(b'.')
    except Exception as e:  # TensorFlow Lite raises what it likes.
      text = ' '.join(str(e).split())[:300]
      problem = f'{type(e).__name__}: {text}'
    with open(done, 'a') as lines:
      lines.write(json.dumps(problem) + '\n')
