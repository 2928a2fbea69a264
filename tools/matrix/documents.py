# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Documents that are written from what runs gave."""

import json
import os
import pathlib
import subprocess
from typing import Any, Dict

from rows import ROOT


def load_results(path: pathlib.Path) -> Dict[str, Any]:
  """Returns what earlier runs kept beside a document; nothing if none did."""
  data = path.with_suffix('.json')
  return json.loads(data.read_text()) if data.exists() else {}


def write(path: pathlib.Path, text: str, results: Dict[str, Any]) -> None:
  """Writes a document, and beside it what it is made of.

  Args:
    path: of the document, which ends in `.md`.
    text: what it says.
    results: what it is made of, for `load_results`.
  """
  _replace(path.with_suffix('.json'),
           json.dumps(results, indent=1, sort_keys=True) + '\n')
  _replace(path, text)


def commit() -> str:
  """Returns the commit that is checked out, with `+` if files differ."""
  git = ['git', '-C', str(ROOT)]
  found = subprocess.run(
    git + ['rev-parse', '--short', 'HEAD'], stdout=subprocess.PIPE,
    stderr=subprocess.DEVNULL, universal_newlines=True
  ).stdout.strip()
  same = subprocess.run(git + ['diff', '--quiet', 'HEAD']).returncode == 0
  return found + ('' if same else '+')


def _replace(path: pathlib.Path, text: str) -> None:
  beside = path.with_name(path.name + '.part')
  beside.write_text(text)
  os.replace(str(beside), str(path))
