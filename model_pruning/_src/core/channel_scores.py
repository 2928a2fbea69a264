# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Saliencies of channels that span several weights, and the weights' masks.

A set of channels is described by a `SetPlan` of `channels.set_plan`; its slices
say which entries of which weights belong to each channel.
"""

from __future__ import annotations

from typing import Any, Dict, Hashable, Sequence, Tuple

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import tensorflow as tf_compat

# The mask of the channels of a set, and the `Slices` of one axis of a weight.
Part = Tuple[tf.Tensor, Any]


def mask_of(shape: Sequence[int], parts: Sequence[Part]) -> tf.Tensor:
  """The mask of a weight: an entry is kept if all of its channels are kept.

  Args:
    shape: the shape of the weight.
    parts: for each axis of the weight that has channels, their mask.

  Returns:
    bool tensor of this shape.
  """
  mask = tf.ones(shape, tf.bool)
  for kept, slices in parts:
    line = [1] * len(shape)
    line[slices.axis] = -1
    # The last place stands for entries that belong to no free channel.
    kept = tf.concat([kept, [True]], axis=0)
    mask &= tf.reshape(tf.gather(kept, slices.places), line)
  return mask


def saliencies(plan: Any, values: Dict[Hashable, tf.Tensor]) -> tf.Tensor:
  """The saliency of each free channel: the mean square of its entries.

  Args:
    plan: the plan of the set.
    values: the weights, or the saliencies of their entries, by weight key.

  Returns:
    float64 tensor, one saliency per free channel.
  """
  number = len(plan.channels.free)
  total = tf.zeros([number], tf.float64)
  num_entries = np.zeros([number])
  for one in plan.slices:
    value = tf.cast(values[one.weight], tf.float64)
    others = [axis for axis in range(value.shape.rank) if axis != one.axis]
    squares = tf.reduce_sum(tf.square(value), others)
    entries = _entries_of_each(one.places, number)
    # `gather` and `reduce_sum` add in one order on every device; a segment sum
    # adds in no fixed order on GPUs.
    total += tf.reduce_sum(tf.gather(
        tf.concat([squares, [0.0]], axis=0), entries), axis=1)
    num_entries += (np.bincount(one.places, minlength=number + 1)[:-1]
                    * value.shape.num_elements() / len(one.places))
  return total / np.maximum(num_entries, 1.0)


def with_one_per_layer(plan: Any, scores: tf.Tensor) -> tf.Tensor:
  """`scores` with the largest of each layer set to infinity."""
  number = len(plan.channels.free)
  infinite = tf.fill([number], np.float64(np.inf))
  for layer in plan.layers:
    best = tf.gather(layer, tf.argmax(tf.gather(scores, layer)))
    scores = tf_compat.where(
        tf.equal(tf.range(number), best), infinite, scores)
  return scores


def by_their_means(scores: Sequence[tf.Tensor]) -> Sequence[tf.Tensor]:
  """Divides the saliencies of each set by their mean, so that sets compare.

  The saliencies of a single set come back as they are.
  """
  if len(scores) < 2:
    return scores
  means = [tf.reduce_mean(one) for one in scores]
  return [one / tf_compat.where(mean > 0, mean, tf.ones_like(mean))
          for one, mean in zip(scores, means)]


def share_of_free(plans: Sequence[Any], share: Any) -> Any:
  """Converts a share of all channels of sets to a share of their free channels.

  It is larger than `share` if some channels are not free, and small enough that
  each layer keeps one channel.

  Args:
    plans: the plans of the sets.
    share: the share of all channels to prune, a float or a float64 tensor.

  Returns:
    The share of the free channels to prune, of the type of `share`.
  """
  number = sum(len(one.channels.free) for one in plans)
  scale = sum(len(one.channels.classes) for one in plans) / number
  num_left = max(1, sum(len(one.layers) for one in plans))
  most = max(1.0 - num_left / number, 0.0)
  if isinstance(share, float):
    return min(share * scale, most)
  return tf.minimum(share * scale, most)


def _entries_of_each(places: np.ndarray, number: int) -> np.ndarray:
  """The indices of `places` at which each of `number` places stands.

  Returns:
    One row per place, filled up with `len(places)`.
  """
  entries = [np.flatnonzero(places == place) for place in range(number)]
  rows = np.full([number, max(map(len, entries))], len(places))
  for row, indices in zip(rows, entries):
    row[:len(indices)] = indices
  return rows
