# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks the files of a checkpoint before TensorFlow reads them.

TensorFlow believes what an index says. An impossible shape ends the process, a
pipe in the place of a file blocks it, and a shape that is too large takes all
memory. The index is a table of sorted keys, as LevelDB writes it.
"""

from __future__ import annotations

import struct
from typing import Any, Dict, Iterator, NamedTuple, Tuple

import tensorflow as tf

from model_pruning._src.compat import graph as graph_compat
from model_pruning._src.files import errors
from model_pruning._src.files import reading

_WHAT = 'the index of a checkpoint'
_MAGIC = 0xdb4775248b80fb57
_FOOTER_SIZE = 48
_TRAILER_SIZE = 5  # Of a block: how it is compressed, and a checksum.
_MOST_INDEX_BYTES = 1 << 30
# Tensors with a number of bytes per entry that is not fixed.
_OF_ANY_SIZE = (tf.string, tf.resource, tf.variant)


class _CompressedError(Exception):
  """A block is compressed, which TensorFlow can write and does not."""


class _Entry(NamedTuple):
  """What an index says of a tensor, or of a slice of one."""

  dtype: tf.DType
  shape: Tuple[int, ...]
  shard: int
  end: int  # Where it ends in its shard.
  size: int
  has_slices: bool

  @property
  def num_bytes(self) -> int:
    """How many bytes a tensor of its shape takes in memory."""
    total = self.dtype.size
    for size in self.shape:
      total *= size
    return total


def check(prefix: str) -> None:
  """Checks that TensorFlow can read the files of a checkpoint.

  Args:
    prefix: of the files, which are local. If there is no index, it is the one
      file of a checkpoint of the old format.

  Raises:
    FileError: A file is missing, or not as it must be.
  """
  path = prefix + '.index'
  if not tf.io.gfile.exists(path):
    reading.check_regular(prefix, 'a checkpoint')
    return
  content = reading.read_bytes(path, _WHAT, _MOST_INDEX_BYTES)
  with errors.reading(path, _WHAT):
    try:
      table = dict(_items(content))
    except _CompressedError:
      return  # Its checksums are all there is to go by.
    header = graph_compat.bundle_header(table.pop(b'', b''))
    entries = {key: _entry(key, value) for key, value in table.items()}
  num_shards = max(header.num_shards, 1)
  sizes: Dict[int, int] = {}
  for key, entry in entries.items():
    if not entry.has_slices:
      _check_place(path, key, entry, num_shards)
      sizes[entry.shard] = max(sizes.get(entry.shard, 0), entry.end)
  total = 0
  for shard, size in sorted(sizes.items()):
    name = f'{prefix}.data-{shard:05d}-of-{num_shards:05d}'
    real_size = reading.check_regular(name, 'the data of a checkpoint')
    if real_size < size:
      raise errors.unreadable(
          name, 'the data of a checkpoint',
          f'it has {real_size} bytes, and the index {path!r} names {size}')
    total += real_size
  for key, entry in entries.items():
    if entry.has_slices and entry.num_bytes > total:
      raise _wrong(path, key, f'has a shape {list(entry.shape)} that is larger '
                   'than all data')


def _check_place(path: str, key: bytes, entry: _Entry,
                 num_shards: int) -> None:
  if not 0 <= entry.shard < num_shards:
    raise _wrong(path, key, f'is in part {entry.shard} of {num_shards}')
  least = entry.num_bytes
  if entry.dtype in _OF_ANY_SIZE:
    # An entry of a string has its length, in a byte at least.
    least = entry.num_bytes // max(entry.dtype.size, 1)
  if entry.size < least or (
      entry.dtype not in _OF_ANY_SIZE and entry.size != least):
    raise _wrong(path, key, f'has {entry.size} bytes and the shape '
                 f'{list(entry.shape)} of {entry.dtype.name}')


def _wrong(path: str, key: bytes, why: str) -> errors.FileError:
  name = key[:200].decode(errors='replace')
  return errors.unreadable(path, _WHAT, f'the tensor {name!r} {why}')


def _entry(key: bytes, value: bytes) -> _Entry:
  """Parses an entry and checks its shape."""
  message = graph_compat.bundle_entry(value)
  shape = tuple(dim.size for dim in message.shape.dim)
  if min(shape, default=0) < 0 or message.shape.unknown_rank:
    raise ValueError(f'the tensor {key[:200]!r} has no size in each dimension')
  if message.offset < 0 or message.size < 0:
    raise ValueError(f'the tensor {key[:200]!r} has no place')
  entry = _Entry(tf.as_dtype(message.dtype), shape, message.shard_id,
                 message.offset + message.size, message.size,
                 bool(len(message.slices)))
  if entry.num_bytes >= 1 << 62 or len(shape) > 254:
    raise ValueError(f'the tensor {key[:200]!r} has a shape that is too large')
  return entry


def _items(content: bytes) -> Iterator[Tuple[bytes, bytes]]:
  """Yields the keys and values of a table."""
  if len(content) < _FOOTER_SIZE:
    raise ValueError('it is too short')
  if struct.unpack_from('<Q', content, len(content) - 8)[0] != _MAGIC:
    raise ValueError('it does not end as an index ends')
  _, position = _handle(content, len(content) - _FOOTER_SIZE)
  index, _ = _handle(content, position)
  for _, handle in _block(content, *index):
    place, _ = _handle(handle, 0)
    yield from _block(content, *place)


def _handle(content: bytes, position: int) -> Tuple[Tuple[int, int], int]:
  """Reads where a block is and how long; returns that and the next position."""
  offset, position = _varint(content, position)
  size, position = _varint(content, position)
  return (offset, size), position


def _block(content: bytes, offset: int,
           size: int) -> Iterator[Tuple[bytes, bytes]]:
  """Yields the keys and values of a block."""
  if offset + size + _TRAILER_SIZE > len(content) or size < 4:
    raise ValueError('a block is not within the file')
  if content[offset + size]:
    raise _CompressedError()
  block = content[offset:offset + size]
  num_restarts = struct.unpack_from('<I', block, size - 4)[0]
  end = size - 4 * (num_restarts + 1)
  position, key = 0, b''
  while position < end:
    num_shared, position = _varint(block, position)
    num_own, position = _varint(block, position)
    length, position = _varint(block, position)
    if num_shared > len(key) or position + num_own + length > end:
      raise ValueError('an entry is not within its block')
    key = key[:num_shared] + block[position:position + num_own]
    position += num_own
    yield key, block[position:position + length]
    position += length


def _varint(content: bytes, position: int) -> Tuple[int, int]:
  """Reads a number; returns it and the next position."""
  number = shift = 0
  while shift < 64:
    byte: Any = content[position]
    position += 1
    number |= (byte & 127) << shift
    if byte < 128:
      return number, position
    shift += 7
  raise ValueError('a number is too long')
