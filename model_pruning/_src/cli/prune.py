# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`model-pruning prune`: prunes a trained model, without its code."""

from __future__ import annotations

import argparse
import functools

from model_pruning._src.cli import command


def _add_arguments(parser: argparse.ArgumentParser) -> None:
  parser.add_argument('model', metavar='IN')
  command.add_output(parser, 'the pruned model, in the format of IN')
  command.add_spec(parser)
  parser.add_argument(
      '--calibration', metavar='DATA',
      help='a .npy or .npz file with inputs of a Keras file, to estimate the '
      'statistics of batch normalizations anew')
  command.add_custom(parser)


def _run(arguments: argparse.Namespace) -> command.Answer:
  from model_pruning._src.model_files import prune_files
  report = prune_files.prune_files(
      arguments.model, arguments.output, arguments.spec,
      calibration=arguments.calibration, custom=arguments.custom,
      overwrite=arguments.force,
      progress=functools.partial(arguments.progress, doing='Pruning'))
  estimated = (' Batch normalizations have their statistics from '
               f'{arguments.calibration}.' if arguments.calibration else '')
  return command.Answer(
      f'{report}\n{arguments.output} is written.{estimated}',
      dict(report.to_dict(), path=arguments.output))


COMMAND = command.Command(
    'prune', 'Prunes a trained model at once, without its code: same format, '
    'same signatures, exact numbers of zeros.',
    "model-pruning prune model.keras pruned.keras --spec 'target_sparsity=0.5'",
    _add_arguments, _run)
