# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`model-pruning strip`: writes a model without masks."""

from __future__ import annotations

import argparse
import dataclasses
import os
from typing import Any, Optional

from model_pruning._src.cli import command
from model_pruning._src.files import replace
from model_pruning._src.model_files import keras_files
from model_pruning._src.model_files import kinds
from model_pruning._src.model_files import saved_model_place
from model_pruning._src.storage import new_file

_RESULTS = ('graph_def', 'checkpoint', 'saved_model')


def _add_arguments(parser: argparse.ArgumentParser) -> None:
  parser.add_argument('model', metavar='IN')
  command.add_output(
      parser, 'the file, or the directory of a SavedModel or checkpoint')
  parser.add_argument(
      '--outputs', default='', metavar='NODES',
      help='names of the output nodes, separated by commas; a SavedModel says '
      'which they are')
  parser.add_argument(
      '--to', choices=_RESULTS,
      help='what is written; by default the format of IN')
  command.add_custom(parser)


def _run(arguments: argparse.Namespace) -> command.Answer:
  found = kinds.recognize(arguments.model)
  if found.kind in (kinds.Kind.KERAS, kinds.Kind.HDF5):
    return _strip_keras(arguments, found)
  from model_pruning._src.graph.strip import strip as strip_lib
  sources = {
      kinds.Kind.CHECKPOINT: ('checkpoint_dir', 'checkpoint'),
      kinds.Kind.SAVED_MODEL: ('saved_model_dir', 'saved_model'),
      kinds.Kind.GRAPH_DEF: ('graph_def', 'graph_def')}
  if found.kind not in sources:
    raise ValueError(f'{found} has no masks that could be stripped')
  argument, result = sources[found.kind]
  result = arguments.to or result

  def strip(directory: str, filename: Optional[str] = None) -> Any:
    report = strip_lib.strip_pruning_vars(
        output_node_names=list(filter(None, arguments.outputs.split(','))),
        output_dir=directory, filename=filename, result=result,
        **{argument: found.path})
    return dataclasses.replace(report, path=arguments.output)

  if result == 'saved_model':
    saved_model_place.check(arguments.output, arguments.force, found.path)
    with replace.staged_whole(arguments.output) as staging:
      report = strip(staging)
  else:
    written = arguments.output + '.index' * (result == 'checkpoint')
    new_file.check_file(written, arguments.force)
    report = strip(*os.path.split(os.path.abspath(arguments.output)))
  return command.Answer(
      str(report), dict(path=arguments.output, text=str(report)))


def _strip_keras(arguments: argparse.Namespace,
                 found: kinds.Found) -> command.Answer:
  """Strips the wrappers of a Keras model."""
  import model_pruning
  new_file.check_file(arguments.output, arguments.force)
  with model_pruning.keras.prune_scope():
    model = keras_files.load(found.path, arguments.custom)
  stripped = model_pruning.keras.strip_pruning(model)
  keras_files.save(stripped, arguments.output, arguments.force)
  text = (f'{arguments.output}: a model without wrappers of '
          f'{len(stripped.weights)} weights.')
  return command.Answer(text, dict(path=arguments.output, text=text))


COMMAND = command.Command(
    'strip', 'Writes a model without masks, thresholds and wrappers.',
    'model-pruning strip trained_model_dir stripped.pb --to graph_def '
    '--outputs logits', _add_arguments, _run)
