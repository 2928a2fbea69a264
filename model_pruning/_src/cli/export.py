# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`model-pruning export`: a model as a checked file of another format."""

from __future__ import annotations

import argparse
from typing import Any, List, Optional

import numpy as np

from model_pruning._src.cli import command
from model_pruning._src.export import variants
from model_pruning._src.model_files import inputs
from model_pruning._src.model_files import keras_files
from model_pruning._src.model_files import kinds
from model_pruning._src.model_files import saved_model_place
from model_pruning._src.storage import new_file


def _add_arguments(parser: argparse.ArgumentParser) -> None:
  parser.add_argument(
      'model', metavar='IN', help='a Keras file, a SavedModel, a checkpoint '
      'with its .meta file, or a frozen GraphDef')
  command.add_output(parser, 'the .tflite file, or the directory of a '
                     'SavedModel')
  parser.add_argument('--to', choices=['tflite', 'savedmodel'],
                      default='tflite', help='the format of OUT')
  parser.add_argument(
      '--quantizations', default=','.join(variants.QUANTIZATIONS),
      metavar='NAMES', help='which forms of TensorFlow Lite are allowed, '
      'separated by commas (default: %(default)s)')
  parser.add_argument(
      '--representative', metavar='DATA',
      help='a .npy or .npz file with inputs like those of the training; '
      'without it int8 is left out')
  parser.add_argument(
      '--inputs', metavar='DATA', help='a .npy or .npz file with the inputs '
      'that outputs are compared on (default: random numbers)')
  parser.add_argument(
      '--outputs', default='', metavar='NODES', help='names of the output '
      'nodes, separated by commas, if the graph does not say which they are')
  command.add_custom(parser)


def _run(arguments: argparse.Namespace) -> command.Answer:
  if arguments.to == 'savedmodel':
    saved_model_place.check(arguments.output, arguments.force, arguments.model)
  else:
    new_file.check_file(arguments.output, arguments.force)
  found = kinds.recognize(arguments.model)
  if found.kind in (kinds.Kind.KERAS, kinds.Kind.HDF5):
    report = _of_keras(arguments)
  else:
    report = _of_graph(arguments, found)
  return command.Answer(str(report), report.to_dict())


def _of_keras(arguments: argparse.Namespace) -> Any:
  """Exports a Keras file."""
  if arguments.outputs:
    raise ValueError('--outputs is for graphs; a Keras model says what its '
                     'outputs are')
  model = keras_files.load(arguments.model, arguments.custom)
  from model_pruning._src.export import keras_source
  given = _data(arguments.inputs, len(model.inputs))
  if arguments.to == 'savedmodel':
    return keras_source.export_saved_model(
        model, arguments.output, inputs=given, overwrite=arguments.force)
  return keras_source.export_tflite(
      model, arguments.output,
      quantizations=arguments.quantizations.split(','), inputs=given,
      representative_data=_data(arguments.representative, len(model.inputs)),
      overwrite=arguments.force, progress=arguments.progress)


def _of_graph(arguments: argparse.Namespace, found: kinds.Found) -> Any:
  """Exports a SavedModel, a checkpoint with its graph, or a GraphDef."""
  from model_pruning._src.export import graph_source
  from model_pruning._src.model_files import frozen
  graph = frozen.freeze(
      found, [name for name in arguments.outputs.split(',') if name])
  given = _data(arguments.inputs, len(graph.inputs))
  if arguments.to == 'savedmodel':
    return graph_source.export_saved_model(graph, arguments.output, given)
  return graph_source.export_tflite(
      graph, arguments.output, inputs=given,
      quantizations=arguments.quantizations.split(','),
      representative_data=_data(arguments.representative, len(graph.inputs)),
      progress=arguments.progress)


def _data(path: Optional[str], number: int) -> Optional[List[np.ndarray]]:
  """The arrays of a file; None without one."""
  return None if path is None else inputs.read(path, number)


COMMAND = command.Command(
    'export', 'Writes the smallest TensorFlow Lite file, or a SavedModel, that '
    'computes the same as a model, and says what became of every form.',
    'model-pruning export pruned.h5 pruned.tflite', _add_arguments, _run)
