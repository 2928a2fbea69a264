# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How much channels matter that have slices of several weights, and masks.

A set of channels is a `SetPlan` of `channels.set_plan` here; its slices say
where axes of weights have its channels.
"""

from __future__ import annotations

from typing import Any, Dict, Hashable, Sequence, Tuple

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import tensorflow as tf_compat

# A mask of channels, with where an axis of a weight has them.
Part = Tuple[tf.Tensor, Any]


def mask_of(shape: Sequence[int], parts: Sequence[Part]) -> tf.Tensor:
  """The mask of a weight: an entry is kept if all of its channels are.

  Args:
    shape: of the weight.
    parts: the masks of the channels of its axes.

  Returns:
    bool tensor of this shape.
  """
  mask = tf.ones(shape, tf.bool)
  for kept, slices in parts:
    line = [1] * len(shape)
    line[slices.axis] = -1
    # One more, for entries that belong to no channel that can go.
    kept = tf.concat([kept, [True]], axis=0)
    mask &= tf.reshape(tf.gather(kept, slices.places), line)
  return mask


def saliencies(plan: Any, values: Dict[Hashable, tf.Tensor]) -> tf.Tensor:
  """How much each channel matters: the mean square of its entries.

  Args:
    plan: of the set.
    values: the weights, or the saliencies of their entries, by their keys.

  Returns:
    float64 tensor, one per channel that can go.
  """
  number = len(plan.channels.free)
  total = tf.zeros([number], tf.float64)
  num_entries = np.zeros([number])
  for one in plan.slices:
    value = tf.cast(values[one.weight], tf.float64)
    others = [axis for axis in range(value.shape.rank) if axis != one.axis]
    squares = tf.reduce_sum(tf.square(value), others)
    entries = _entries_of_each(one.places, number)
    # In one order everywhere: a sum by segments has none on GPUs.
    total += tf.reduce_sum(tf.gather(
        tf.concat([squares, [0.0]], axis=0), entries), axis=1)
    num_entries += (np.bincount(one.places, minlength=number + 1)[:-1]
                    * value.shape.num_elements() / len(one.places))
  return total / np.maximum(num_entries, 1.0)


def with_one_per_layer(plan: Any, scores: tf.Tensor) -> tf.Tensor:
  """The saliencies of a set, where the largest of each layer is infinite."""
  number = len(plan.channels.free)
  infinite = tf.fill([number], np.float64(np.inf))
  for layer in plan.layers:
    best = tf.gather(layer, tf.argmax(tf.gather(scores, layer)))
    scores = tf_compat.where(
        tf.equal(tf.range(number), best), infinite, scores)
  return scores


def by_their_means(found: Sequence[tf.Tensor]) -> Sequence[tf.Tensor]:
  """Saliencies of sets that are ranked together: shares of the mean of each."""
  if len(found) < 2:
    return found
  means = [tf.reduce_mean(one) for one in found]
  return [one / tf_compat.where(mean > 0, mean, tf.ones_like(mean))
          for one, mean in zip(found, means)]


def share_of_free(plans: Sequence[Any], share: Any) -> Any:
  """The share of the channels that can go, for one of all channels of sets.

  It is larger if others cannot go, and each layer keeps one.

  Args:
    plans: the sets.
    share: a float, or a float64 tensor.
  """
  number = sum(len(one.channels.free) for one in plans)
  scale = sum(len(one.channels.classes) for one in plans) / number
  num_left = max(1, sum(len(one.layers) for one in plans))
  most = max(1.0 - num_left / number, 0.0)
  if isinstance(share, float):
    return min(share * scale, most)
  return tf.minimum(share * scale, most)


def _entries_of_each(places: np.ndarray, number: int) -> np.ndarray:
  """For each of `number` places where it is; rows end with the length."""
  entries = [np.flatnonzero(places == place) for place in range(number)]
  found = np.full([number, max(map(len, entries))], len(places))
  for row, indices in zip(found, entries):
    row[:len(indices)] = indices
  return found
