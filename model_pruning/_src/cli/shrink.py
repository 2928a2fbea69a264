# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`model-pruning shrink`: writes a model without its pruned channels."""

from __future__ import annotations

import argparse

from model_pruning._src.cli import command
from model_pruning._src.model_files import keras_files
from model_pruning._src.model_files import kinds
from model_pruning._src.storage import new_file


def _add_arguments(parser: argparse.ArgumentParser) -> None:
  parser.add_argument('model', metavar='IN')
  command.add_output(parser, 'the smaller model, in the format of IN')
  parser.add_argument(
      '--round-to', type=int, default=1, metavar='N',
      help='numbers of channels that are left are multiples of it')
  command.add_custom(parser)


def _run(arguments: argparse.Namespace) -> command.Answer:
  found = kinds.recognize(arguments.model)
  new_file.check_free(arguments.output, arguments.force)
  if found.kind not in (kinds.Kind.KERAS, kinds.Kind.HDF5):
    raise ValueError(f'{found} is no Keras model: channels are removed from '
                     '.keras and .h5 files')
  import model_pruning
  model = keras_files.load(found.path, arguments.custom)
  small = model_pruning.keras.remove_channels(
      model, round_to=arguments.round_to)
  keras_files.save(small, arguments.output, arguments.force)
  before, after = model.count_params(), small.count_params()
  text = (f'{arguments.output}: {after:,} of {before:,} parameters, the same '
          'outputs.')
  if before == after:
    text += (' No channel was without effect: prune with structure=channels '
             'first.')
  return command.Answer(text, dict(
      path=arguments.output, num_parameters_before=before,
      num_parameters=after, text=text))


COMMAND = command.Command(
    'shrink', 'Writes a Keras model without the channels that are pruned.',
    'model-pruning shrink pruned.keras small.keras', _add_arguments, _run)
