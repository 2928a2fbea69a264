# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A process of its own for what can end the process: converter, interpreter.

A module that is run so gives `serve` the function that does one job. A job is
a dict of plain Python. When the process dies of a job, the jobs after it are
done in another one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from typing import Any, Callable, Dict, List, Sequence

_MAX_SECONDS = 3600

Job = Dict[str, Any]


def run(module: str, jobs: Sequence[Job]) -> List[str]:
  """Does jobs in another process, one after the other.

  Args:
    module: the name of a module of this library that is a program of `serve`.
    jobs: what it is to do.

  Returns:
    For each job '' if it is done, else what went wrong, in one line.
  """
  problems: List[str] = []
  while len(problems) < len(jobs):
    problems += _run_once(module, jobs[len(problems):])
  return problems


def _run_once(module: str, jobs: Sequence[Job]) -> List[str]:
  """The problems of the jobs up to the first that ends the process."""
  with tempfile.TemporaryDirectory() as directory:
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


def serve(do: Callable[[Job], None], todo: str, done: str) -> None:
  """Does the jobs of a file; the main function of a program.

  Args:
    do: does one job; what it raises is the problem.
    todo: a JSON file with the list of jobs.
    done: a file to which a line is added for each job that is done.
  """
  with open(todo) as file:
    jobs = json.load(file)
  for job in jobs:
    problem = ''
    try:
      do(job)
    except Exception as e:  # TensorFlow Lite raises what it likes.
      text = ' '.join(str(e).split())[:300]
      problem = f'{type(e).__name__}: {text}'
    with open(done, 'a') as file:
      file.write(json.dumps(problem) + '\n')
