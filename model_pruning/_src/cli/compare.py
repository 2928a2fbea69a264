# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`model-pruning compare`: what differs between two models."""

from __future__ import annotations

import argparse
import functools

from model_pruning._src.cli import command
from model_pruning._src.model_files import outputs
from model_pruning._src.model_files.reports import compare as compare_lib


def _add_arguments(parser: argparse.ArgumentParser) -> None:
  parser.add_argument('before', metavar='A')
  parser.add_argument('after', metavar='B')
  parser.add_argument(
      '--inputs', metavar='FILE',
      help='a .npy file, or a .npz file with an array for each input, to '
      'compare the outputs of two Keras files on; by default random numbers')
  command.add_custom(parser)


def _run(arguments: argparse.Namespace) -> command.Answer:
  agreement = outputs.agreement(
      arguments.before, arguments.after, arguments.inputs, arguments.custom)
  found = compare_lib.compare(
      arguments.before, arguments.after,
      functools.partial(arguments.progress, doing='Comparing'), agreement,
      arguments.custom)
  return command.Answer(str(found), found.to_dict())


COMMAND = command.Command(
    'compare', 'Says what differs between two models: zeros, values, bytes '
    'and, of Keras files, outputs.',
    'model-pruning compare model.keras pruned.keras', _add_arguments, _run)
