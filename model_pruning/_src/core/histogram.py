# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The k-th largest of many integers, by histograms of their digits."""

from __future__ import annotations

from typing import Optional, Tuple

import tensorflow as tf

from model_pruning._src.compat import tensorflow as tf_compat

_DIGIT_BITS = 16
_ROW_COUNTS = 256  # The square root of the number of values of a digit.
# The digits of many items are computed and counted slice by slice, as all of
# them at once would take as much memory as the items. Smaller slices would save
# nothing: malloc returns a block of 32 MB or more to the system at once, and
# keeps smaller ones in its arenas.
_LEAST_SLICE_ITEMS = 2**23
_MOST_SLICES = 8
_ALIGNED_ITEMS = 64  # Slices at multiples of it are views.


def search(values: tf.Tensor, num_bits: int, num_keep: tf.Tensor,
           sizes: Optional[tf.Tensor]
           ) -> Tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
  """The value at which the sizes of the items, largest first, reach `num_keep`.

  Args:
    values: int32 or int64 tensor of shape [n], at least 0.
    num_bits: how many low bits of `values` may be set.
    num_keep: int32 scalar, from 1 to the sum of the sizes.
    sizes: int32 tensor [n], the size of each item; None: 1 each.

  Returns:
    That value; `num_keep` less the sizes of all larger items; the sum of the
    sizes of the items that equal the value.
  """
  prefix = tf.zeros([], values.dtype)
  shift = num_bits
  while shift > 0:
    digit_bits = min(_DIGIT_BITS, shift)
    shift -= digit_bits
    counts = _digit_counts(
        values, None if shift + digit_bits == num_bits else prefix, shift,
        digit_bits, sizes)
    digit, num_keep, num_equal = largest_reaching(counts, num_keep)
    prefix = prefix + tf.bitwise.left_shift(
        tf.cast(digit, values.dtype), tf.cast(shift, values.dtype))
  return prefix, num_keep, num_equal


def _digit_counts(values: tf.Tensor, prefix: Optional[tf.Tensor], shift: int,
                  digit_bits: int, sizes: Optional[tf.Tensor]) -> tf.Tensor:
  """The histogram of one digit of `values`, int32 [2**digit_bits].

  Args:
    values: integers, shape [n].
    prefix: integer scalar; only values with these bits above the digit count.
      None: the digit is the highest one, and all values count.
    shift: how many bits are below the digit.
    digit_bits: how many bits the digit has.
    sizes: int32 tensor [n], the size of each item; None: 1 each.
  """
  num_items = values.shape.num_elements()
  num_slices = min(max(num_items // _LEAST_SLICE_ITEMS, 1), _MOST_SLICES)
  length = -(-num_items // (num_slices * _ALIGNED_ITEMS)) * _ALIGNED_ITEMS
  counts: Optional[tf.Tensor] = None
  for start in range(0, num_items, length):
    # Each slice waits for the one before it: TensorFlow would otherwise run
    # them in parallel, and have the digits of all of them in memory.
    with tf_compat.control_dependencies([] if counts is None else [counts]):
      digits = _part(values, start, length)
      # A value that differs from `prefix` above this digit comes out too large
      # for `Bincount`, which ignores it. A mask would be one more pass over
      # memory, as every operation is.
      if prefix is not None:
        digits = tf.bitwise.bitwise_xor(digits, prefix)
      if shift > 0:
        digits = tf.bitwise.right_shift(digits, tf.cast(shift, values.dtype))
      if values.dtype != tf.int32:
        digits = tf.cast(tf.minimum(digits, 2**digit_bits), tf.int32)
      weights = (tf.zeros([0], tf.int32) if sizes is None
                 else _part(sizes, start, length))
      more = tf.raw_ops.Bincount(
          arr=digits, size=2**digit_bits, weights=weights)
    counts = more if counts is None else counts + more
  return counts


def _part(items: tf.Tensor, start: int, length: int) -> tf.Tensor:
  """`length` items from `start` on, fewer at the end of `items`."""
  num_items = items.shape.num_elements()
  if length >= num_items:
    return items
  return tf.slice(items, [start], [min(length, num_items - start)])


def largest_reaching(counts: tf.Tensor, num_keep: tf.Tensor
                     ) -> Tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
  """The largest index i for which ``sum(counts[i:])`` is at least `num_keep`.

  Returns:
    The index i; ``num_keep - sum(counts[i + 1:])``; ``counts[i]``.
  """
  num_counts = counts.shape.num_elements()
  if num_counts <= _ROW_COUNTS:
    at_least = tf.cumsum(counts, reverse=True)
    index = tf.reduce_sum(tf.cast(at_least >= num_keep, tf.int32)) - 1
    count = tf.gather(counts, index)
    return index, num_keep - (tf.gather(at_least, index) - count), count
  # The row is searched first, by the sums of rows: `cumsum` over all counts
  # runs on one thread, and takes longer than a pass over a small weight.
  rows = tf.reshape(counts, [-1, _ROW_COUNTS])
  row, num_keep, _ = largest_reaching(tf.reduce_sum(rows, axis=1), num_keep)
  index, num_keep, count = largest_reaching(tf.gather(rows, row), num_keep)
  return row * _ROW_COUNTS + index, num_keep, count
