# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reads the rows of the matrix from matrix.bzl.

Runs on any Python >= 3.7 with nothing installed: `make test` starts here.
"""

import ast
import os
import pathlib
import subprocess
from typing import Dict, List, NamedTuple, Optional

# Symbolic links stay: under Bazel they lead out of what the test declares.
HERE = pathlib.Path(os.path.abspath(__file__)).parent
ROOT = HERE.parent.parent


class Row(NamedTuple):
  """One row: a TensorFlow release on one Python."""

  name: str
  python: str
  ci: bool
  lock: pathlib.Path
  env: Dict[str, str]


def load_rows() -> Dict[str, Row]:
  """Returns the rows of matrix.bzl by name, in the order written there."""
  for node in ast.parse((HERE / 'matrix.bzl').read_text()).body:
    if isinstance(node, ast.Assign):
      literal = ast.literal_eval(node.value)
      return {
        name: Row(
          name,
          entry['python'],
          entry['ci'],
          HERE / 'locks' / (entry.get('lock', name) + '.lock'),
          entry.get('env', {}),
        )
        for name, entry in literal.items()
      }
  raise ValueError('matrix.bzl assigns nothing')


def select_rows(selection: str) -> List[Row]:
  """Returns the rows that a ROWS variable names.

  Args:
    selection: `ci`, `all`, or names of rows separated by spaces or commas.

  Returns:
    The rows, each once, in the order of matrix.bzl.

  Raises:
    ValueError: a name is not in matrix.bzl.
  """
  rows = load_rows()
  names = set(selection.replace(',', ' ').split()) or {'ci'}
  unknown = names - set(rows) - {'ci', 'all'}
  if unknown:
    raise ValueError(
      'Argument `ROWS` names no row of tools/matrix/matrix.bzl. '
      'Received: {}. Rows: ci, all, {}'.format(
        ' '.join(sorted(unknown)), ', '.join(rows)
      )
    )
  return [
    row
    for row in rows.values()
    if 'all' in names or row.name in names or (row.ci and 'ci' in names)
  ]


def find_python(minor: str) -> Optional[str]:
  """Returns the interpreter for e.g. `3.7` that Bazel would take, or None.

  Where there is none, what to do is printed to stderr.
  """
  found = subprocess.run(
    ['sh', str(HERE / 'find_python.sh'), minor],
    stdout=subprocess.PIPE,
    universal_newlines=True,
  )
  return found.stdout.strip() or None
