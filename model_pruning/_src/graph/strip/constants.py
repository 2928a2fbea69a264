# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reads the value of a constant of a GraphDef, which may be damaged."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from model_pruning._src.files import errors

# What a constant takes in memory at most. One number can stand for all of a
# shape, so that a small file may ask for any amount.
_MOST_BYTES = 2**31


def value_of(node: Any) -> np.ndarray:
  """Returns the value of a NodeDef that is a Const.

  Raises:
    FileError: The value does not have the type and the shape that it names.
  """
  try:
    tensor = node.attr['value'].tensor
    num_bytes = tf.as_dtype(tensor.dtype).size
    for dim in tensor.tensor_shape.dim:
      num_bytes *= dim.size
    if not 0 <= num_bytes <= _MOST_BYTES:
      raise ValueError(f'its shape asks for {num_bytes} bytes')
    return tf.make_ndarray(tensor)
  except Exception as error:  # Of any type: it may be damaged in any way.
    raise errors.FileError(
        f'The constant {node.name!r} of the graph cannot be read: '
        f'{errors.reason(error)}') from error
