# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the commands share: how one is described, and how it answers."""

from __future__ import annotations

import argparse
import json
from typing import Any, Callable, Dict, NamedTuple

FAILED = 1
DONE = 0


class Answer(NamedTuple):
  """What a command found out or did.

  Attributes:
    text: for people.
    values: the same as plain Python, for `--json`.
  """

  text: str
  values: Dict[str, Any]


class Command(NamedTuple):
  """One command.

  Attributes:
    name: as it is typed.
    summary: a sentence on what it does.
    example: a command line that works, for `--help`.
    add_arguments: adds its arguments to a parser.
    run: does it. Beside the arguments it finds `progress` there, which is a
      `progress.Progress`. Raises ValueError, TypeError, OSError or ImportError
      with one sentence for the user.
  """

  name: str
  summary: str
  example: str
  add_arguments: Callable[[argparse.ArgumentParser], None]
  run: Callable[[argparse.Namespace], Answer]


def add_output(parser: argparse.ArgumentParser, what: str) -> None:
  """Adds the argument for a result that is written, and `--force`."""
  parser.add_argument('output', metavar='OUT', help=what)
  add_force(parser)


def add_force(parser: argparse.ArgumentParser) -> None:
  """Adds `--force`."""
  parser.add_argument(
      '--force', action='store_true', help='replace what is there already')


def add_spec(parser: argparse.ArgumentParser) -> None:
  """Adds the specification."""
  parser.add_argument(
      '--spec', required=True,
      help="the specification, such as 'target_sparsity=0.9'")


def print_answer(answer: Answer, as_json: bool) -> None:
  """Prints what a command says, for people or for programs."""
  print(json.dumps(answer.values, indent=2) if as_json else answer.text)


def add_custom(parser: argparse.ArgumentParser) -> None:
  """Adds the module with the custom objects of a Keras file."""
  parser.add_argument(
      '--custom', metavar='MODULE',
      help='a module or a .py file with the custom classes and functions of a '
      'Keras file')
