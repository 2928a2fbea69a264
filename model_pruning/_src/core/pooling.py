# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What is ranked: the entries of a weight, or blocks of them."""

from __future__ import annotations

from typing import Any, Optional, Sequence

import numpy as np
import tensorflow as tf

from model_pruning._src.core import selection
from model_pruning._src.spec import weight_rule


class _Entries:
  """Every entry is an item of its own."""

  item_size = 1
  sizes = None

  def __init__(self, structure: Any, shape: Sequence[int]):
    del structure
    self._shape = list(shape)
    self.num_items = int(np.prod(self._shape, dtype=np.int64))

  def pool(self, saliency: tf.Tensor) -> tf.Tensor:
    return tf.reshape(saliency, [-1])

  def spread(self, kept: tf.Tensor) -> tf.Tensor:
    return tf.reshape(kept, self._shape)


class _Blocks:
  """Blocks of height x width of the matrix view are kept or pruned whole.

  A block that sticks out of the matrix counts its real entries only, in its
  mean as in the number of entries kept.
  """

  def __init__(self, structure: weight_rule.Block, shape: Sequence[int]):
    self._shape = list(shape)
    self._rows, self._columns = weight_rule.matrix_shape(shape)
    self._height, self._width = structure.height, structure.width
    self._pooling = structure.pooling
    self._block_rows = -(-self._rows // self._height)
    self._block_columns = -(-self._columns // self._width)
    self.num_items = self._block_rows * self._block_columns
    self.item_size = self._height * self._width
    sizes = np.outer(
        part_lengths(self._rows, self._height),
        part_lengths(self._columns, self._width)).reshape(-1)
    self.sizes = None if np.all(sizes == self.item_size) else sizes

  def pool(self, saliency: tf.Tensor) -> tf.Tensor:
    return {'AVG': self._mean, 'MAX': self._maximum}[self._pooling](saliency)

  def spread(self, kept: tf.Tensor) -> tf.Tensor:
    kept = tf.reshape(kept, [self._block_rows, 1, self._block_columns, 1])
    kept = tf.tile(kept, [1, self._height, 1, self._width])
    kept = tf.reshape(kept, [self._block_rows * self._height,
                             self._block_columns * self._width])
    return tf.reshape(kept[:self._rows, :self._columns], self._shape)

  def _split(self, entries: tf.Tensor) -> tf.Tensor:
    """[rows, columns] as [block rows, height, block columns, width]."""
    entries = tf.reshape(entries, [self._rows, self._columns])
    entries = tf.pad(entries, [
        [0, self._block_rows * self._height - self._rows],
        [0, self._block_columns * self._width - self._columns]])
    return tf.reshape(entries, [self._block_rows, self._height,
                                self._block_columns, self._width])

  def _maximum(self, saliency: tf.Tensor) -> tf.Tensor:
    # Of keys: what the maximum of a NaN is differs between kernels.
    keys = selection.ordered_keys(saliency)
    largest = tf.reduce_max(
        self._split(keys.with_equal_nans()), axis=[1, 3])
    return tf.reshape(selection.scores_of(largest, keys.dtype), [-1])

  def _mean(self, saliency: tf.Tensor) -> tf.Tensor:
    total = self._split(selection.exact_float64(saliency))
    total = tf.reshape(_tree_sum(_tree_sum(total, axis=1), axis=3), [-1])
    sizes = np.float64(self.item_size if self.sizes is None else self.sizes)
    # The maximum is `sizes`, since no total is negative. It is there because
    # XLA turns a division by constants into a product with their rounded
    # inverses, and then blocks of equal mean are not equal any more.
    return total / tf.maximum(sizes, -total)


def part_lengths(length: int, part: int) -> np.ndarray:
  """`length` cut in pieces of `part`, the last one with what is left."""
  starts = np.arange(0, length, part)
  return np.minimum(part, length - starts)


def _tree_sum(x: tf.Tensor, axis: int) -> tf.Tensor:
  """Sum over `axis`, which stays with length 1, in one order everywhere.

  A reduction adds in an order of its kernel's own, which would make near
  ties fall differently on another device or version.
  """
  length = x.shape.as_list()[axis]
  padded = 1 << (length - 1).bit_length()
  x = tf.pad(x, [[0, padded - length if i == axis else 0]
                 for i in range(x.shape.rank)])
  while padded > 1:
    padded //= 2
    first, second = tf.split(x, 2, axis=axis)
    x = first + second
  return x


_RANKINGS = {
    weight_rule.Unstructured: _Entries,
    weight_rule.Block: _Blocks,
}


def item_sizes(items: Sequence[Any]) -> Optional[np.ndarray]:
  """How many entries each item has, or None if all have the same number."""
  item_size = max(item.item_size for item in items)
  if all(item.sizes is None and item.item_size == item_size
         for item in items):
    return None
  return np.concatenate([
      np.full(item.num_items, item.item_size)
      if item.sizes is None else item.sizes for item in items])


def items_of(structure: Any, shape: tf.TensorShape) -> Any:
  """What of a weight is ranked.

  Args:
    structure: `weight_rule.Unstructured` or `weight_rule.Block`.
    shape: static shape of the weight.

  Returns:
    Its items: `num_items` of them, of `item_size` entries or, if they differ,
    of `sizes` entries; `pool` makes one score an item of a saliency, `spread`
    a mask of the kept items.

  Raises:
    ValueError: if the shape is not known.
    TypeError: if items of such a structure cannot be ranked.
  """
  if not shape.is_fully_defined():
    raise ValueError('Argument `saliencies` must have static shapes. '
                     f'Received: shape={shape}')
  if type(structure) not in _RANKINGS:
    raise TypeError(
        'Argument `structures` must hold instances of '
        f'{[kind.__name__ for kind in _RANKINGS]}. Received: {structure!r}')
  dims = shape.as_list()
  kind = _Entries if 0 in dims else _RANKINGS[type(structure)]
  return kind(structure, dims)
