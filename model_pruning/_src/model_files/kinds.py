# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What kind of model a path leads to, told by the content and not the name."""

from __future__ import annotations

import enum
import os
import re
import struct
import zipfile
from typing import NamedTuple, Optional

_HDF5 = b'\x89HDF\r\n\x1a\n'
_ZIP = b'PK\x03\x04'
_TFLITE = b'TFL3'
_SAVED_MODEL = ('saved_model.pb', 'saved_model.pbtxt')
_CHECKPOINT_FILE = re.compile(r'\.(index|meta|data-\d{5}-of-\d{5})$')
# A header of safetensors is a JSON object of at most this length.
_MAX_HEADER = 100 << 20


class Kind(enum.Enum):
  """The formats of models; the value is what people call them."""

  CHECKPOINT = 'checkpoint'
  SAVED_MODEL = 'SavedModel'
  GRAPH_DEF = 'GraphDef'
  KERAS = '.keras file'
  HDF5 = 'HDF5 file'
  TFLITE = '.tflite file'
  PACKED = 'packed file'


class Found(NamedTuple):
  """A model and its kind.

  Attributes:
    kind: the format.
    path: where it is: the prefix of a checkpoint, a directory, or a file.
  """

  kind: Kind
  path: str

  def __str__(self) -> str:
    return f'{self.kind.value} {self.path}'


def recognize(path: str) -> Found:
  """Finds out what a path leads to.

  Args:
    path: a file; the directory of a SavedModel, or of checkpoints, of which
      the latest is taken; or the prefix of a checkpoint. Any file of a
      checkpoint or of a SavedModel stands for the whole.

  Raises:
    ValueError: if there is nothing, or nothing that can be a model.
  """
  if os.path.isdir(path):
    return _in_directory(path)
  prefix = _CHECKPOINT_FILE.sub('', path)
  if os.path.isfile(prefix + '.index'):
    return Found(Kind.CHECKPOINT, prefix)
  if prefix != path and os.path.exists(path):
    raise ValueError(f'{path} is of a checkpoint whose index is missing: '
                     f'there is no {prefix}.index')
  if not os.path.exists(path):
    raise ValueError(f'{path} does not exist, and is not the prefix of a '
                     'checkpoint')
  if not os.path.isfile(path):
    raise ValueError(f'{path} is neither a file nor a directory')
  if os.path.basename(path) in _SAVED_MODEL:
    return Found(Kind.SAVED_MODEL, os.path.dirname(path) or '.')
  if os.path.basename(path) == 'checkpoint':
    return _in_directory(os.path.dirname(path) or '.')
  return Found(_kind_of_file(path), path)


def _in_directory(path: str) -> Found:
  """The model in a directory."""
  if any(os.path.isfile(os.path.join(path, name)) for name in _SAVED_MODEL):
    return Found(Kind.SAVED_MODEL, path)
  latest = _latest_checkpoint(path)
  if latest is not None:
    if not os.path.isfile(latest + '.index'):
      raise ValueError(f'{path} names {latest} as its latest checkpoint, and '
                       f'there is no {latest}.index')
    return Found(Kind.CHECKPOINT, latest)
  prefixes = sorted(name[:-len('.index')] for name in os.listdir(path)
                    if name.endswith('.index'))
  if len(prefixes) == 1:
    return Found(Kind.CHECKPOINT, os.path.join(path, prefixes[0]))
  if prefixes:
    raise ValueError(f'{path} has several checkpoints and no file '
                     f'`checkpoint` that names the latest: say which of '
                     f'{", ".join(prefixes[:5])}')
  raise ValueError(f'{path} is a directory with neither a SavedModel nor a '
                   'checkpoint in it')


def _latest_checkpoint(directory: str) -> Optional[str]:
  """The prefix that a file `checkpoint` names; None if there is none."""
  path = os.path.join(directory, 'checkpoint')
  if not os.path.isfile(path):
    return None
  with open(path, errors='replace') as file:
    match = re.search(r'^model_checkpoint_path:\s*"((?:[^"\\]|\\.)*)"',
                      file.read(1 << 20), re.MULTILINE)
  return match and os.path.join(directory, match.group(1))


def _kind_of_file(path: str) -> Kind:
  """The kind of a single file.

  Raises:
    ValueError: if it is none.
  """
  with open(path, 'rb') as file:
    head = file.read(16)
  if not head:
    raise ValueError(f'{path} is empty')
  if head.startswith(_HDF5):
    return Kind.HDF5
  if head.startswith(_ZIP):
    return _kind_of_zip(path)
  if head[4:8] == _TFLITE:
    return Kind.TFLITE
  if len(head) > 8 and head[8:9] == b'{' and (
      struct.unpack('<Q', head[:8])[0] <= _MAX_HEADER):
    return Kind.PACKED
  # A GraphDef has no mark: it starts with the tag of its first node (1), its
  # versions (4), its library (2) or version (3), or is text.
  if head[:1] in (b'\x0a', b'\x12', b'\x18', b'\x22') or (
      re.match(rb'\s*(node|library|versions|version|#)', head)):
    return Kind.GRAPH_DEF
  raise ValueError(
      f'{path} is no model that can be recognized: it is no checkpoint, '
      'SavedModel, GraphDef, .keras, .h5, .tflite or packed file')


def _kind_of_zip(path: str) -> Kind:
  """`KERAS` if a zip file is one; raises a ValueError else."""
  try:
    with zipfile.ZipFile(path) as archive:
      names = archive.namelist()
  except (zipfile.BadZipFile, OSError, NotImplementedError) as e:
    raise ValueError(f'{path} is a damaged zip file: {e}') from e
  outside = [name for name in names if name.startswith(('/', '\\'))
             or '..' in re.split(r'[/\\]', name)]
  if outside:
    raise ValueError(f'{path} is no .keras file: its member {outside[0]!r} '
                     'would be outside of it')
  if not {'config.json', 'model.weights.h5'} <= set(names):
    raise ValueError(f'{path} is a zip file but no .keras file: it has no '
                     'config.json and model.weights.h5')
  return Kind.KERAS
