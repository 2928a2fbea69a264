# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The program `model-pruning`, which is `python -m model_pruning` too."""

from __future__ import annotations

import argparse
import os
import sys
from typing import List, Optional

from model_pruning._src.cli import command as command_lib
from model_pruning._src.cli import compare
from model_pruning._src.cli import export
from model_pruning._src.cli import latency
from model_pruning._src.cli import pack
from model_pruning._src.cli import plan
from model_pruning._src.cli import progress
from model_pruning._src.cli import prune
from model_pruning._src.cli import report
from model_pruning._src.cli import schedule
from model_pruning._src.cli import sensitivity
from model_pruning._src.cli import shrink
from model_pruning._src.cli import strip
from model_pruning._src.cli import unpack

# None of them imports TensorFlow before it runs, so that `--help` is quick and
# that TensorFlow finds the level of its log.
COMMANDS = (plan.COMMAND, prune.COMMAND, report.COMMAND, compare.COMMAND,
            schedule.COMMAND, sensitivity.COMMAND, shrink.COMMAND,
            strip.COMMAND, pack.COMMAND, unpack.COMMAND, export.COMMAND,
            latency.COMMAND)
_DESCRIPTION = """\
Looks at models of TensorFlow and Keras, prunes them, and stores them small.

MODEL is a checkpoint (its prefix or directory), a SavedModel, a frozen
GraphDef, a .keras, .h5 or .weights.h5 file, or a packed file: what it is, is
told by its content. OUT is written as a whole or not at all, and what is
there is replaced with --force only.
"""


def parser() -> argparse.ArgumentParser:
  """The parser of the command line."""
  formatter = argparse.RawDescriptionHelpFormatter
  program = argparse.ArgumentParser(
      prog='model-pruning', description=_DESCRIPTION,
      formatter_class=formatter)
  commands = program.add_subparsers(
      dest='command', metavar='COMMAND', title='commands')
  commands.required = True
  for command in COMMANDS:
    one = commands.add_parser(
        command.name, help=command.summary, description=command.summary,
        epilog=f'example:\n  {command.example}', formatter_class=formatter)
    command.add_arguments(one)
    one.add_argument('--json', action='store_true',
                     help='print JSON instead of text')
    one.set_defaults(run=command.run)
  return program


def main(argv: Optional[List[str]] = None) -> int:
  """Runs a command line.

  Args:
    argv: the arguments. Default: those of the process.

  Returns:
    The exit status: 0 if it is done, 1 if a model or a file is not as it must
    be, which one line on stderr explains. A wrong command line exits with 2.
  """
  # TensorFlow's own log is no part of the answer.
  os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
  arguments = parser().parse_args(argv)
  try:
    with progress.shown(f'model-pruning {arguments.command}') as shown:
      arguments.progress = shown
      answer = arguments.run(arguments)
    command_lib.print_answer(answer, arguments.json)
  except (ImportError, OSError, TypeError, ValueError) as e:
    print(f'model-pruning: error: {_one_line(e)}', file=sys.stderr)
    return command_lib.FAILED
  except KeyboardInterrupt:
    print('model-pruning: stopped; no file is half-written', file=sys.stderr)
    return command_lib.FAILED
  return command_lib.DONE


def _one_line(error: BaseException) -> str:
  """What went wrong, in one line."""
  text = str(error)
  if isinstance(error, OSError) and error.strerror:
    name = f'{error.filename}: ' if error.filename else ''
    text = name + error.strerror
  return ' '.join(text.split())


def run() -> None:
  """The entry point of the console script."""
  sys.exit(main())
