# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`model-pruning report`: what the zeros of a model are worth."""

from __future__ import annotations

import argparse
import functools

from model_pruning._src.cli import command
from model_pruning._src.cli import html
from model_pruning._src.cli import pictures
from model_pruning._src.model_files.reports import report as report_lib
from model_pruning._src.planning import picture
from model_pruning._src.storage import new_file


def _add_arguments(parser: argparse.ArgumentParser) -> None:
  parser.add_argument('model', metavar='MODEL')
  parser.add_argument('--verbose', action='store_true',
                      help='a line for every array')
  parser.add_argument('--html', metavar='FILE',
                      help='write a page that stands for itself')
  parser.add_argument('--png', metavar='FILE', help='write a picture')
  command.add_custom(parser)
  command.add_force(parser)


def _run(arguments: argparse.Namespace) -> command.Answer:
  # What cannot be written is said before a large model is read.
  if arguments.png:
    picture.check_installed()
  for path in (arguments.html, arguments.png):
    if path:
      new_file.check_file(path, arguments.force)
  report = report_lib.report(
      arguments.model, functools.partial(arguments.progress, doing='Reading'),
      arguments.custom)
  if arguments.html:
    with new_file.new_file(arguments.html, arguments.force) as file:
      file.write(html.page(report).encode())
  if arguments.png:
    with new_file.new_file(arguments.png, arguments.force) as file:
      pictures.draw_report(report, file)
  return command.Answer(report.to_text(arguments.verbose), report.to_dict())


COMMAND = command.Command(
    'report', 'Says how sparse a model is, in which structure, and what its '
    'zeros are worth in bytes and in time.',
    'model-pruning report model.keras --html report.html', _add_arguments,
    _run)
