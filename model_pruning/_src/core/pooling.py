# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Converts between the entries of a weight and the cells that are ranked.

`pool` turns the saliencies of the entries into one score per cell, and `spread`
turns the cells that are kept into the mask of the weight.
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
    padding: the value that fills up incomplete cells at the end of an axis.

  Returns:
    Tensor of the shape [count, size, count, size, ...]: for each axis, the
    number of cells along it and the length of a cell along it.
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
  """The inverse of `split`, without its padding, in the given `shape`."""
  entries = split_entries
  if not cells.is_even:
    entries = tf.reshape(entries, [
        count * size for count, size in zip(cells.counts, cells.sizes)])
    entries = entries[tuple(slice(length) for length in cells.lengths)]
  return tf.reshape(entries, shape)


def pool(saliency: tf.Tensor, cells: counts.Cells,
         pooling: Optional[str]) -> tf.Tensor:
  """Returns the score of each cell, shape [number of cells].

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
  """Returns the mask of a weight, given which of its cells are kept."""
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
  # Keys are compared and not saliencies: kernels differ in what the maximum of
  # a NaN and a number is.
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
  # The divisor equals `sizes`, since no total is negative. But it is no
  # constant: XLA would turn a division by a constant into a product with its
  # rounded inverse, and cells of equal mean would differ.
  return total / tf.maximum(sizes, -total)


def _tree_sum(x: tf.Tensor, axis: int) -> tf.Tensor:
  """Sums over `axis`, which is kept with length 1, in a fixed order.

  The order in which `reduce_sum` adds differs between kernels, so that near
  ties would fall differently on another device or version.
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
