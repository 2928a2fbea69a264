# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""From saliencies to masks.

A mask is a bool tensor of its weight's shape, true where the weight is kept.
`ranked_masks` ranks the entries, or blocks of entries, of one or several
weights in one list; `n_of_m_mask` ranks inside small groups of one weight.
"""

from __future__ import annotations

from typing import Any, List, NamedTuple, Optional, Sequence

import tensorflow as tf

from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.core import num_kept
from model_pruning._src.core import pooling
from model_pruning._src.core import selection
from model_pruning._src.core import sparsity_bounds
from model_pruning._src.spec import weight_rule


class Masks(NamedTuple):
  """New masks of weights that are ranked together.

  Attributes:
    masks: one bool tensor a weight, of its shape.
    threshold: float scalar, the smallest saliency kept (of a block: pooled).
  """

  masks: List[tf.Tensor]
  threshold: tf.Tensor


def ranked_masks(saliencies: Sequence[tf.Tensor],
                 structures: Sequence[Any],
                 sparsity: Any,
                 bounds: sparsity_bounds.Bounds = sparsity_bounds.NO_BOUNDS
                 ) -> Masks:
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
      between what `num_kept.of_items` gives for the sparsity
      ``max(max_sparsity, sparsity)`` and for ``min(min_sparsity, sparsity)``.
      The total goes first if these, rounded, add up to more or less than it.

  Returns:
    The masks and the threshold they share: the smallest saliency kept in any.

  Raises:
    ValueError: if a shape is not known, or weights with bounds have items of
      different sizes.
    TypeError: if a saliency is not of a floating dtype, or a structure cannot
      be ranked.
  """
  rankings = [pooling.items_of(structure, saliency.shape)
              for saliency, structure in zip(saliencies, structures)]
  counts = [ranking.num_items for ranking in rankings]
  if not sum(counts):
    return Masks([tf.zeros(saliency.shape, tf.bool)
                  for saliency in saliencies], tf.zeros([], tf.float32))
  scores = [ranking.pool(saliency)
            for ranking, saliency in zip(rankings, saliencies)]
  keys = selection.ordered_keys(_concat(scores))
  sizes = pooling.item_sizes(rankings)
  if sizes is None:
    keep = num_kept.of_items(sum(counts), sparsity)
  else:
    item_size = max(ranking.item_size for ranking in rankings)
    keep = num_kept.of_sizes(int(sizes.sum()), item_size, sparsity)
    sizes = tf.constant(sizes, tf.int32)
  if bounds.is_active and len(rankings) > 1:
    check_bounds([saliency.shape for saliency in saliencies], structures)
    least, greatest = bounds.at(sparsity)
    kept, smallest = sparsity_bounds.select_largest(
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
  return [num_kept.of_items(count, sparsity) for count in counts]


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
  rankings = [pooling.items_of(structure, tf.TensorShape(shape))
              for structure, shape in zip(structures, shapes)]
  if pooling.item_sizes(rankings) is not None:
    names = names or [f'weight {i}' for i in range(len(rankings))]
    received = ', '.join(
        f'{name} {tuple(tf.TensorShape(shape).as_list())}: {structure}'
        for name, shape, structure in zip(names, shapes, structures))
    raise ValueError(
        'Arguments `min_weight_sparsity` and `max_weight_sparsity` must be '
        'left out unless weights of one ranking have blocks of one size that '
        f'fill them. Received: {received}')


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
  lengths = pooling.part_lengths(num_inputs, group_size)
  keep = tf.stack([num_kept.of_items(int(length), sparsity)
                   for length in lengths])
  kept = rank < tf.reshape(tf.cast(keep, tf.int32), [1, -1, 1, 1])
  kept = tf.reshape(kept, [-1, num_groups * group_size, inner])
  kept = tf.reshape(kept[:, :num_inputs], shape)
  pruned_key = tf.fill(shape, keys.values.dtype.max)
  smallest = tf.reduce_min(tf_compat.where(kept, keys.values, pruned_key))
  return Masks([kept], selection.scores_of(smallest, keys.dtype))


def masks_of(saliencies: Sequence[tf.Tensor], structures: Sequence[Any],
             sparsity: Any,
             bounds: sparsity_bounds.Bounds = sparsity_bounds.NO_BOUNDS
             ) -> Masks:
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
