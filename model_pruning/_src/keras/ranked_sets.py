# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Sets of channels of a Keras model: their variables, masks and saliencies."""

from __future__ import annotations

from typing import Dict, Hashable, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.core import schedule
from model_pruning._src.keras import state_variables
from model_pruning._src.keras.channels import channel_plan

# A mask of channels, with where an axis of a weight has them.
Part = Tuple[tf.Tensor, channel_plan.Slices]


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


class ChannelState(tf.Module):
  """The variables that pruning a set of channels takes.

  Attributes:
    mask: bool, one per channel that can go; true is kept.
    threshold: float64 scalar, the smallest saliency kept.
    last_mask_update_step: int64 scalar, -1 before the first update. Sets that
      are ranked together have the same variable.
  """

  def __init__(self, number: int, clock: Optional[tf.Variable] = None):
    """Creates the variables.

    Args:
      number: of the channels that can go.
      clock: `last_mask_update_step`; None: its own.
    """
    super().__init__(name='channel_state')
    self.mask = state_variables.local_variable('mask', tf.ones(
        [number], tf.bool))
    self.threshold = state_variables.local_variable(
        'threshold', tf.zeros([], tf.float64))
    self.last_mask_update_step = clock
    if clock is None:
      self.last_mask_update_step = state_variables.local_variable(
          'last_mask_update_step', tf.constant(schedule.NEVER, tf.int64))


class RankedSet(NamedTuple):
  """A set of channels, and the variables that pruning it takes."""

  plan: channel_plan.SetPlan
  state: ChannelState

  @property
  def number(self) -> int:
    """How many channels can go."""
    return len(self.plan.channels.free)

  def saliencies(self, values: Dict[Hashable, tf.Tensor]) -> tf.Tensor:
    """How much each channel matters: the mean square of its entries.

    Args:
      values: the weights by their keys.

    Returns:
      float64 tensor, one per channel that can go.
    """
    total = tf.zeros([self.number], tf.float64)
    num_entries = np.zeros([self.number])
    for one in self.plan.slices:
      value = tf.cast(values[one.weight], tf.float64)
      others = [axis for axis in range(value.shape.rank) if axis != one.axis]
      squares = tf.reduce_sum(tf.square(value), others)
      entries = _entries_of_each(one.places, self.number)
      # In one order everywhere: a sum by segments has none on GPUs.
      total += tf.reduce_sum(tf.gather(
          tf.concat([squares, [0.0]], axis=0), entries), axis=1)
      num_entries += (np.bincount(one.places, minlength=self.number + 1)[:-1]
                      * value.shape.num_elements() / len(one.places))
    return total / np.maximum(num_entries, 1.0)

  def with_one_per_layer(self, saliencies: tf.Tensor) -> tf.Tensor:
    """The saliencies, where the largest of each layer is infinite."""
    infinite = tf.fill([self.number], np.float64(np.inf))
    for layer in self.plan.layers:
      best = tf.gather(layer, tf.argmax(tf.gather(saliencies, layer)))
      saliencies = tf_compat.where(
          tf.equal(tf.range(self.number), best), infinite, saliencies)
    return saliencies


def _entries_of_each(places: np.ndarray, number: int) -> np.ndarray:
  """For each of `number` places where it is; rows end with the length."""
  entries = [np.flatnonzero(places == place) for place in range(number)]
  found = np.full([number, max(map(len, entries))], len(places))
  for row, indices in zip(found, entries):
    row[:len(indices)] = indices
  return found
