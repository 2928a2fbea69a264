# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The state of a pruning, made again from the zeros of the weights.

Pruned entries are zero in the weights themselves. So where masks were not
saved, they are where the weights are not zero. An entry that a mask kept, and
that happened to be zero, is lost: a rebuilt mask prunes it until the next
update.
"""

from __future__ import annotations

from typing import Any, Dict, List, Sequence, Tuple

import tensorflow as tf

from model_pruning._src.axes import counts
from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.core import projection as projection_lib
from model_pruning._src.core import schedule
from model_pruning._src.core import selection


def mask_of(weight: tf.Tensor) -> tf.Tensor:
  """True where `weight` is nonzero; all true for an all-zero weight.

  Nobody prunes all of a weight, but a dense one may start with zeros only.

  Args:
    weight: floating tensor.

  Returns:
    bool tensor of its shape.
  """
  not_zero = tf.not_equal(weight, tf.zeros([], weight.dtype))
  return tf.logical_or(not_zero, tf.logical_not(tf.reduce_any(not_zero)))


def threshold_of(weight: tf.Tensor, mask: tf.Tensor,
                 dtype: tf.DType) -> tf.Tensor:
  """The smallest magnitude that a rebuilt mask keeps.

  Args:
    weight: floating tensor.
    mask: `mask_of(weight)`.
    dtype: floating dtype of the threshold.

  Returns:
    Scalar of `dtype`.
  """
  magnitude = tf.cast(tf.abs(weight), dtype)
  pruned = tf.cast(tf.logical_not(mask), dtype)
  # The magnitude is 0 where the largest number is added.
  return tf.reduce_min(magnitude + pruned * magnitude.dtype.max)


def num_pruned(mask: tf.Tensor) -> tf.Tensor:
  """The number of false entries of a mask, int64 scalar."""
  return mask.shape.num_elements() - selection.num_true(mask)


def last_mask_update_step(
    projections: Sequence[projection_lib.Projection],
    pruned: Sequence[tf.Tensor], step: tf.Tensor) -> tf.Tensor:
  """The step of the last mask update in a run that missed none.

  Args:
    projections: of one spec.
    pruned: how many entries the masks of each projection prune, int64.
    step: integer scalar, the number of optimizer updates done.

  Returns:
    int64 scalar, the last step up to `step` at which masks change; -1, never,
    if there is none, or if an update at that step would have pruned more than
    the masks do. So a dense model is pruned at once if it is behind schedule.
  """
  last_step = projections[0].update_steps.last_up_to(step)
  by_sparsity: Dict[Any, List[Tuple[Any, tf.Tensor]]] = {}
  for state, number in zip(projections, pruned):
    by_sparsity.setdefault(state.sparsity, []).append((state.lists, number))
  missed = []
  for sparsity, rankings in by_sparsity.items():
    lists, numbers = zip(*rankings)
    missed.append(tf.reduce_any(tf.stack(numbers) < counts.min_num_pruned(
        lists, sparsity(last_step))))
  return tf_compat.where(tf.reduce_any(tf.stack(missed)),
                      tf.constant(schedule.NEVER, tf.int64), last_step)
