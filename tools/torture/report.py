# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How torture tests say what they saw: one row, and what must be zero."""

import json
import pathlib
from typing import Any, Dict, List, NamedTuple, Tuple


class Outcome(NamedTuple):
  """What a torture test saw.

  Attributes:
    name: of the test.
    cases: how many cases it ran.
    seconds: how long they took.
    faults: how often each kind of fault was seen; all must be zero.
    examples: some of the cases with faults, a line each.
    notes: other figures, by name.
  """

  name: str
  cases: int
  seconds: float
  faults: Dict[str, int]
  examples: Tuple[str, ...] = ()
  notes: Tuple[str, ...] = ()

  @property
  def is_good(self) -> bool:
    """Whether there was no fault."""
    return not any(self.faults.values())

  def save(self, path: pathlib.Path) -> None:
    """Writes the outcome to a file, for `load` in another process."""
    path.write_text(json.dumps(self._asdict()))

  @classmethod
  def load(cls, path: pathlib.Path) -> 'Outcome':
    """Reads what `save` wrote."""
    return cls.of(json.loads(path.read_text()))

  @classmethod
  def of(cls, values: Dict[str, Any]) -> 'Outcome':
    """Returns the outcome of the values in a file."""
    values = dict(values)
    for name in ('examples', 'notes'):
      values[name] = tuple(values[name])
    return cls(**values)

  def row(self) -> str:
    """Returns the row of a Markdown table."""
    faults = ', '.join(f'{kind} {count}' for kind, count
                       in self.faults.items())
    return (f'| {self.name} | {self.cases} | {self.seconds:.0f} s | {faults} '
            f'| {"; ".join(self.notes)} | '
            f'{"good" if self.is_good else "FAULTS"} |')


MOST_EXAMPLES = 20  # Of a test.
HEADER = ('| test | cases | time | must be 0 | | |',
          '|---|---|---|---|---|---|')


_TITLE = """# Torture

What `make torture TABLE=docs/torture.md` found; see
[Developing](developing.md#torture) for what each part does. What is counted in
the fourth column must be 0. Each part has the commit that it was run on.

"""


def print_table(outcomes: List[Outcome]) -> int:
  """Prints a table and what was wrong; returns the exit status."""
  for outcome in outcomes:
    for example in outcome.examples[:MOST_EXAMPLES]:
      print(f'{outcome.name}: {example}')
  print('\n'.join([*HEADER, *(outcome.row() for outcome in outcomes)]))
  return 0 if all(outcome.is_good for outcome in outcomes) else 1


def format_document(kept: Dict[str, Any]) -> str:
  """Returns the document of outcomes.

  Args:
    kept: the values of outcomes by their names, each with the `commit` and the
      `machine` that it is of.
  """
  lines = [line + end for line, end in zip(HEADER, (' commit |', '---|'))]
  examples = []
  machines = []
  for name in sorted(kept):
    values = dict(kept[name])
    commit, machine = values.pop('commit'), values.pop('machine')
    if machine not in machines:
      machines.append(machine)
    outcome = Outcome.of(values)
    lines.append(f'{outcome.row()} {commit} |')
    examples += [f'*   {name}: {example}'
                 for example in outcome.examples[:MOST_EXAMPLES]]
  if examples:
    lines += ['', '## Faults', '', *examples]
  return (_TITLE + '\n'.join(lines)
          + f'\n\nRun on {"; ".join(machines)}.\n')
