# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`model-pruning latency`: how long TensorFlow Lite files take."""

from __future__ import annotations

import argparse
import functools

from model_pruning._src.cli import command
from model_pruning._src.export import latency


def _add_arguments(parser: argparse.ArgumentParser) -> None:
  parser.add_argument('models', metavar='MODEL', nargs='+',
                      help='.tflite files; the first is compared with')
  parser.add_argument('--rounds', type=int, default=30, metavar='N',
                      help='how often each model runs (default: 30)')
  parser.add_argument('--same', action='store_true',
                      help='refuse models whose outputs are not those of the '
                      'first, as those of forms of one model are')


def _run(arguments: argparse.Namespace) -> command.Answer:
  report = latency.latency(arguments.models, arguments.rounds, arguments.same,
                           functools.partial(arguments.progress,
                                             doing='Measuring'))
  return command.Answer(str(report), report.to_dict())


COMMAND = command.Command(
    'latency', 'Measures TensorFlow Lite files beside each other, and says '
    'how far their outputs differ.',
    'model-pruning latency dense.tflite pruned.tflite', _add_arguments, _run)
