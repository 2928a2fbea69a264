# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The index of a packed file: what is known of each weight before it is read.

A file may come from a stranger, so everything that is read is checked before
anything is allocated.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from model_pruning._src.storage import dtypes
from model_pruning._src.storage import lossy
from model_pruning._src.storage import masks
from model_pruning._src.storage import planes as planes_lib

# NumPy has this limit as well.
_MAX_RANK = 32
_MAX_ENTRIES = 2**62


class Entry(NamedTuple):
  """One weight of a packed file.

  Attributes:
    name: its name.
    dtype: the name of its dtype.
    stored: the name of the dtype of the stored values; another one only if
      values were rounded.
    shape: its shape.
    num_kept: how many entries are stored; the others are +0.
    mask: 'all', 'none', 'bits' or 'gaps'.
    mask_codec: 'raw' or 'zstd'.
    mask_size: the bytes of the mask before compression.
    mask_bytes: the stored bytes of the mask.
    planes: the byte planes of the values, the lowest bytes first.
    num_scales: how many float32 scales follow, for int8 values.
    crc32: of all stored bytes of the weight.
  """

  name: str
  dtype: str
  stored: str
  shape: Tuple[int, ...]
  num_kept: int
  mask: str
  mask_codec: str
  mask_size: int
  mask_bytes: int
  planes: Tuple[planes_lib.Plane, ...]
  num_scales: int
  crc32: int

  @property
  def size(self) -> int:
    """How many entries it has."""
    size = 1
    for dim in self.shape:
      size *= dim
    return size

  @property
  def num_bytes(self) -> int:
    """How many bytes of the file are the weight's."""
    return (self.mask_bytes + sum(plane.num_bytes for plane in self.planes)
            + 4 * self.num_scales)


_NUMBERS = ('num_kept', 'mask_size', 'mask_bytes', 'num_scales', 'crc32')
_WORDS = ('name', 'dtype', 'stored', 'mask', 'mask_codec')


def to_json(entries: List[Entry]) -> bytes:
  """The index as JSON: a list of objects with the fields of `Entry`."""
  rows = [dict(entry._asdict(), shape=list(entry.shape),
               planes=[list(plane) for plane in entry.planes])
          for entry in entries]
  return json.dumps(rows, separators=(',', ':')).encode()


def of_json(text: bytes) -> List[Entry]:
  """Reads an index.

  Raises:
    ValueError: if it is not one; the weight is named.
  """
  try:
    rows = json.loads(text.decode())
  except (UnicodeDecodeError, RecursionError, ValueError) as e:
    raise ValueError(f'its index is not JSON: {e}') from e
  if not isinstance(rows, list):
    raise ValueError('its index is not a list')
  entries = []
  names = set()
  for i, row in enumerate(rows):
    entry = _entry(row)
    if entry is None:
      raise ValueError(f'entry {i} of its index is not that of a weight')
    if entry.name in names:
      raise ValueError(f'weight {entry.name!r} is there twice')
    names.add(entry.name)
    try:
      _check(entry)
    except ValueError as e:
      raise ValueError(f'weight {entry.name!r}: {e}') from e
    entries.append(entry)
  return entries


def _entry(row: Any) -> Optional[Entry]:
  """An entry if all fields have their types, else None."""
  if not isinstance(row, dict) or set(row) != set(Entry._fields):
    return None
  right = (
      all(isinstance(row[name], str) for name in _WORDS)
      and all(_is_count(row[name]) for name in _NUMBERS)
      and isinstance(row['shape'], list) and len(row['shape']) <= _MAX_RANK
      and all(_is_count(dim) for dim in row['shape'])
      and isinstance(row['planes'], list)
      and all(planes_lib.is_plane(plane) for plane in row['planes']))
  if not right:
    return None
  fields: Dict[str, Any] = dict(
      row, shape=tuple(row['shape']),
      planes=tuple(planes_lib.Plane(*plane) for plane in row['planes']))
  return Entry(**fields)


def _is_count(value: Any) -> bool:
  return type(value) is int and 0 <= value <= _MAX_ENTRIES


def _check(entry: Entry) -> None:
  """Raises a ValueError if the fields of an entry do not go together."""
  dtypes.size_of(entry.dtype)
  width = dtypes.size_of(entry.stored)
  if entry.stored != entry.dtype and not (
      entry.stored in lossy.DTYPES and dtypes.is_float(entry.dtype)):
    raise ValueError(f'values of dtype {entry.stored} stand for '
                     f'{entry.dtype}')
  if entry.size > _MAX_ENTRIES or entry.num_kept > entry.size:
    raise ValueError(f'it keeps {entry.num_kept} of {entry.size} entries')
  masks.check_size(entry.mask, entry.mask_size, entry.size)
  if len(entry.planes) != (width if entry.num_kept else 0):
    raise ValueError(f'it has {len(entry.planes)} byte planes')
  is_scaled = entry.stored == lossy.INT8 != entry.dtype
  if entry.num_scales != (entry.shape[-1] if is_scaled and entry.shape else 0):
    raise ValueError(f'it has {entry.num_scales} scales')
