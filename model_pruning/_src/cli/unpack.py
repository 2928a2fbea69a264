# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`model-pruning unpack`: a packed file as ordinary arrays, or in a model."""

from __future__ import annotations

import argparse
import zipfile
from typing import BinaryIO

import numpy as np

from model_pruning._src.cli import command
from model_pruning._src.cli import progress as progress_lib
from model_pruning._src.model_files import keras_files
from model_pruning._src.storage import new_file
from model_pruning._src.storage import packed_file


def _add_arguments(parser: argparse.ArgumentParser) -> None:
  parser.add_argument('packed', metavar='PACKED')
  command.add_output(
      parser, 'a file of NumPy, such as model.npz; with --into, a Keras file')
  parser.add_argument(
      '--into', metavar='MODEL',
      help='a Keras file: OUT is this model with the weights of PACKED')
  command.add_custom(parser)
  parser.add_argument(
      '--max-bytes', type=int, default=packed_file.MAX_BYTES, metavar='N',
      help='how much memory the arrays may take together (default: 64 GiB)')


def _run(arguments: argparse.Namespace) -> command.Answer:
  new_file.check_file(arguments.output, arguments.force)
  if arguments.into:
    return _into_model(arguments)
  with packed_file.reading(arguments.packed, arguments.max_bytes) as packed:
    with new_file.new_file(arguments.output, arguments.force) as file:
      size = _write(packed, file, arguments.progress)
    names = [entry.name for entry in packed.entries]
  return command.Answer(
      f'{arguments.output}: {len(names)} arrays of {size:,} bytes.',
      dict(path=arguments.output, arrays=names, bytes=size))


def _write(packed: packed_file.PackedFile, file: BinaryIO,
           progress: progress_lib.Progress) -> int:
  """Writes arrays as numpy.savez does, one at a time; returns their bytes."""
  size = 0
  with zipfile.ZipFile(file, 'w') as archive:
    for entry in progress(packed.entries, 'Unpacking'):
      array = packed.read(entry)
      size += array.nbytes
      if array.dtype.kind == 'V':  # bfloat16, which NumPy cannot write.
        array = array.astype(np.float32)
      with archive.open(entry.name + '.npy', 'w', force_zip64=True) as member:
        np.lib.format.write_array(member, array, allow_pickle=False)
  return size


def _into_model(arguments: argparse.Namespace) -> command.Answer:
  """Writes a Keras model with the weights of the packed file."""
  from model_pruning import _pack
  model = keras_files.load(arguments.into, arguments.custom)
  _pack.load_packed(model, arguments.packed, max_bytes=arguments.max_bytes)
  keras_files.save(model, arguments.output, arguments.force)
  return command.Answer(
      f'{arguments.output}: {len(model.weights)} weights of '
      f'{arguments.packed}.',
      dict(path=arguments.output, arrays=len(model.weights)))


COMMAND = command.Command(
    'unpack', 'Writes the arrays of a packed file as a file of NumPy, or puts '
    'them into a Keras model.',
    'model-pruning unpack model.safetensors model.npz', _add_arguments, _run)
