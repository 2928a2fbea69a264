# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`model-pruning shrink`: writes a model without its pruned channels."""

from __future__ import annotations

import argparse

from model_pruning._src.cli import command


def _add_arguments(parser: argparse.ArgumentParser) -> None:
  parser.add_argument('model', metavar='IN',
                      help='a .keras or .h5 file, a frozen GraphDef, '
                      'or a SavedModel, which comes out frozen')
  command.add_output(parser, 'the smaller model, in the format of IN')
  parser.add_argument(
      '--round-to', type=int, default=1, metavar='N',
      help='numbers of channels that are left are multiples of it')
  parser.add_argument(
      '--outputs', default='', metavar='NODES', help='of a GraphDef: names of '
      'the output nodes, separated by commas (default: those that no other '
      'takes)')
  command.add_custom(parser)


def _run(arguments: argparse.Namespace) -> command.Answer:
  from model_pruning._src.model_files import shrink_files
  report = shrink_files.shrink_files(
      arguments.model, arguments.output, round_to=arguments.round_to,
      outputs=list(filter(None, arguments.outputs.split(','))),
      custom=arguments.custom, overwrite=arguments.force)
  text = f'{arguments.output}: {report}'
  return command.Answer(text, dict(
      report._asdict(), path=arguments.output, text=text))


COMMAND = command.Command(
    'shrink', 'Writes a model without the channels that are pruned.',
    'model-pruning shrink pruned.keras small.keras', _add_arguments, _run)
