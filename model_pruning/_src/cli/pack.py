# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`model-pruning pack`: stores the weights of a model in few bytes."""

from __future__ import annotations

import argparse

from model_pruning._src.cli import command
from model_pruning._src.model_files import arrays
from model_pruning._src.model_files import kinds
from model_pruning._src.storage import lossy
from model_pruning._src.storage import new_file
from model_pruning._src.storage import pack as pack_lib


def _add_arguments(parser: argparse.ArgumentParser) -> None:
  parser.add_argument('model', metavar='MODEL')
  command.add_output(parser, 'the packed file, such as model.safetensors')
  parser.add_argument(
      '--dtype', choices=lossy.DTYPES,
      help='store rounded values; by default every bit is kept')
  command.add_custom(parser)


def _run(arguments: argparse.Namespace) -> command.Answer:
  # Said before a large model is read.
  new_file.check_file(arguments.output, arguments.force)
  stored = arrays.arrays_of(
      kinds.recognize(arguments.model), arguments.custom)
  numbers = [array for array in stored if arrays.is_numeric(array)]
  report = pack_lib.pack_arrays(
      ((array.name, array.load())
       for array in arguments.progress(numbers, 'Packing')),
      arguments.output, arguments.dtype, overwrite=arguments.force,
      left_out=[(array.name, 'which is text') for array in stored
                if not arrays.is_numeric(array)])
  return command.Answer(str(report), report.to_dict())


COMMAND = command.Command(
    'pack', 'Stores the weights of a model in few bytes, every bit of them.',
    'model-pruning pack model.keras model.safetensors', _add_arguments, _run)
