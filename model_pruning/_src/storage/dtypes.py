# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The dtypes that a packed file can have, by name."""

from __future__ import annotations

import numpy as np

# Name -> bytes of an entry.
_NUMPY = {
    'float16': 2, 'float32': 4, 'float64': 8, 'complex64': 8, 'bool': 1,
    'int8': 1, 'uint8': 1, 'int16': 2, 'uint16': 2, 'int32': 4, 'uint32': 4,
    'int64': 8, 'uint64': 8}
# NumPy knows these once `ml_dtypes` (or TensorFlow) is imported.
_ML_DTYPES = {
    'bfloat16': 2, 'float8_e4m3fn': 1, 'float8_e5m2': 1, 'int4': 1, 'uint4': 1}
_SIZES = {**_NUMPY, **_ML_DTYPES}
NAMES = tuple(_SIZES)
# They keep sign, exponent and mantissa in this order, from the top bit on.
_FLOATS = ('float16', 'bfloat16', 'float32', 'float64')


def name_of(array: np.ndarray) -> str:
  """Returns the name of the dtype of an array.

  Raises:
    TypeError: if a packed file cannot have that dtype.
  """
  name = array.dtype.name
  if name not in NAMES:
    raise TypeError(f'its dtype is {name}; packed files have '
                    f'{", ".join(NAMES)}')
  return name


def size_of(name: str) -> int:
  """Returns the bytes that an entry of a dtype takes.

  Raises:
    ValueError: if a packed file cannot have that dtype.
  """
  if name not in NAMES:
    raise ValueError(f'the dtype is {name!r}, not one of {", ".join(NAMES)}')
  return _SIZES[name]


def by_name(name: str) -> np.dtype:
  """Returns the NumPy dtype of a name.

  Raises:
    ImportError: if it needs `ml_dtypes`, which is not installed.
    ValueError: if a packed file cannot have that dtype.
  """
  size_of(name)
  try:
    return np.dtype(name)
  except TypeError:
    pass
  try:
    import ml_dtypes
  except ImportError as e:
    raise ImportError(f'Weights of dtype {name} need the package `ml_dtypes`. '
                      'Install it with `pip install ml_dtypes`.') from e
  return np.dtype(getattr(ml_dtypes, name))


def is_float(name: str) -> bool:
  """Whether it is one of the four floats that weights are trained in."""
  return name in _FLOATS


def is_rotated(name: str) -> bool:
  """Whether the bits of values are rotated before they are split in planes."""
  return name in _FLOATS


def bits_of(array: np.ndarray) -> np.ndarray:
  """Returns the entries' bits as unsigned integers, one-dimensional."""
  array = np.ascontiguousarray(array).reshape(-1)
  if array.dtype.kind in 'fciu' and not array.dtype.isnative:
    array = array.astype(array.dtype.newbyteorder('='))
  return array.view(f'u{array.dtype.itemsize}')


def of_bits(bits: np.ndarray, name: str) -> np.ndarray:
  """Returns the entries of a dtype that have these bits, one-dimensional."""
  return bits.astype(f'u{bits.dtype.itemsize}', copy=False).view(by_name(name))
