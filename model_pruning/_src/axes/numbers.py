# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Arithmetic with the same bits for Python numbers, NumPy arrays and tensors.

TensorFlow is not imported here: a value can only be a tensor if somebody else
has imported it.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np


def is_tensor(value: Any) -> bool:
  """Whether `value` is a tensor of TensorFlow."""
  tensorflow: Any = sys.modules.get('tensorflow')
  # The module is there, and has no attributes, while it is being imported.
  return hasattr(tensorflow, 'is_tensor') and tensorflow.is_tensor(value)


def namespace(*values: Any) -> Any:
  """The module to compute with: TensorFlow if a value is a tensor, or NumPy."""
  if any(is_tensor(value) for value in values):
    return sys.modules['tensorflow']
  return np


def cast(value: Any, dtype: str, xp: Any) -> Any:
  """`value` as an array or a tensor of `dtype`, such as 'int64'.

  Args:
    value: a number, an array or a tensor.
    dtype: the name of a dtype.
    xp: what `namespace` returned.
  """
  if xp is np:
    return np.asarray(value, dtype)
  if not is_tensor(value):
    value = np.asarray(value)  # TensorFlow makes float32 of a Python float.
  return xp.cast(value, dtype)


def where(condition: Any, x: Any, y: Any) -> Any:
  """`x` where `condition` is true, else `y`; all three of one shape."""
  xp = namespace(condition)
  if xp is np:
    return np.where(condition, x, y)
  # Not `tf.where`, of which TensorFlow 1 and 2 each have another.
  return xp.raw_ops.Select(condition=condition, x=x, y=y)


def plain(value: Any) -> Any:
  """Makes Python numbers of NumPy results without dimensions."""
  if isinstance(value, (np.ndarray, np.generic)) and np.ndim(value) == 0:
    return value.item()
  return value
