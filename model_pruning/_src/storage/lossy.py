# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Fewer bits per value, on request: float16, bfloat16 or int8.

What is unpacked has the dtype that the weight had, and the rounded values.
"""

from __future__ import annotations

from typing import NamedTuple, Optional, Tuple

import numpy as np

from model_pruning._src.storage import dtypes

FLOAT16 = 'float16'
BFLOAT16 = 'bfloat16'
INT8 = 'int8'
DTYPES = (FLOAT16, BFLOAT16, INT8)
_MAX_INT8 = 127


class Stored(NamedTuple):
  """Values as they are stored.

  Attributes:
    dtype: the name of their dtype.
    bits: their bits as unsigned integers, one-dimensional.
    scales: for int8, what each value is multiplied by, float32: one for each
      index of the last axis. None for other dtypes.
  """

  dtype: str
  bits: np.ndarray
  scales: Optional[np.ndarray]


def check(dtype: Optional[str]) -> None:
  """Checks what a user asks for.

  Raises:
    ValueError: if it is none of the three, nor None.
  """
  if dtype is not None and dtype not in DTYPES:
    raise ValueError(f'dtype={dtype!r} cannot be stored; it is one of '
                     f'{", ".join(DTYPES)}, or None to keep every bit')


def convert(array: np.ndarray, dtype: Optional[str]) -> Stored:
  """Converts a weight where it is a float of more bits.

  Vectors and scalars keep their dtype when the others become int8: they are
  few bytes, and biases and statistics of normalizations bear it badly.

  Args:
    array: the weight.
    dtype: one of `DTYPES`, or None to keep every bit.

  Raises:
    ValueError: if a value is not finite in the new dtype.
  """
  name = dtypes.name_of(array)
  if (dtype is None or not dtypes.is_float(name)
      or array.dtype.itemsize <= dtypes.size_of(dtype)
      or dtype == INT8 and array.ndim < 2):
    return Stored(name, dtypes.bits_of(array), None)
  if dtype == INT8:
    return _to_int8(array)
  if dtype == BFLOAT16:
    return Stored(dtype, _to_bfloat16(array), None)
  with np.errstate(over='ignore'):
    small = array.astype(np.float16)
  _check_finite(array, small, dtype)
  return Stored(dtype, dtypes.bits_of(small), None)


def restore(stored: Stored, name: str, shape: Tuple[int, ...]) -> np.ndarray:
  """Returns the weight in the dtype that it had.

  Args:
    stored: its values as they are stored.
    name: the name of the dtype that it had.
    shape: its shape.
  """
  if stored.dtype == name:
    return dtypes.of_bits(stored.bits, name).reshape(shape)
  if stored.scales is not None:
    values = stored.bits.view(np.int8).reshape(shape).astype(np.float32)
    values *= stored.scales
  elif stored.dtype == BFLOAT16:
    values = (stored.bits.astype(np.uint32) << np.uint32(16)).view(np.float32)
  else:
    values = dtypes.of_bits(stored.bits, stored.dtype)
  return values.astype(dtypes.by_name(name)).reshape(shape)


def _to_int8(array: np.ndarray) -> Stored:
  """Values between -127 and 127, with a scale for each last index."""
  values = array.astype(np.float32)
  if not np.isfinite(values).all():
    raise ValueError('it has values that are not finite, which int8 cannot '
                     'store')
  largest = np.abs(values).max(
      axis=tuple(range(values.ndim - 1)), initial=np.float32(0))
  scales = np.where(largest > 0, largest / np.float32(_MAX_INT8),
                    np.float32(1)).astype(np.float32)
  # The smallest floats have no scale: they are stored as zeros.
  scales = np.maximum(scales, np.finfo(np.float32).tiny)
  values = np.clip(np.rint(values / scales), -_MAX_INT8, _MAX_INT8)
  return Stored(INT8, dtypes.bits_of(values.astype(np.int8)), scales)


def _to_bfloat16(array: np.ndarray) -> np.ndarray:
  """The upper halves of float32, rounded to nearest, ties to even.

  NumPy has no bfloat16; this needs no package that has it.
  """
  with np.errstate(over='ignore'):
    values = array.astype(np.float32)
  bits = dtypes.bits_of(values)
  half = np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
  rounded = ((bits + half) >> np.uint32(16)).astype(np.uint16)
  is_nan = np.isnan(values).reshape(-1)
  if is_nan.any():  # Rounding could make an infinity of it.
    rounded[is_nan] = (bits[is_nan] >> np.uint32(16)).astype(
        np.uint16) | np.uint16(0x40)
  wide = (rounded.astype(np.uint32) << np.uint32(16)).view(np.float32)
  _check_finite(array, wide.reshape(array.shape), BFLOAT16)
  return rounded


def _check_finite(array: np.ndarray, converted: np.ndarray,
                  dtype: str) -> None:
  """Raises a ValueError if a finite value is an infinity in the new dtype."""
  lost = np.isfinite(array) & ~np.isfinite(converted)
  if lost.any():
    value = np.asarray(array)[lost].flat[0]
    raise ValueError(f'its value {float(value):g} is beyond the range of '
                     f'{dtype}')
