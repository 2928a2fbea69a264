# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The compatibility table of the documents, from the results of runs.

All rows together take hours. So what a row gave is kept in a JSON file beside
the document, and a run changes the rows that it ran.
"""

import collections
import pathlib
import re
from typing import Any, Dict, List, Sequence

import documents
from rows import load_rows
from rows import Row

HEADER = """# Compatibility

What `make test ROWS=all TABLE=docs/compatibility.md` found: the number of tests
that passed, failed and were skipped, a row for each TensorFlow on one Python.
Skipped is what a TensorFlow does not have; the reasons are below the table. A
run may name some of the rows: each has the commit that it was run on. The rows
share out the cases of parameterized tests: each row has every test, with a
fourth of its cases or more, and each case is run on some row. `make test
ROWS=tf2_3` runs all cases on one.

| row | TensorFlow | Keras | Python | passed | failed | skipped | commit |
|---|---|---|---|---|---|---|---|
"""
NOT_RUN = 'not run yet'

# What is kept of a row: `note`, why it did not run, or `passed`, `failures`,
# `skips` by their reasons; and `commit`.
Kept = Dict[str, Any]


def update(path: pathlib.Path, results: Sequence[Any], commit: str) -> None:
  """Writes the document, and what it is made of beside it.

  Args:
    path: of the document, which ends in `.md`.
    results: one `run.Result` a row; other rows stay as they were.
    commit: what was tested.
  """
  kept: Dict[str, Kept] = documents.load_results(path)
  for result in results:
    kept[result.row.name] = {'note': result.note, 'commit': commit} if (
      result.note) else {
        'passed': result.passed, 'failures': result.failures,
        'skips': dict(sorted(result.skips.items())), 'commit': commit}
  documents.write(path, format_table(kept), kept)


def format_table(kept: Dict[str, Kept]) -> str:
  """Returns the document, with a line for every row of the matrix."""
  rows = load_rows()
  lines = [_line(row, kept.get(name, {'note': NOT_RUN, 'commit': ''}))
           for name, row in rows.items()]
  reasons: Dict[str, List[str]] = collections.defaultdict(list)
  failures = []
  for name in rows:
    entry = kept.get(name, {})
    failures += ['*   {}: {}'.format(name, failure)
                 for failure in entry.get('failures', ())]
    for reason in entry.get('skips', ()):
      # Messages name the version, which the table has: one line for all.
      general = re.sub(r'TensorFlow \d[\w.]*', 'this TensorFlow', reason)
      reasons[general].append(name)
  if failures:
    lines += ['', '## Failed', '', *failures]
  if reasons:
    lines += ['', '## Skipped', '']
  for reason, names in sorted(reasons.items()):
    lines.append('*   {}: {}'.format(reason, ', '.join(sorted(set(names)))))
  return HEADER + '\n'.join(lines) + '\n'


def _line(row: Row, entry: Kept) -> str:
  pins = dict(
    line.split('==') for line in row.lock.read_text().splitlines()
    if '==' in line)
  tensorflow = pins.get('tensorflow-cpu') or pins.get('tensorflow')
  cells: List[Any] = [row.name, tensorflow, _keras(row, pins), row.python]
  if entry.get('note'):
    cells += [entry['note'], '', '']
  else:
    cells += [entry['passed'], len(entry['failures']),
              sum(entry['skips'].values())]
  return '| {} |'.format(' | '.join(map(str, [*cells, entry['commit']])))


def _keras(row: Row, pins: Dict[str, str]) -> str:
  """Returns which Keras `tf.keras` is in a row."""
  if row.env.get('TF_USE_LEGACY_KERAS') == '1':
    return 'tf_keras ' + (pins.get('tf_keras') or pins['tf-keras'])
  return 'Keras ' + pins['keras'] if 'keras' in pins else 'built in'
