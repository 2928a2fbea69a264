# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""From saliencies to masks.

A mask is a bool tensor of its weight's shape, true where the weight is kept.
The structures say what is ranked: the cells of one or several weights in one
list, or the entries inside of each cell.
"""

from __future__ import annotations

from typing import Any, List, NamedTuple, Optional, Sequence

import tensorflow as tf

from model_pruning._src.axes import counts
from model_pruning._src.axes import structures as structures_lib
from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.core import bounded_selection
from model_pruning._src.core import pooling
from model_pruning._src.core import selection
from model_pruning._src.core import sparsity_bounds


class Masks(NamedTuple):
  """New masks of weights that are ranked together.

  Attributes:
    masks: one bool tensor per weight, of its shape.
    threshold: float scalar, the smallest saliency that is kept; for blocks, the
      smallest pooled saliency.
  """

  masks: List[tf.Tensor]
  threshold: tf.Tensor


class Floor(NamedTuple):
  """A lower bound of the sparsity: what the current masks prune already.

  Attributes:
    masks: the current masks, bool tensors, one per weight.
    target: the largest sparsity that they can ask for, a float in [0, 1).
  """

  masks: Sequence[tf.Tensor]
  target: float


def masks_of(saliencies: Sequence[tf.Tensor],
             structures: Sequence[structures_lib.Structure],
             sparsity: Any,
             bounds: sparsity_bounds.Bounds = sparsity_bounds.NO_BOUNDS,
             floor: Optional[Floor] = None) -> Masks:
  """Masks of one weight, or of several that share a ranking.

  Of n items, ``max(n - round_half_up(n * sparsity), 1)`` of the largest
  saliency are kept, ties going to the earlier weight and the lower index. If
  items differ in size, items are kept until their entries are as near to that
  share of all entries as whole items allow. Where entries are ranked inside of
  cells, as in N:M sparsity, n is the number of entries of a cell.

  >>> masks = masks_of([tf.constant([[4., 3.], [2., 1.]])],
  ...                  [structures_lib.Unstructured()], 0.5).masks
  >>> masks[0].numpy().tolist()
  [[True, True], [False, False]]
  >>> saliency = tf.constant([[1.], [4.], [3.], [2.]])
  >>> masks = masks_of([saliency], [structures_lib.NOfM(4)], 0.5).masks
  >>> masks[0].numpy().ravel().tolist()
  [False, True, True, False]

  Args:
    saliencies: one tensor per weight, of its shape, which is static; no
      negative entry; NaN is larger than anything.
    structures: one per weight.
    sparsity: float64 scalar in [0, 1], the share of entries to prune.
    bounds: the bounds of each weight, if there are several; by default none. A
      weight keeps at least `counts.num_kept` of its items at the sparsity
      ``max(max_sparsity, sparsity)``, and at most that number at
      ``min(min_sparsity, sparsity)``. If these numbers, which are rounded,
      contradict the total, the total is kept.
    floor: masks, and the sparsity up to which the new masks must prune at least
      as much as they do; None, the default: `sparsity` alone counts.

  Returns:
    The masks, and the threshold that they share.

  Raises:
    ValueError: if a shape is not known, or weights with bounds have items of
      different sizes.
    TypeError: if a saliency is not of a floating dtype, or one of the
      structures of several weights shares no ranking.
  """
  shapes = [_dims_of(saliency) for saliency in saliencies]
  cells = [structure.cells(shape)
           for structure, shape in zip(structures, shapes)]
  if len(cells) > 1 and any(one.is_ranked_inside for one in cells):
    raise TypeError(
        'Argument `structures` must share one ranking if there are several. '
        f'Received: {", ".join(map(str, structures))}')
  if not sum(one.num_entries for one in cells):
    return Masks([tf.zeros(shape, tf.bool) for shape in shapes],
                 tf.zeros([], tf.float32))
  if cells[0].is_ranked_inside:
    return _masks_inside(saliencies[0], cells[0], sparsity, floor)
  if bounds.is_active and len(cells) > 1:
    sparsity_bounds.check(shapes, structures)
  else:
    bounds = sparsity_bounds.NO_BOUNDS
  keys = selection.ordered_keys(_concat([
      pooling.pool(saliency, one, structure.pooling)
      for saliency, one, structure in zip(saliencies, cells, structures)]))
  kept, smallest = _largest(keys, cells, sparsity, bounds, floor)
  parts = tf.split(kept, [one.num_cells for one in cells])
  return Masks(
      [pooling.spread(part, one, shape)
       for part, one, shape in zip(parts, cells, shapes)],
      selection.scores_of(smallest, keys.dtype))


def _dims_of(saliency: tf.Tensor) -> List[int]:
  if not saliency.shape.is_fully_defined():
    raise ValueError('Argument `saliencies` must have static shapes. '
                     f'Received: shape={saliency.shape}')
  dims: List[int] = saliency.shape.as_list()
  return dims


def _concat(scores: List[tf.Tensor]) -> tf.Tensor:
  """One list of scores, in a dtype that holds each of them exactly."""
  if len(scores) == 1:
    return scores[0]
  if len({score.dtype for score in scores}) > 1:
    scores = [selection.exact_float64(score) for score in scores]
  return tf.concat(scores, axis=0)


def _largest(keys: selection.Keys, cells: Sequence[counts.Cells],
             sparsity: Any, bounds: sparsity_bounds.Bounds,
             floor: Optional[Floor]) -> selection.Selection:
  """Selects the cells that are kept."""
  [lists] = counts.lists_of(cells)
  keep = counts.num_kept(lists.total, sparsity, lists.item_size)
  if floor is not None:
    num_kept = tf.add_n([selection.num_true(mask) for mask in floor.masks])
    keep_before = tf.maximum(
        num_kept // lists.entries,
        counts.num_kept(lists.total, floor.target, lists.item_size))
    if bounds.is_active:
      # They are bounds of the sparsity that there really is.
      sparsity = tf_compat.where(
          keep_before < keep,
          1.0 - tf.cast(keep_before, tf.float64) / lists.total, sparsity)
    keep = tf.minimum(keep, keep_before)
  if not bounds.is_active:
    sizes = counts.item_sizes(cells)
    return selection.select_largest(
        keys, keep, None if sizes is None else tf.constant(sizes, tf.int32))
  least, greatest = bounds.at(sparsity)
  numbers = [one.num_cells for one in cells]

  def num_kept_of_each(share: Optional[Any]) -> Optional[List[Any]]:
    return None if share is None else [
        counts.num_kept(number, share) for number in numbers]

  return bounded_selection.select_largest(
      keys, numbers, keep, at_least=num_kept_of_each(greatest),
      at_most=num_kept_of_each(least))


def _masks_inside(saliency: tf.Tensor, cells: counts.Cells, sparsity: Any,
                  floor: Optional[Floor]) -> Masks:
  """The mask of a weight whose entries are ranked inside of each cell.

  A cell lies along the middle one of three axes.
  """
  shape = saliency.shape.as_list()
  outer, num_cells, inner = cells.counts
  size = cells.sizes[1]
  in_cells = [outer, num_cells, size, inner]
  keys = selection.ordered_keys(saliency)
  # Padding is below every key, so it takes the last ranks.
  values = tf.reshape(
      pooling.split(keys.with_equal_nans(), cells, padding=-1), in_cells)
  rank = tf.zeros_like(values, tf.int32)
  place = tf.reshape(tf.range(size), [1, 1, -1, 1])
  for i in range(size):
    other = values[:, :, i:i + 1]
    before = (other > values) | (tf.equal(other, values) & (place > i))
    rank += tf.cast(before, tf.int32)
  lengths = counts.part_lengths(cells.lengths[1], size)

  def num_kept(share: Any) -> tf.Tensor:
    return tf.reshape(tf.cast(counts.num_kept(lengths, share), tf.int32),
                      [1, -1, 1, 1])

  keep = num_kept(sparsity)
  if floor is not None:
    kept_before = tf.reshape(pooling.split(
        tf.cast(floor.masks[0], tf.int32), cells), in_cells)
    keep = tf.minimum(keep, tf.maximum(
        tf.reduce_sum(kept_before, axis=2, keepdims=True),
        num_kept(floor.target)))
  kept = pooling.join(rank < keep, cells, shape)
  pruned_key = tf.fill(shape, keys.values.dtype.max)
  smallest = tf.reduce_min(tf_compat.where(kept, keys.values, pruned_key))
  return Masks([kept], selection.scores_of(smallest, keys.dtype))
