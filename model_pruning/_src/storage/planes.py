# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Values of kept entries as byte planes: all first bytes, all second ones, ...

The exponents of weights are much alike and their mantissas are not. The bits
of a float are rotated left by one, so that the sign leaves the top and the
exponent fills the top byte (of float16 five of its bits, of float64 eight of
eleven). Each plane is then stored in the form that takes the fewest bytes.
"""

from __future__ import annotations

from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from model_pruning._src.storage import parts

# So many bytes of a plane are looked at first.
_SAMPLE = 4096
# A plane of so few different bytes is stored as their numbers, of so many bits.
_PALETTE_BITS = {1: 0, 2: 1, 4: 2, 16: 4}


class Plane(NamedTuple):
  """How a plane is stored; the index of the file has these fields as a list.

  Attributes:
    codec: 'raw' or 'zstd'.
    num_bytes: how many bytes are stored.
    palette: the different bytes of the plane, of which then the numbers are
      stored: none of them for one byte, 1, 2 or 4 bits each for up to 2, 4 or
      16 bytes. None if the bytes themselves are stored.
  """

  codec: str
  num_bytes: int
  palette: Optional[Sequence[int]]


def split(values: np.ndarray, rotate: bool) -> List[np.ndarray]:
  """Returns the byte planes of values, the lowest bytes first.

  Args:
    values: unsigned integers of 1, 2, 4 or 8 bytes, one-dimensional.
    rotate: whether to rotate the bits left by one, as for floats.
  """
  width = values.dtype.itemsize
  if rotate:
    top = values.dtype.type(8 * width - 1)
    values = (values << values.dtype.type(1)) | (values >> top)
  matrix = values.astype(values.dtype.newbyteorder('<'), copy=False)
  matrix = np.ascontiguousarray(matrix).view(np.uint8).reshape(-1, width)
  return [np.ascontiguousarray(matrix[:, i]) for i in range(width)]


def join(planes: Sequence[np.ndarray], rotate: bool) -> np.ndarray:
  """Returns the values of planes: what `split` was given."""
  width = len(planes)
  matrix = np.empty((planes[0].size, width), np.uint8)
  for i, plane in enumerate(planes):
    matrix[:, i] = plane
  values = matrix.view(f'<u{width}').reshape(-1)
  if rotate:
    low = values << values.dtype.type(8 * width - 1)
    values >>= values.dtype.type(1)
    values |= low
  return values


def encode(plane: np.ndarray) -> Tuple[Plane, bytes]:
  """Encodes one plane.

  Args:
    plane: a one-dimensional array of dtype uint8, not empty.

  Returns:
    How it is stored, and the stored bytes.
  """
  palette = _palette(plane)
  if palette is not None:
    plane = _pack_numbers(plane, palette)
  codec, stored = parts.compress(plane)
  numbers = None if palette is None else [int(byte) for byte in palette]
  return Plane(codec, len(stored), numbers), stored


def _palette(plane: np.ndarray) -> Optional[np.ndarray]:
  """The different bytes of a plane, None if they are too many.

  The most frequent byte comes first: zstd likes many zero bits.
  """
  # Planes of mantissas are told apart without counting them whole.
  if _bits(np.unique(plane[:_SAMPLE]).size) is None:
    return None
  counts = np.bincount(plane, minlength=256)
  different = np.flatnonzero(counts)
  if _bits(different.size) is None:
    return None
  return different[np.argsort(-counts[different], kind='stable')]


def decode(how: Plane, stored: bytes, num_values: int) -> np.ndarray:
  """Returns the plane that `encode` was given.

  Args:
    how: how it is stored.
    stored: the stored bytes.
    num_values: how many bytes the plane has.

  Raises:
    ValueError: if the bytes are not a plane of so many values.
  """
  if how.palette is None:
    return parts.decompress(how.codec, stored, num_values)
  palette = np.array(how.palette, np.uint8)
  bits = _bits(palette.size)
  if bits is None or not palette.size:
    raise ValueError(f'a palette has {palette.size} bytes, not 1 to 16')
  size = -(-num_values * bits // 8)
  packed = parts.decompress(how.codec, stored, size)
  return _unpack_numbers(packed, palette, bits, num_values)


def is_plane(fields: Any) -> bool:
  """Whether what an index says can be the fields of a `Plane`."""
  if not isinstance(fields, list) or len(fields) != 3:
    return False
  codec, num_bytes, palette = fields
  return (isinstance(codec, str) and type(num_bytes) is int and num_bytes >= 0
          and (palette is None or isinstance(palette, list) and all(
              type(byte) is int and 0 <= byte < 256 for byte in palette)))


def _bits(num_different: int) -> Optional[int]:
  """How many bits number so many bytes; None if they are too many."""
  for most, bits in _PALETTE_BITS.items():
    if num_different <= most:
      return bits
  return None


def _pack_numbers(plane: np.ndarray, palette: np.ndarray) -> np.ndarray:
  """The numbers of bytes in a palette, several to a byte, low bits first."""
  bits = _bits(palette.size)
  if not bits:
    return np.zeros(0, np.uint8)
  number_of = np.zeros(256, np.uint8)
  number_of[palette] = np.arange(palette.size)
  each = 8 // bits
  numbers = np.zeros(-(-plane.size // each) * each, np.uint8)
  numbers[:plane.size] = number_of[plane]
  numbers = numbers.reshape(-1, each)
  packed = numbers[:, 0].copy()
  for i in range(1, each):
    packed |= numbers[:, i] << np.uint8(i * bits)
  return packed


def _unpack_numbers(packed: np.ndarray, palette: np.ndarray, bits: int,
                    num_values: int) -> np.ndarray:
  """The bytes of a palette that packed numbers stand for.

  Raises:
    ValueError: if a number is beyond the palette.
  """
  if not bits:
    return np.full(num_values, palette[0], np.uint8)
  each = 8 // bits
  lowest = (1 << bits) - 1
  # What each of the 256 packed bytes stands for; a row is copied at once.
  numbers = (np.arange(256)[:, None] >> (bits * np.arange(each))) & lowest
  used = np.flatnonzero(np.bincount(packed, minlength=256))
  if used.size and numbers[used].max() >= palette.size:
    raise ValueError(f'a number is beyond a palette of {palette.size} bytes')
  table = np.append(palette, np.zeros(lowest + 1, np.uint8))[numbers]
  return table[packed].reshape(-1)[:num_values]
