# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes the environments of the demo. Standard library only."""

from __future__ import annotations

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
from typing import List, Optional

ROOT = pathlib.Path(os.path.abspath(__file__)).parents[2]
MATRIX = ROOT / 'tools' / 'matrix'
sys.path.append(str(MATRIX))

import rows  # noqa: E402  (from tools/matrix)

CACHE = ROOT / '.cache' / 'demo'
EXTRAS = ['matplotlib', 'scikit-learn', 'tqdm']


def find_row(names: List[str]) -> Optional[rows.Row]:
  """Returns the first of the rows for which there is an interpreter."""
  known = rows.load_rows()
  for name in names:
    if _find_python(known[name].python):
      return known[name]
  return None


def newest_first() -> List[str]:
  """Returns the names of the rows that need no environment variable."""
  return [row.name for row in reversed(list(rows.load_rows().values()))
          if not row.env]


def make(row: rows.Row) -> str:
  """Makes the environment of a row, unless it is there.

  Args:
    row: a row of tools/matrix/matrix.bzl, whose interpreter was found.

  Returns:
    The path of its interpreter.

  Raises:
    SystemExit: if the packages cannot be installed.
  """
  directory = CACHE / row.name
  python = str(directory / 'bin' / 'python')
  stamp = directory / 'lock.sha256'
  content = row.lock.read_bytes() + ' '.join(EXTRAS).encode()
  digest = hashlib.sha256(content).hexdigest()
  if stamp.exists() and stamp.read_text() == digest:
    return python
  print(f'Making .cache/demo/{row.name}: Python {row.python}, '
        f'{_tensorflow(row)}.', flush=True)
  problem = _install(row, directory)
  if problem:
    raise SystemExit(problem)
  stamp.write_text(digest)
  return python


def _tensorflow(row: rows.Row) -> str:
  return next(line.replace('==', ' ') for line in
              row.lock.read_text().splitlines()
              if line.startswith(('tensorflow==', 'tensorflow-cpu==')))


def _find_python(minor: str) -> Optional[str]:
  found = subprocess.run(
      ['sh', str(MATRIX / 'find_python.sh'), minor], stdout=subprocess.PIPE,
      stderr=subprocess.DEVNULL, universal_newlines=True)
  return found.stdout.strip() or None


def _find_uv() -> Optional[str]:
  for uv in [str(ROOT / '.cache' / 'tools' / 'bin' / 'uv'),
             shutil.which('uv')]:
    # Executed, not only found: it may be a shim of an inactive Python.
    if uv and _try([uv, '--version']) is None:
      return uv
  return None


def _install(row: rows.Row, directory: pathlib.Path) -> Optional[str]:
  """Installs with uv (fast) or else with pip; returns the problem if any."""
  base, uv = str(_find_python(row.python)), _find_uv()
  python = str(directory / 'bin' / 'python')
  if uv:
    problem = _fill(row, directory, [uv, 'venv', '-q', '-p', base],
                    [uv, 'pip', 'install', '-q', '-p', python])
    if problem is None:
      return None
    # uv does not know what the configuration of pip says about indexes and
    # certificates.
    print(f'uv failed, trying pip.\n{problem[-1000:]}', flush=True)
  return _fill(row, directory, [base, '-m', 'venv'],
               [python, '-m', 'pip', 'install', '-q'])


def _fill(row: rows.Row, directory: pathlib.Path, venv: List[str],
          install: List[str]) -> Optional[str]:
  shutil.rmtree(directory, ignore_errors=True)
  for command in [
      [*venv, str(directory)],
      [*install, '--no-deps', '-r', str(row.lock)],
      [*install, '-c', str(row.lock), *EXTRAS]]:
    problem = _try(command)
    if problem is not None:
      return f'{" ".join(command)}\n{problem}'
  return None


def _try(command: List[str]) -> Optional[str]:
  """Runs a command; returns what it printed if it failed."""
  environment = {name: value for name, value in os.environ.items()
                 if name not in ('PYTHONPATH', 'PYTHONHOME', 'VIRTUAL_ENV')}
  try:
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, universal_newlines=True)
  except OSError as error:
    return str(error)
  return done.stdout if done.returncode else None
