# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The document of what the torture found, from the outcomes of runs.

The parts take longer than some have. So what each gave is kept in a JSON file
beside the document, and a run changes the parts that it ran.
"""

import pathlib
from typing import Any, Dict

import documents

from tools.torture import report

TITLE = """# Torture

What `make torture TABLE=docs/torture.md` found; see
[Developing](developing.md#torture) for what each part does. What is counted in
the fourth column must be 0. Each part has the commit that it was run on.

"""


def update(path: pathlib.Path, outcome: report.Outcome, commit: str,
           machine: str) -> None:
  """Writes the document, and what it is made of beside it.

  Args:
    path: of the document, which ends in `.md`.
    outcome: what a part gave on a row; others stay as they were.
    commit: what was run.
    machine: how many cores it had, and the like.
  """
  kept = documents.load_results(path)
  kept[outcome.name] = dict(
    outcome._asdict(), commit=commit, machine=machine)
  documents.write(path, format_document(kept), kept)


def format_document(kept: Dict[str, Any]) -> str:
  """Returns the document of the outcomes in a JSON file, by their names."""
  lines = list(report.HEADER)
  lines = [line + end for line, end in zip(lines, (' commit |', '---|'))]
  examples = []
  machines = []
  for name in sorted(kept):
    values = dict(kept[name])
    commit, machine = values.pop('commit'), values.pop('machine')
    if machine not in machines:
      machines.append(machine)
    outcome = report.Outcome.of(values)
    lines.append(f'{outcome.row()} {commit} |')
    examples += [f'*   {name}: {example}'
                 for example in outcome.examples[:report.MOST_EXAMPLES]]
  if examples:
    lines += ['', '## Faults', '', *examples]
  return (TITLE + '\n'.join(lines)
          + f'\n\nRun on {"; ".join(machines)}.\n')
