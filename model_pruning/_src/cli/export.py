# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`model-pruning export`: a checked TensorFlow Lite file of a Keras model."""

from __future__ import annotations

import argparse

from model_pruning._src.cli import command
from model_pruning._src.export import variants
from model_pruning._src.model_files import inputs
from model_pruning._src.model_files import keras_files
from model_pruning._src.storage import new_file


def _add_arguments(parser: argparse.ArgumentParser) -> None:
  parser.add_argument('model', metavar='IN', help='a Keras file')
  command.add_output(parser, 'the .tflite file')
  parser.add_argument('--to', choices=['tflite'], default='tflite',
                      help='the format of OUT')
  parser.add_argument(
      '--quantizations', default=','.join(variants.QUANTIZATIONS),
      metavar='NAMES', help='what is allowed, separated by commas (default: '
      '%(default)s)')
  parser.add_argument(
      '--representative', metavar='DATA',
      help='a .npy or .npz file with inputs like those of the training; '
      'without it int8 is left out')
  command.add_custom(parser)


def _run(arguments: argparse.Namespace) -> command.Answer:
  new_file.check_free(arguments.output, arguments.force)
  model = keras_files.load(arguments.model, arguments.custom)
  from model_pruning._src.export import keras_source
  report = keras_source.export_tflite(
      model, arguments.output,
      quantizations=arguments.quantizations.split(','),
      representative_data=None if arguments.representative is None
      else inputs.read(arguments.representative, len(model.inputs)),
      overwrite=arguments.force)
  return command.Answer(str(report), report.to_dict())


COMMAND = command.Command(
    'export', 'Writes the smallest TensorFlow Lite file of a Keras model that '
    'computes the same, and says what became of every form.',
    'model-pruning export pruned.h5 pruned.tflite', _add_arguments, _run)
