# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The compatibility table of the documents, from the results of a run."""

import collections
import re
from typing import Any, Dict, List, Sequence

HEADER = """# Compatibility

What `make test ROWS=all TABLE=docs/compatibility.md` found: the number of tests
that passed, failed and were skipped, a row for each TensorFlow on one Python.
Skipped is what a TensorFlow does not have; the reasons are below the table.

| row | TensorFlow | Keras | Python | passed | failed | skipped |
|---|---|---|---|---|---|---|
"""


def format_table(results: Sequence[Any]) -> str:
  """Returns the document.

  Args:
    results: one `run.Result` a row.
  """
  lines = [_line(result) for result in results]
  reasons: Dict[str, List[str]] = collections.defaultdict(list)
  for result in results:
    for reason in result.skips:
      # Messages name the version, which the table has: one line for all.
      general = re.sub(r'TensorFlow \d[\w.]*', 'this TensorFlow', reason)
      reasons[general].append(result.row.name)
  lines += ['', '## Skipped', '']
  for reason, names in sorted(reasons.items()):
    lines.append('*   {}: {}'.format(reason, ', '.join(sorted(set(names)))))
  return HEADER + '\n'.join(lines) + '\n'


def _line(result: Any) -> str:
  pins = dict(
    line.split('==') for line in result.row.lock.read_text().splitlines()
    if '==' in line)
  tensorflow = pins.get('tensorflow-cpu') or pins.get('tensorflow')
  cells = [result.row.name, tensorflow, _keras(result.row, pins),
           result.row.python]
  if result.note:
    cells += [result.note, '', '']
  else:
    cells += [result.passed, len(result.failures), result.skipped]
  return '| {} |'.format(' | '.join(map(str, cells)))


def _keras(row: Any, pins: Dict[str, str]) -> str:
  """Returns which Keras `tf.keras` is in a row."""
  if row.env.get('TF_USE_LEGACY_KERAS') == '1':
    return 'tf_keras ' + (pins.get('tf_keras') or pins['tf-keras'])
  return 'Keras ' + pins['keras'] if 'keras' in pins else 'built in'
