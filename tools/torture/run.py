# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the parts of the torture one after the other: what `make torture` calls.

    python tools/torture/run.py                        # meant for 30 minutes
    python tools/torture/run.py --short --parts "kill_fit savers" --rows tf2_15

Each part runs on its rows of the matrix (parts.py), in an environment that is
made in .cache/rows from the lock file of the row. A row without an interpreter
is skipped, and the table says so. Ends with 1 if anything went wrong. Itself
runs on any Python >= 3.7 with nothing installed.
"""

import argparse
import importlib
import logging
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time
import warnings
from typing import List, Optional

if __name__ == '__main__':
  _TOOLS = pathlib.Path(os.path.abspath(__file__)).parents[1]
  sys.path[:0] = [str(_TOOLS.parent), str(_TOOLS / 'matrix')]

import documents
import rows as rows_lib

from tools.torture import parts as parts_lib
from tools.torture import report

ROOT = rows_lib.ROOT


def python_of(row: rows_lib.Row, folder: Optional[pathlib.Path]) -> str:
  """Returns the interpreter of a row, '' if there is none.

  Args:
    row: of the matrix.
    folder: of environments that are named as their lock files; None for
      those of this repository, which are made.
  """
  directory = (folder or ROOT / '.cache/rows') / row.lock.stem
  python = directory / 'bin/python'
  if folder is None:
    if not rows_lib.find_python(row.python):
      return ''
    made = subprocess.run([str(rows_lib.HERE / 'make_environment.sh'),
                           row.lock.stem, str(directory)], cwd=str(ROOT))
    if made.returncode:
      sys.exit(f'The environment of {row.name} cannot be made in {directory}.')
  return str(python) if python.exists() else ''


def run_part(name: str, row: rows_lib.Row, python: str, cases: int,
             seed: int) -> report.Outcome:
  """Runs a part on a row, in a process of its own."""
  start = time.time()
  with tempfile.TemporaryDirectory() as directory:
    path = pathlib.Path(directory, 'outcome.json')
    code = subprocess.run(
      [python, os.path.abspath(__file__), '--inside', name, str(cases),
       str(seed), str(path)], cwd=str(ROOT), env=dict(
         os.environ, **row.env, PYTHONPATH=str(ROOT), PYTHONNOUSERSITE='1',
         TF_CPP_MIN_LOG_LEVEL='3')).returncode
    if path.exists():
      outcome = report.Outcome.load(path)
    else:
      outcome = report.Outcome(
        name, 0, time.time() - start, {'no_end': 1},
        (f'the process ended with {code}: see what it printed above',))
  return outcome._replace(name=f'{name}, {row.name}')


def run_inside(name: str, cases: int, seed: int, path: pathlib.Path) -> None:
  """Runs a part in this process, and writes its outcome to a file."""
  logging.disable(logging.WARNING)
  warnings.simplefilter('ignore')
  part = parts_lib.PARTS[name]
  module = importlib.import_module('tools.torture.' + part.module)
  module.run(cases, seed, **part.arguments).save(path)


def run(names: List[str], rows: List[rows_lib.Row], is_short: bool,
        cases: Optional[int] = None, seed: int = 0,
        folder: Optional[pathlib.Path] = None,
        table: Optional[pathlib.Path] = None) -> int:
  """Runs parts on those of their rows that are among `rows`.

  Args:
    names: of the parts.
    rows: of the matrix.
    is_short: whether to run each in its short form.
    cases: how many cases, instead of the number of each part.
    seed: of the random numbers.
    folder: see `python_of`.
    table: the document that gets what the parts gave.

  Returns:
    The exit status: 1 if anything went wrong, or nothing ran.
  """
  work = [(name, row) for name in names for row in rows
          if row.name in parts_lib.PARTS[name].rows]
  pythons = {row.name: python_of(row, folder) for row in rows
             if any(row is other for _, other in work)}
  commit = documents.commit()
  outcomes = []
  skipped = []
  for i, (name, row) in enumerate(work):
    where = f'[{i + 1}/{len(work)}] {name} on {row.name}'
    if not pythons[row.name]:
      skipped.append(f'{name} on {row.name}: no Python {row.python} for it')
      print(f'{where}: skipped', flush=True)
      continue
    print(where, flush=True)
    part = parts_lib.PARTS[name]
    outcome = run_part(name, row, pythons[row.name], cases or (
      part.short if is_short else part.cases), seed)
    outcomes.append(outcome)
    print('  ' + outcome.row(), flush=True)
    if table:
      kept = documents.load_results(table)
      kept[outcome.name] = dict(
        outcome._asdict(), commit=commit, machine=machine())
      documents.write(table, report.format_document(kept), kept)
  status = report.print_table(outcomes)
  for reason in skipped:
    print(f'SKIPPED: {reason}')
  minutes = sum(outcome.seconds for outcome in outcomes) / 60
  print(f'{len(outcomes)} parts in {minutes:.0f} minutes, '
        f'{len(skipped)} skipped')
  return status if outcomes else 1


def machine() -> str:
  """Returns what the parts ran on."""
  return f'{os.cpu_count()} cores, {platform.system()} {platform.machine()}'


def main() -> int:
  """Runs the parts that the command line names."""
  if sys.argv[1:2] == ['--inside']:
    name, cases, seed, path = sys.argv[2:]
    run_inside(name, int(cases), int(seed), pathlib.Path(path))
    return 0
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('--parts', default='all', help='all, or some of: '
                      + ' '.join(parts_lib.PARTS))
  parser.add_argument('--rows', default='all', help='rows of the matrix')
  parser.add_argument('--short', action='store_true', help='few cases of each')
  parser.add_argument('--cases', type=int, help='how many cases of each part')
  parser.add_argument('--seed', type=int, default=0)
  parser.add_argument('--environments', type=pathlib.Path, help='a folder '
                      'with environments that are named as the rows')
  parser.add_argument('--table', type=pathlib.Path, help='the document that '
                      'gets what the parts gave')
  args = parser.parse_args()
  names = args.parts.replace(',', ' ').split()
  if names == ['all']:
    names = list(parts_lib.PARTS)
  unknown = sorted(set(names) - set(parts_lib.PARTS))
  if unknown:
    parser.error('Argument `--parts` names no part. Received: '
                 f'{" ".join(unknown)}. Parts: {" ".join(parts_lib.PARTS)}')
  try:
    rows = rows_lib.select_rows(args.rows)
  except ValueError as error:
    parser.error(str(error))
  return run(names, rows, args.short, args.cases, args.seed,
             args.environments, args.table)


if __name__ == '__main__':
  sys.exit(main())
