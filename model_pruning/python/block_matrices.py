# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Matrices of blocks: making them from one entry a block, and pooling them.

Pruning does not need these; programs written for the contrib library do.
"""

from __future__ import annotations

from typing import Optional, Sequence

import tensorflow as tf


def _matrix(name: str, value: tf.Tensor) -> tf.Tensor:
  value = tf.convert_to_tensor(value)
  if value.shape.rank != 2:
    raise ValueError(f'Argument `{name}` must be of rank 2. '
                     f'Received: shape={value.shape}')
  return value


def _pair(name: str, value: Sequence[int]) -> Sequence[int]:
  if len(value) != 2:
    raise ValueError(f'Argument `{name}` must have 2 elements. '
                     f'Received: {name}={value!r}')
  return [int(item) for item in value]


def kronecker_product(mat1: tf.Tensor, mat2: tf.Tensor) -> tf.Tensor:
  """The Kronecker product of two matrices.

  Args:
    mat1: [m, n].
    mat2: [p, q], of the same dtype.

  Returns:
    [m * p, n * q]: for each entry of `mat1` a block, `mat2` times the entry.
  """
  mat1, mat2 = _matrix('mat1', mat1), _matrix('mat2', mat2)
  (rows, columns), (height, width) = mat1.shape.as_list(), mat2.shape.as_list()
  blocks = (tf.reshape(mat1, [rows, 1, columns, 1])
            * tf.reshape(mat2, [1, height, 1, width]))
  return tf.reshape(blocks, [rows * height, columns * width])


def expand_tensor(tensor: tf.Tensor, block_dims: Sequence[int]) -> tf.Tensor:
  """Repeats each entry of a matrix as a block.

  >>> expand_tensor(tf.constant([[1, 2]]), [2, 2]).numpy().tolist()
  [[1, 1, 2, 2], [1, 1, 2, 2]]

  Args:
    tensor: [m, n], of any dtype.
    block_dims: height and width of a block.

  Returns:
    [m * height, n * width].
  """
  tensor = _matrix('tensor', tensor)
  height, width = _pair('block_dims', block_dims)
  rows, columns = tensor.shape.as_list()
  blocks = tf.tile(tf.reshape(tensor, [rows, 1, columns, 1]),
                   [1, height, 1, width])
  return tf.reshape(blocks, [rows * height, columns * width])


def factorized_pool(input_tensor: tf.Tensor, window_shape: Sequence[int],
                    pooling_type: str, strides: Sequence[int], padding: str,
                    name: Optional[str] = None) -> tf.Tensor:
  """Pools a matrix first along its columns, then along its rows.

  Args:
    input_tensor: [m, n].
    window_shape: height and width of the window.
    pooling_type: 'AVG' or 'MAX'.
    strides: of the window, down and across.
    padding: 'SAME' or 'VALID'. A mean leaves padding out; where windows stick
      out in both directions it is a mean of means.
    name: of the scope of the operations.

  Returns:
    The pooled matrix.
  """
  input_tensor = _matrix('input_tensor', input_tensor)
  window_shape = _pair('window_shape', window_shape)
  strides = _pair('strides', strides)
  with tf.compat.v1.name_scope(name, 'factorized_pool'):
    pooled = input_tensor[tf.newaxis, :, :, tf.newaxis]
    for window, stride in (([window_shape[0], 1], [strides[0], 1]),
                           ([1, window_shape[1]], [1, strides[1]])):
      pooled = tf.compat.v1.nn.pool(
          pooled, window_shape=window, pooling_type=pooling_type,
          padding=padding, strides=stride)
    return pooled[0, :, :, 0]
