# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""From saliencies to masks.

A mask is a bool tensor of its weight's shape, true where the weight is kept.
`ranked_masks` ranks the entries, or blocks of entries, of one or several
weights in one list; `n_of_m_mask` ranks inside small groups of one weight.
"""

from __future__ import annotations

from typing import Any, List, NamedTuple, Optional, Sequence

import numpy as np
import tensorflow as tf

from model_pruning import bounds as bounds_lib
from model_pruning import compat
from model_pruning import selection
from model_pruning import weight_rule


class Masks(NamedTuple):
  """New masks of weights that are ranked together.

  Attributes:
    masks: one bool tensor a weight, of its shape.
    threshold: float scalar, the smallest saliency kept (of a block: pooled).
  """

  masks: List[tf.Tensor]
  threshold: tf.Tensor


def num_kept(num_items: int, sparsity: Any) -> tf.Tensor:
  """``max(n - round_half_up(n * sparsity), 1)``, or 0 of no items.

  Args:
    num_items: n.
    sparsity: share to prune, float64 scalar in [0, 1] (a Python float is one).

  Returns:
    int64 scalar.
  """
  return _num_kept_of_sizes(num_items, 1, sparsity)


def _num_kept_of_sizes(total: Any, item_size: Any,
                       sparsity: Any) -> tf.Tensor:
  """How much of `total` to keep, where items of `item_size` come whole.

  It is where ``total * (1 - sparsity)`` less half an item is passed, so that
  what is kept is as near to the wanted share as whole items allow.
  """
  if not tf.is_tensor(sparsity):
    sparsity = np.float64(sparsity)  # `tf.cast` makes float32 of a float first.
  # round_half_up(x) is (floor(2x) + 1) // 2: a product and integers, which
  # no compiler fuses. float64: float32 is wrong above 2**24 entries.
  twice_pruned = tf.cast(
      2.0 * total * tf.cast(sparsity, tf.float64), tf.int64)
  keep = (2 * total - item_size + 1 - twice_pruned) // 2
  return tf.minimum(tf.maximum(keep, 1), total)


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
        _part_lengths(self._rows, self._height),
        _part_lengths(self._columns, self._width)).reshape(-1)
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


def _part_lengths(length: int, part: int) -> np.ndarray:
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


def ranked_masks(saliencies: Sequence[tf.Tensor],
                 structures: Sequence[Any],
                 sparsity: Any,
                 bounds: bounds_lib.Bounds = bounds_lib.NO_BOUNDS) -> Masks:
  """Masks of weights whose items are ranked in one list.

  Of n items, ``max(n - round_half_up(n * sparsity), 1)`` of the largest
  saliency are kept, ties going to the earlier weight and the lower index. If
  items differ in size, items are kept until their entries are as near to that
  share of all entries as whole items allow.

  >>> masks = ranked_masks([tf.constant([[4., 3.], [2., 1.]])],
  ...                      [weight_rule.Unstructured()], 0.5).masks
  >>> masks[0].numpy().tolist()
  [[True, True], [False, False]]

  Args:
    saliencies: one tensor a weight, of its shape, static; no negative entry;
      NaN is larger than anything.
    structures: `weight_rule.Unstructured` or `weight_rule.Block`, one a weight.
    sparsity: float64 scalar in [0, 1], the share of entries to prune.
    bounds: of each weight, if there are several: of its n items it keeps
      between ``num_kept(n, max(max_sparsity, sparsity))`` and
      ``num_kept(n, min(min_sparsity, sparsity))``. The total goes first if
      these, rounded, add up to more or less than it.

  Returns:
    The masks and the threshold they share: the smallest saliency kept in any.

  Raises:
    ValueError: if a shape is not known, or weights with bounds have items of
      different sizes.
    TypeError: if a saliency is not of a floating dtype, or a structure cannot
      be ranked.
  """
  rankings = [_ranking(structure, saliency.shape)
              for saliency, structure in zip(saliencies, structures)]
  counts = [ranking.num_items for ranking in rankings]
  if not sum(counts):
    return Masks([tf.zeros(saliency.shape, tf.bool)
                  for saliency in saliencies], tf.zeros([], tf.float32))
  scores = [ranking.pool(saliency)
            for ranking, saliency in zip(rankings, saliencies)]
  keys = selection.ordered_keys(_concat(scores))
  sizes = _item_sizes(rankings)
  if sizes is None:
    keep = num_kept(sum(counts), sparsity)
  else:
    item_size = max(ranking.item_size for ranking in rankings)
    keep = _num_kept_of_sizes(int(sizes.sum()), item_size, sparsity)
    sizes = tf.constant(sizes, tf.int32)
  if bounds.is_active and len(rankings) > 1:
    check_bounds([saliency.shape for saliency in saliencies], structures)
    least, greatest = bounds.at(sparsity)
    kept, smallest = bounds_lib.select_largest(
        keys, counts, keep, at_least=_num_kept_of_each(counts, greatest),
        at_most=_num_kept_of_each(counts, least))
  else:
    kept, smallest = selection.select_largest(keys, keep, sizes)
  parts = tf.split(kept, counts)
  return Masks(
      [ranking.spread(part) for ranking, part in zip(rankings, parts)],
      selection.scores_of(smallest, keys.dtype))


def _num_kept_of_each(counts: Sequence[int],
                      sparsity: Optional[Any]) -> Optional[List[tf.Tensor]]:
  if sparsity is None:
    return None
  return [num_kept(count, sparsity) for count in counts]


def check_bounds(shapes: Sequence[Any], structures: Sequence[Any],
                 names: Sequence[str] = ()) -> None:
  """Raises if weights that share a ranking cannot have bounds.

  A number of items is a share of the entries only where all items are of one
  size.

  Args:
    shapes: of the weights, static.
    structures: as for `ranked_masks`.
    names: of the weights, for the message.

  Raises:
    ValueError: if their items differ in size.
  """
  rankings = [_ranking(structure, tf.TensorShape(shape))
              for structure, shape in zip(structures, shapes)]
  if _item_sizes(rankings) is not None:
    names = names or [f'weight {i}' for i in range(len(rankings))]
    received = ', '.join(
        f'{name} {tuple(tf.TensorShape(shape).as_list())}: {structure}'
        for name, shape, structure in zip(names, shapes, structures))
    raise ValueError(
        'Arguments `min_weight_sparsity` and `max_weight_sparsity` must be '
        'left out unless weights of one ranking have blocks of one size that '
        f'fill them. Received: {received}')


def _item_sizes(rankings: Sequence[Any]) -> Optional[np.ndarray]:
  """How many entries each item has, or None if all have the same number."""
  item_size = max(ranking.item_size for ranking in rankings)
  if all(ranking.sizes is None and ranking.item_size == item_size
         for ranking in rankings):
    return None
  return np.concatenate([
      np.full(ranking.num_items, ranking.item_size)
      if ranking.sizes is None else ranking.sizes for ranking in rankings])


def _ranking(structure: Any, shape: tf.TensorShape) -> Any:
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


def _concat(scores: List[tf.Tensor]) -> tf.Tensor:
  """One list of scores, in a dtype that holds each of them exactly."""
  if len(scores) == 1:
    return scores[0]
  if len({score.dtype for score in scores}) > 1:
    scores = [selection.exact_float64(score) for score in scores]
  return tf.concat(scores, axis=0)


def n_of_m_mask(saliency: tf.Tensor, group_size: int,
                sparsity: Any) -> Masks:
  """Mask that prunes the same number in every group along the inputs.

  The groups are `group_size` neighbours along the input channels: the last
  dimension but one ([..., in, out]), or the only one. A group of m entries
  keeps ``max(m - round_half_up(m * sparsity), 1)``; the last group of a row
  may be shorter.

  >>> saliency = tf.constant([[1.], [4.], [3.], [2.]])
  >>> n_of_m_mask(saliency, 4, 0.5).masks[0].numpy().ravel().tolist()
  [False, True, True, False]

  Args:
    saliency: tensor of static shape, no negative entry.
    group_size: entries in a group, at least 2.
    sparsity: float64 scalar in [0, 1].

  Returns:
    The mask, and the smallest saliency kept anywhere.
  """
  shape = saliency.shape.as_list()
  num_entries = saliency.shape.num_elements()
  num_inputs, inner = shape[-2:] if len(shape) > 1 else (num_entries, 1)
  if not num_entries:
    return Masks([tf.zeros(shape, tf.bool)], tf.zeros([], tf.float32))
  keys = selection.ordered_keys(saliency)
  num_groups = -(-num_inputs // group_size)
  values = tf.reshape(keys.with_equal_nans(), [-1, num_inputs, inner])
  # Padding is below every key, so it takes the last ranks.
  values = tf.pad(
      values, [[0, 0], [0, num_groups * group_size - num_inputs], [0, 0]],
      constant_values=-1)
  values = tf.reshape(values, [-1, num_groups, group_size, inner])
  rank = tf.zeros_like(values, tf.int32)
  place = tf.reshape(tf.range(group_size), [1, 1, -1, 1])
  for i in range(group_size):
    other = values[:, :, i:i + 1]
    before = (other > values) | (tf.equal(other, values) & (place > i))
    rank += tf.cast(before, tf.int32)
  keep = tf.stack([num_kept(int(length), sparsity)
                   for length in _part_lengths(num_inputs, group_size)])
  kept = rank < tf.reshape(tf.cast(keep, tf.int32), [1, -1, 1, 1])
  kept = tf.reshape(kept, [-1, num_groups * group_size, inner])
  kept = tf.reshape(kept[:, :num_inputs], shape)
  pruned_key = tf.fill(shape, keys.values.dtype.max)
  smallest = tf.reduce_min(compat.where(kept, keys.values, pruned_key))
  return Masks([kept], selection.scores_of(smallest, keys.dtype))


def masks_of(saliencies: Sequence[tf.Tensor], structures: Sequence[Any],
             sparsity: Any,
             bounds: bounds_lib.Bounds = bounds_lib.NO_BOUNDS) -> Masks:
  """Masks of one weight, or of several that share a ranking.

  Args:
    saliencies: as for `ranked_masks`.
    structures: one of the structures of `weight_rule` for each.
    sparsity: float64 scalar in [0, 1].
    bounds: as for `ranked_masks`.

  Returns:
    The masks and their threshold.
  """
  if len(structures) == 1 and isinstance(structures[0], weight_rule.NOfM):
    return n_of_m_mask(saliencies[0], structures[0].size, sparsity)
  return ranked_masks(saliencies, structures, sparsity, bounds)


class Budget(NamedTuple):
  """What is known of the number of false entries before the ranking is.

  Of `total`, what `num_kept` leaves is pruned `times` over, less `slack`.
  """

  total: int
  item_size: int
  times: int
  slack: int


def budget(shapes: Sequence[tf.TensorShape],
           structures: Sequence[Any]) -> Budget:
  """The budget of one weight, or of several that share a ranking.

  Args:
    shapes: of the weights, static.
    structures: as for `masks_of`.
  """
  if len(structures) == 1 and isinstance(structures[0], weight_rule.NOfM):
    dims = shapes[0].as_list()
    num_inputs = dims[-2] if len(dims) > 1 else dims[0]
    size = min(structures[0].size, num_inputs)
    num_groups = (num_inputs // max(size, 1)) * (
        shapes[0].num_elements() // max(num_inputs, 1))
    return Budget(size, 1, num_groups, 0)
  rankings = [_ranking(structure, shape)
              for structure, shape in zip(structures, shapes)]
  item_size = max(ranking.item_size for ranking in rankings)
  sizes = _item_sizes(rankings)
  if sizes is None:
    num_items = sum(ranking.num_items for ranking in rankings)
    return Budget(num_items, 1, item_size, 0)
  # The last item that is kept may reach over what is to be kept.
  return Budget(int(sizes.sum()), item_size, 1, item_size)


def min_num_pruned(budgets: Sequence[Budget], sparsity: Any) -> tf.Tensor:
  """How many entries masks prune at least.

  It is the exact number, unless blocks or groups of different sizes are
  ranked together.

  Args:
    budgets: one a ranking.
    sparsity: float64 scalar in [0, 1].

  Returns:
    int64 tensor, one number a ranking.
  """
  total, item_size, times, slack = np.array(budgets, np.int64).T
  kept = _num_kept_of_sizes(total, item_size, sparsity)
  return tf.maximum((total - kept) * times - slack, 0)
