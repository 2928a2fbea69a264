# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Packed files: `.safetensors` files that hold encoded weights.

docs/packed_format.md is the specification. Any reader of safetensors opens
them: each weight is a tensor of bytes, `<name>#packed`, and `#index` says what
the bytes are. Weights are written and read one at a time.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import struct
import tempfile
from typing import (
  Any,
  BinaryIO,
  Dict,
  Iterable,
  Iterator,
  List,
  Optional,
  Tuple,
)

import numpy as np

from model_pruning._src.storage import dtypes
from model_pruning._src.storage import index
from model_pruning._src.storage import lossy
from model_pruning._src.storage import parts
from model_pruning._src.storage import report as report_lib
from model_pruning._src.storage import weight as weight_lib

FORMAT = 'model_pruning.packed'
VERSION = '1'
_INDEX = '#index'
_PACKED = '#packed'
# The header is padded to a multiple of this, as safetensors' own writer does.
_ALIGNMENT = 8
_MAX_INDEX = 1 << 28
# A small file can stand for any number of zeros: more than this is refused
# unless the caller allows it.
MAX_BYTES = 1 << 36


def write(file: BinaryIO, weights: Iterable[Tuple[str, np.ndarray]],
          dtype: Optional[str] = None) -> List[report_lib.PackedWeight]:
  """Writes a packed file.

  The bytes of weights go to a temporary file first, since the header with
  their sizes comes before them. One weight at a time is in memory.

  Args:
    file: an empty file that is open for writing bytes.
    weights: pairs of a name and an array.
    dtype: 'float16', 'bfloat16' or 'int8' to store rounded values. Default:
      None, every bit is kept.

  Returns:
    What became of each weight.

  Raises:
    TypeError: if a name is no string or a dtype cannot be packed.
    ValueError: if a name is there twice, or a value is beyond the range of
      `dtype`.
    The weight is named.
  """
  lossy.check(dtype)
  entries: List[index.Entry] = []
  rows = []
  seen = set()
  with tempfile.TemporaryFile(dir=_directory_of(file)) as body:
    for name, array in weights:
      if not isinstance(name, str):
        raise TypeError(f'names of weights are strings, not {name!r}')
      if name in seen:
        raise ValueError(f'weight {name!r} is there twice')
      seen.add(name)
      array = np.asarray(array)
      try:
        entry, data = weight_lib.encode(name, array, dtype)
      except (TypeError, ValueError) as e:
        raise type(e)(f'weight {name!r} cannot be packed: {e}') from e
      entries.append(entry)
      rows.append(_row(entry, array, data))
      body.write(data)
    _write_header(file, entries)
    body.seek(0)
    shutil.copyfileobj(body, file, 1 << 20)
    file.write(parts.frame(index.to_json(entries)))
  return rows


def _directory_of(file: BinaryIO) -> Optional[str]:
  """Where a file is, so that what fits beside it is tried there."""
  name = getattr(file, 'name', None)
  return os.path.dirname(os.path.abspath(name)) if isinstance(
      name, str) else None


def _row(entry: index.Entry, array: np.ndarray,
         data: bytes) -> report_lib.PackedWeight:
  """What became of a weight, with the error that rounding made."""
  error = 0.0
  if entry.stored != entry.dtype and array.size:
    unpacked = weight_lib.decode(entry, data)
    with np.errstate(invalid='ignore'):  # inf - inf
      differences = np.abs(array.astype(np.float64)
                           - unpacked.astype(np.float64))
    error = float(np.max(np.nan_to_num(differences)))
  return report_lib.PackedWeight(
      name=entry.name, shape=entry.shape, dtype=entry.dtype,
      stored=entry.stored, zeros=entry.size - entry.num_kept,
      dense_bytes=array.nbytes, packed_bytes=len(data), max_error=error)


def _write_header(file: BinaryIO, entries: List[index.Entry]) -> None:
  """Writes the header of safetensors: its length and a JSON object."""
  header: Dict[str, Any] = {
      '__metadata__': {'format': FORMAT, 'version': VERSION}}
  end = 0
  sizes = [(entry.name + _PACKED, entry.num_bytes) for entry in entries
           if entry.num_bytes]
  sizes.append((_INDEX, len(parts.frame(index.to_json(entries)))))
  for name, size in sizes:
    header[name] = {'dtype': 'U8', 'shape': [size],
                    'data_offsets': [end, end + size]}
    end += size
  text = json.dumps(header, separators=(',', ':')).encode()
  text += b' ' * (-len(text) % _ALIGNMENT)
  file.write(struct.pack('<Q', len(text)))
  file.write(text)


class PackedFile:
  """An open packed file: the index, and weights one at a time.

      with packed_file.reading('model.safetensors') as packed:
        for entry in packed.entries:
          print(entry.name, packed.read(entry).shape)

  Attributes:
    entries: what is known of each weight, in the order of writing.
  """

  def __init__(self, path: str, tensors: Any, max_bytes: int):
    """Reads and checks the index; `reading` makes it."""
    self._path = path
    self._tensors = tensors
    metadata = tensors.metadata() or {}
    if metadata.get('format') != FORMAT:
      raise ValueError(
          f'{path} is a safetensors file but not a packed one: its metadata '
          f'has no format {FORMAT!r}')
    if metadata.get('version') != VERSION:
      raise ValueError(
          f'{path} has version {metadata.get("version")!r} of the packed '
          f'format; this library reads version {VERSION!r}')
    with _naming(path):
      self.entries = index.of_json(
          parts.unframe(self._bytes(_INDEX), _MAX_INDEX))
      self._check_tensors()
      self._check_size(max_bytes)

  def _bytes(self, name: str) -> bytes:
    """The bytes of a tensor of the file.

    Raises:
      ValueError: if there is none of that name or it is not bytes.
    """
    if name not in self._tensors.keys():
      raise ValueError(f'it has no tensor {name!r}')
    array = self._tensors.get_tensor(name)
    if array.dtype != np.uint8 or array.ndim != 1:
      raise ValueError(f'its tensor {name!r} is not bytes')
    return array.tobytes()

  def _check_tensors(self) -> None:
    """Raises a ValueError unless the tensors are those of the index."""
    there = set(self._tensors.keys())
    expected = {entry.name + _PACKED for entry in self.entries
                if entry.num_bytes} | {_INDEX}
    for problem, names in (('has no tensor', expected - there),
                           ('has a tensor beyond its index:',
                            there - expected)):
      if names:
        raise ValueError(f'it {problem} {min(names)!r}')

  def _check_size(self, max_bytes: int) -> None:
    """Raises a ValueError if the weights take more memory than allowed."""
    total = sum(entry.size * dtypes.size_of(entry.dtype)
                for entry in self.entries)
    if total > max_bytes:
      raise ValueError(f'its weights take {total:,} bytes of memory; at most '
                       f'{max_bytes:,} are allowed, see `max_bytes`')

  def read(self, entry: index.Entry) -> np.ndarray:
    """Returns a weight.

    Raises:
      ValueError: if its bytes are damaged; file and weight are named.
    """
    with _naming(f'{self._path}: weight {entry.name!r}'):
      return weight_lib.decode(
          entry,
          self._bytes(entry.name + _PACKED) if entry.num_bytes else b'')


@contextlib.contextmanager
def _naming(what: str) -> Iterator[None]:
  """Puts what is read before the message of a ValueError."""
  try:
    yield
  except ValueError as e:
    raise ValueError(f'{what} cannot be read: {e}') from e


@contextlib.contextmanager
def reading(path: str, max_bytes: int = MAX_BYTES) -> Iterator[PackedFile]:
  """Opens a packed file.

  Args:
    path: the file.
    max_bytes: how much memory the weights may take together.

  Yields:
    The `PackedFile`.

  Raises:
    ImportError: if safetensors or zstandard is not installed.
    ValueError: if the file is missing, not a packed one, or damaged.
  """
  try:
    import safetensors
  except ImportError as e:
    raise ImportError(
        'Packed files need the package `safetensors`. Install it with '
        '`pip install model-pruning[packed]`.') from e
  if not os.path.isfile(path):
    raise ValueError(f'{path} is not a file')
  # safetensors says of a file that may not be read that it is not there.
  with open(path, 'rb'):
    pass
  try:
    tensors = safetensors.safe_open(path, framework='numpy')
  except (OSError, safetensors.SafetensorError) as e:
    raise ValueError(f'{path} is not a safetensors file, or it is damaged: '
                     f'{e}') from e
  with tensors as opened:
    yield PackedFile(path, opened, max_bytes)
