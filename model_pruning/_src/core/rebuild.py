# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Rebuilds the pruning state from the zeros of the weights.

Pruned entries are zero in the weights themselves. So masks that were not saved
are rebuilt as true where the weights are nonzero. One thing is lost: a rebuilt
mask prunes, until the next update, an entry that the original mask kept and
that happened to be zero.
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

  Pruning never prunes all of a weight, but a dense weight may start as zeros.

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
  # Pruned entries have magnitude 0, so the sum does not overflow.
  return tf.reduce_min(magnitude + pruned * magnitude.dtype.max)


def num_pruned(mask: tf.Tensor) -> tf.Tensor:
  """The number of false entries of a mask, int64 scalar."""
  return mask.shape.num_elements() - selection.num_true(mask)


def last_mask_update_step(
    projections: Sequence[projection_lib.Projection],
    pruned: Sequence[tf.Tensor], step: tf.Tensor) -> tf.Tensor:
  """The step of the last mask update, if training missed no update.

  Args:
    projections: projections of one spec.
    pruned: one int64 scalar per projection, the number of entries that its
      masks prune.
    step: integer scalar, the number of optimizer updates done.

  Returns:
    int64 scalar, the last step up to `step` at which masks change. It is -1,
    for never, if there is no such step, or if an update at that step would have
    pruned more than the masks do. So a model that is denser than the schedule
    says is pruned in its next step.
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
