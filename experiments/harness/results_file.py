# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The JSON file of an experiment, to which every run adds a line."""

from __future__ import annotations

import json
import os
import pathlib
from typing import Any, Dict, List, Mapping, NamedTuple

Row = Dict[str, Any]


class Run(NamedTuple):
  """What tells a run from the others of its experiment.

  Attributes:
    net: the name of the network.
    method: `dense`, `ours`, a peer such as `tfmot`, or how else the network
      was made.
    spec: the specification string; '' for a dense network. A peer gets the
      sparsity and the schedule that this string means.
    seed: of the first weights and of the order of the training examples.
  """

  net: str
  method: str
  spec: str
  seed: int


class ResultsFile:
  """Reads the runs that are done and adds those that end.

  The file is written beside itself and renamed, so that it is whole whenever
  the program is stopped. What several runs share, such as the versions, stands
  once, as a session.
  """

  def __init__(self, path: str, experiment: str, budget: Mapping[str, Any],
               session: Mapping[str, Any]):
    """Reads the file, if it exists.

    Args:
      path: where it is, or will be.
      experiment: the name of the experiment.
      budget: how long and on how much every run trains.
      session: the command, versions and machine of the runs to come.

    Raises:
      SystemExit: if the file has runs of another budget.
    """
    self._path = pathlib.Path(path)
    self._session = dict(session)
    self._content: Dict[str, Any] = {
        'experiment': experiment, 'budget': dict(budget), 'sessions': [],
        'runs': []}
    if self._path.exists():
      stored = read(self._path)
      if stored['budget'] != self._content['budget']:
        raise SystemExit(
            f'{path} has runs of another budget, {stored["budget"]}, and this '
            f'one is {self._content["budget"]}: give the same options, or '
            'another --output')
      self._content = stored

  def has(self, run: Run) -> bool:
    """Whether this run is done already."""
    return any(all(row[name] == value for name, value in run._asdict().items())
               for row in self._content['runs'])

  def add(self, run: Run, figures: Mapping[str, Any]) -> None:
    """Writes a run that has just ended."""
    sessions: List[Row] = self._content['sessions']
    if self._session not in sessions:
      sessions.append(self._session)
    self._content['runs'].append({
        **run._asdict(), **figures, 'session': sessions.index(self._session)})
    self._path.parent.mkdir(parents=True, exist_ok=True)
    beside = self._path.with_suffix('.part')
    beside.write_text(_text(self._content))
    os.replace(beside, self._path)


def read(path: pathlib.Path) -> Dict[str, Any]:
  """The content of a file: experiment, budget, sessions and runs."""
  content: Dict[str, Any] = json.loads(path.read_text())
  return content


def _text(content: Mapping[str, Any]) -> str:
  """JSON with one line for each session and for each run."""
  parts = []
  for key, value in content.items():
    if isinstance(value, list):
      lines = ',\n'.join(json.dumps(item) for item in value)
      parts.append(f'{json.dumps(key)}: [\n{lines}\n]')
    else:
      parts.append(f'{json.dumps(key)}: {json.dumps(value)}')
  return '{\n' + ',\n'.join(parts) + '\n}\n'
