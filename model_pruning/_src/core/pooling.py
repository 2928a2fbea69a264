# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Between the entries of a weight and the cells that are ranked.

`pool` makes one score per cell of the entries' saliencies, `spread` makes a
mask of the cells that are kept.
"""

from __future__ import annotations

from typing import List, Optional, Sequence

import numpy as np
import tensorflow as tf

from model_pruning._src.axes import counts
from model_pruning._src.core import selection


def split(entries: tf.Tensor, cells: counts.Cells,
          padding: int = 0) -> tf.Tensor:
  """Cuts a tensor into its cells.

  Args:
    entries: tensor with `cells.num_entries` entries.
    cells: how it is cut.
    padding: what fills up cells that are cut off.

  Returns:
    Tensor of the shape [count, size, count, size, ...], for each axis how many
    cells lie along it and how many entries of it a cell has.
  """
  entries = tf.reshape(entries, cells.lengths)
  if not cells.is_even:
    entries = tf.pad(entries, [
        [0, count * size - length] for count, size, length in zip(
            cells.counts, cells.sizes, cells.lengths)],
                     constant_values=padding)
  return tf.reshape(entries, [
      dim for pair in zip(cells.counts, cells.sizes) for dim in pair])


def join(split_entries: tf.Tensor, cells: counts.Cells,
         shape: Sequence[int]) -> tf.Tensor:
  """Puts what `split` has cut together again, in a shape of as many entries."""
  entries = split_entries
  if not cells.is_even:
    entries = tf.reshape(entries, [
        count * size for count, size in zip(cells.counts, cells.sizes)])
    entries = entries[tuple(slice(length) for length in cells.lengths)]
  return tf.reshape(entries, shape)


def pool(saliency: tf.Tensor, cells: counts.Cells,
         pooling: Optional[str]) -> tf.Tensor:
  """Returns the score of each cell, in a list.

  Args:
    saliency: floating tensor with no negative entry.
    cells: the cells, each of which stays or goes as a whole.
    pooling: 'AVG' or 'MAX', the mean or the largest of the entries; None where
      a cell is one entry.
  """
  if cells.cell_size == 1:
    return tf.reshape(saliency, [-1])
  return {'AVG': _mean, 'MAX': _maximum}[pooling or 'AVG'](saliency, cells)


def spread(kept: tf.Tensor, cells: counts.Cells,
           shape: Sequence[int]) -> tf.Tensor:
  """Returns the mask of a weight from a list of the cells that it keeps."""
  if cells.cell_size == 1:
    return tf.reshape(kept, shape)
  ones = [1] * len(cells.sizes)
  kept = tf.reshape(kept, [
      dim for pair in zip(cells.counts, ones) for dim in pair])
  kept = tf.tile(kept, [dim for pair in zip(ones, cells.sizes)
                        for dim in pair])
  return join(kept, cells, shape)


def _entry_axes(cells: counts.Cells) -> List[int]:
  """The axes of `split` along which the entries of a cell lie."""
  return [2 * i + 1 for i in range(len(cells.sizes))]


def _maximum(saliency: tf.Tensor, cells: counts.Cells) -> tf.Tensor:
  # Of keys: what the maximum of a NaN is differs between kernels.
  keys = selection.ordered_keys(saliency)
  largest = tf.reduce_max(split(keys.with_equal_nans(), cells),
                          axis=_entry_axes(cells))
  return tf.reshape(selection.scores_of(largest, keys.dtype), [-1])


def _mean(saliency: tf.Tensor, cells: counts.Cells) -> tf.Tensor:
  total = split(selection.exact_float64(saliency), cells)
  for axis in _entry_axes(cells):
    total = _tree_sum(total, axis)
  total = tf.reshape(total, [-1])
  sizes = np.float64(cells.cell_size)
  if not cells.is_even:
    sizes = cells.cell_sizes().reshape(-1).astype(np.float64)
  # The maximum is `sizes`, since no total is negative. It is there because XLA
  # turns a division by constants into a product with their rounded inverses,
  # and then cells of equal mean are not equal any more.
  return total / tf.maximum(sizes, -total)


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
