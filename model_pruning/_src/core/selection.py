# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Exact selection of the k largest scores, without sorting if they are many.

Non-negative floats order like their bits read as integers, and the k-th
largest integer is found digit by digit, by radix selection: count how often
each value of the highest digit occurs, see for which value the k-th largest is
counted, and repeat with the next digit of the items that have this value.
float32 takes two passes. Among the items that equal the k-th largest, those
with the lowest indices are kept.

Everything here is integer arithmetic, so the result is the same bit for bit for
every TensorFlow version, device and thread count.
"""

from __future__ import annotations

from typing import NamedTuple, Optional, Tuple

import tensorflow as tf

from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.core import histogram

_BYTE_ITEMS = 240  # How many items a byte counts without overflow.
# Up to this number a sort takes 0.4 to 0.7 of the time of the histograms, and a
# fifth of their operations; above 8,192 items it takes more time.
_MOST_SORTED_ITEMS = 4096
_MAX_ITEMS = 2**31 - 1  # Counts are int32; float32 goes wrong above 2**24.


class Keys(NamedTuple):
  """Integers that order like the scores they stand for.

  Attributes:
    values: int32 or int64 tensor, at least 0, shape of the scores.
    num_bits: how many low bits of `values` may be set.
    nan: values from this one on are keys of NaNs, and count as equal.
    dtype: the floating dtype of the scores.
  """

  values: tf.Tensor
  num_bits: int
  nan: int
  dtype: tf.DType

  def with_equal_nans(self) -> tf.Tensor:
    """The values, with one and the same value for every NaN."""
    return tf.minimum(self.values, self.nan)


class Selection(NamedTuple):
  """The result of `select_largest`.

  Attributes:
    kept: bool tensor of shape [n], true where an item is kept.
    smallest_kept: scalar of the keys' dtype, the smallest key that is kept.
  """

  kept: tf.Tensor
  smallest_kept: tf.Tensor


# Floating dtype -> (integer dtype of the same width, number of bits below the
# sign, the bits of infinity). Larger bit patterns than infinity are all NaNs.
_LAYOUTS = {
    tf.float16: (tf.int16, 15, 0x7C00),
    tf.bfloat16: (tf.int16, 15, 0x7F80),
    tf.float32: (tf.int32, 31, 0x7F800000),
    tf.float64: (tf.int64, 63, 0x7FF0000000000000),
}


def ordered_keys(scores: tf.Tensor) -> Keys:
  """Keys of `scores`: a larger score has a larger key, NaN the largest.

  Args:
    scores: tensor without negative entries; float16, bfloat16, float32 or
      float64; any shape.

  Returns:
    Keys of the same shape.

  Raises:
    TypeError: if `scores` has another dtype.
  """
  if scores.dtype.base_dtype not in _LAYOUTS:
    raise TypeError(
        'Argument `scores` must be of one of the dtypes '
        f'{[dtype.name for dtype in _LAYOUTS]}. '
        f'Received: dtype={scores.dtype.name}')
  bits_dtype, num_bits, infinity = _LAYOUTS[scores.dtype.base_dtype]
  bits = tf.bitcast(scores, bits_dtype)
  if bits_dtype == tf.int16:
    bits = tf.cast(bits, tf.int32)
  return Keys(bits, num_bits, infinity + 1, scores.dtype.base_dtype)


def scores_of(values: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
  """The scores whose `ordered_keys` are `values`; NaN for every NaN."""
  bits_dtype = _LAYOUTS[dtype][0]
  return tf.bitcast(tf.cast(values, bits_dtype), dtype)


def exact_float64(scores: tf.Tensor) -> tf.Tensor:
  """`scores` as float64, denormals included.

  TensorFlow's threads treat denormal operands as zero, XLA's do not, and with a
  plain cast masks would differ between them. Denormal float32 (and bfloat16 and
  float16) keep their value; denormal float64 become 0.
  """
  if scores.dtype.base_dtype in (tf.float16, tf.bfloat16):
    # A float16 has no float32 denormals, and a bfloat16 is the upper half of
    # a float32: both casts move bits and compute nothing.
    scores = tf.cast(scores, tf.float32)
  keys = ordered_keys(scores).values
  if scores.dtype.base_dtype == tf.float64:
    is_denormal, exact = keys < 2**52, tf.zeros_like(scores)
  else:
    is_denormal = keys < 2**23
    exact = tf.cast(keys, tf.float64) * 2.0**-149
    scores = tf.cast(scores, tf.float64)
  return tf_compat.where(is_denormal, exact, scores)


def select_largest(keys: Keys, num_keep: tf.Tensor,
                   sizes: Optional[tf.Tensor] = None) -> Selection:
  """Keeps items, largest first, until `num_keep` is reached.

  Among items with equal keys the one with the lower index comes first.

  >>> keys = ordered_keys(tf.constant([3., 1., 2., 2.]))
  >>> select_largest(keys, 2).kept.numpy().tolist()
  [True, False, True, False]

  Args:
    keys: keys of n items, shape [n], n from 1 to 2**31 - 1.
    num_keep: integer scalar, from 1 to the sum of `sizes`. An item is kept if
      the sizes of the items before it add up to less than this.
    sizes: int32 tensor [n], the size of each item; by default 1 each.

  Returns:
    A `Selection`.

  Raises:
    ValueError: if n is unknown, 0, or too large.
  """
  num_items = keys.values.shape.num_elements()
  if not num_items or num_items > _MAX_ITEMS:
    raise ValueError(
        f'Argument `keys` must hold from 1 to {_MAX_ITEMS} items, their '
        f'number known. Received: {num_items}')
  num_keep = tf.cast(num_keep, tf.int32)
  if num_items <= _MOST_SORTED_ITEMS and not tf_compat.in_xla_context():
    return _select_by_sorting(keys.with_equal_nans(), num_keep, sizes)
  smallest, num_equal_keep, num_equal = _search(
      keys.values, keys.num_bits, num_keep, sizes)
  smallest_kept = tf.minimum(smallest, keys.nan)

  def first_of_equal() -> tf.Tensor:
    # If the k-th largest is a NaN, all NaNs are equal to it, and none larger.
    is_nan = smallest >= keys.nan
    greatest = tf_compat.where(is_nan, keys.values.dtype.max, smallest)
    larger = keys.values > greatest
    equal = (keys.values >= smallest_kept) & (keys.values <= greatest)
    return _with_first_of(
        larger, equal, tf_compat.where(is_nan, num_keep, num_equal_keep), sizes)

  kept = tf.compat.v1.cond(
      (num_equal_keep < num_equal) | (smallest >= keys.nan), first_of_equal,
      lambda: keys.values >= smallest)
  return Selection(kept, smallest_kept)


def _select_by_sorting(values: tf.Tensor, num_keep: tf.Tensor,
                       sizes: Optional[tf.Tensor]) -> Selection:
  """`select_largest` for few items; NaNs must have equal `values`."""
  num_items = values.shape.num_elements()
  # Among equal items, TopKV2 puts the one with the lower index first.
  ordered = tf.raw_ops.TopKV2(input=values, k=num_items)
  if sizes is not None:
    before = tf.cumsum(tf.gather(sizes, ordered.indices), exclusive=True)
    num_keep = _size_of(before < num_keep, None)
  return Selection(
      tf.tensor_scatter_nd_update(
          tf.zeros([num_items], tf.bool), tf.expand_dims(ordered.indices, 1),
          tf.range(num_items) < num_keep),
      tf.gather(ordered.values, num_keep - 1))


def num_true(mask: tf.Tensor) -> tf.Tensor:
  """The number of true entries of a bool tensor, int64 scalar.

  A cast to int32 and a sum would take four bytes of memory per entry, and
  twice the time. Here an int64 sum adds eight entries at once, one per byte,
  and no byte overflows.
  """
  num_items = mask.shape.num_elements()
  if (num_items is None or num_items < _BYTE_ITEMS * 8
      or tf_compat.in_xla_context()):
    return tf.reduce_sum(tf.cast(mask, tf.int64))
  items = tf.cast(tf.reshape(mask, [-1]), tf.uint8)
  num_lanes = num_items // (_BYTE_ITEMS * 8)
  num_packed = num_lanes * _BYTE_ITEMS * 8
  rest = tf.reduce_sum(tf.cast(items[num_packed:], tf.int64))
  sums = tf.reduce_sum(tf.bitcast(tf.reshape(
      items[:num_packed], [_BYTE_ITEMS, num_lanes, 8]), tf.int64), axis=0)
  return rest + tf.reduce_sum(tf.cast(tf.bitcast(sums, tf.uint8), tf.int64))


def _with_first_of(larger: tf.Tensor, equal: tf.Tensor, num_keep: tf.Tensor,
                   sizes: Optional[tf.Tensor]) -> tf.Tensor:
  """`larger`, and the first items of `equal` until sizes reach `num_keep`."""
  num_items = equal.shape.num_elements()
  if tf_compat.in_xla_context():
    # The first item has position n, the last one 1; items not equal have 0.
    position = tf_compat.where(
        equal, tf.range(num_items, 0, -1), tf.zeros([num_items], tf.int32))
    lowest, _, _ = _search(position, num_items.bit_length(), num_keep, sizes)
    return larger | (equal & (position >= lowest))
  # A list of indices is faster, as usually few items are equal. XLA cannot make
  # one, since its length is dynamic.
  indices = tf.raw_ops.Where(condition=equal)
  if sizes is not None:
    before = tf.cumsum(tf.gather(sizes, indices[:, 0]), exclusive=True)
    num_keep = _size_of(before < num_keep, None)
  return tf.tensor_scatter_nd_update(
      larger, indices[:num_keep], tf.fill([num_keep], True))


def _size_of(chosen: tf.Tensor, sizes: Optional[tf.Tensor]) -> tf.Tensor:
  """The sum of the sizes of the chosen items; each is 1 if `sizes` is None."""
  if sizes is None:
    return tf.reduce_sum(tf.cast(chosen, tf.int32))
  return tf.reduce_sum(tf_compat.where(chosen, sizes, tf.zeros_like(sizes)))


def _search(values: tf.Tensor, num_bits: int, num_keep: tf.Tensor,
            sizes: Optional[tf.Tensor]
            ) -> Tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
  """`histogram.search`, or another algorithm with its result under XLA."""
  # XLA has no fast histogram (and before TF 2.12 none at all).
  if tf_compat.in_xla_context():
    if sizes is None:
      return _search_by_packed_counts(values, num_bits, num_keep)
    return _search_by_bisection(values, num_bits, num_keep, sizes)
  return histogram.search(values, num_bits, num_keep, sizes)


def _search_by_packed_counts(values: tf.Tensor, num_bits: int,
                             num_keep: tf.Tensor
                             ) -> Tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
  """`_search` with two bits per pass: an int32 packs four one-byte counts.

  In code of XLA's CPU compiler, a pass that counts all four values of two bits
  takes as long as one that counts a single value, if it is one reduction. A
  byte counts up to 255, so that no more items are reduced at once.
  """
  num_items = values.shape.num_elements()
  # The zeros that pad the last row rank last.
  rows = tf.reshape(tf.pad(values, [[0, -num_items % _BYTE_ITEMS]]),
                    [-1, _BYTE_ITEMS])

  def set_next_bits(shift: tf.Tensor, prefix: tf.Tensor, num_keep: tf.Tensor
                    ) -> Tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    # A value that differs from `prefix` above these bits comes out as 4 or
    # more, and is not counted.
    digits = tf.bitwise.right_shift(
        tf.bitwise.bitwise_xor(rows, prefix), shift)
    shifts = 8 * tf.cast(tf.minimum(digits, 3), tf.int32)
    packed = tf.reduce_sum(tf_compat.where(
        digits < 4, tf.bitwise.left_shift(tf.ones_like(shifts), shifts),
        tf.zeros_like(shifts)), axis=1)
    counts = tf.stack([
        tf.reduce_sum(tf.bitwise.bitwise_and(
            tf.bitwise.right_shift(packed, 8 * digit), 255))
        for digit in range(4)])
    digit, num_keep, _ = histogram.largest_reaching(counts, num_keep)
    digit = tf.bitwise.left_shift(tf.cast(digit, values.dtype), shift)
    return shift - 2, prefix + digit, num_keep

  num_passes = -(-num_bits // 2)
  _, value, num_keep = tf.while_loop(
      lambda shift, *_: shift >= 0, set_next_bits,
      [tf.constant(2 * num_passes - 2, values.dtype),
       tf.zeros([], values.dtype), num_keep], maximum_iterations=num_passes)
  return value, num_keep, _size_of(tf.equal(values, value), None)


def _search_by_bisection(values: tf.Tensor, num_bits: int,
                         num_keep: tf.Tensor, sizes: Optional[tf.Tensor]
                         ) -> Tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
  """`_search` with one bit per pass, for items of different sizes."""
  def set_next_bit(bit: tf.Tensor,
                   prefix: tf.Tensor) -> Tuple[tf.Tensor, tf.Tensor]:
    larger = prefix + tf.bitwise.left_shift(tf.ones([], values.dtype), bit)
    is_set = _size_of(values >= larger, sizes) >= num_keep
    prefix = tf_compat.where(is_set, larger, prefix)
    return bit - 1, prefix

  _, value = tf.while_loop(
      lambda bit, _: bit >= 0, set_next_bit,
      [tf.constant(num_bits - 1, values.dtype), tf.zeros([], values.dtype)],
      maximum_iterations=num_bits)
  return (value, num_keep - _size_of(values > value, sizes),
          _size_of(tf.equal(values, value), sizes))
