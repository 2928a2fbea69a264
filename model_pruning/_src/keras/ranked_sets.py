# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Sets of channels of a Keras model, and their variables."""

from __future__ import annotations

from typing import NamedTuple, Optional

import tensorflow as tf

from model_pruning._src.channels import set_plan
from model_pruning._src.core import schedule
from model_pruning._src.keras import state_variables


class ChannelState(tf.Module):
  """The pruning state of a set of channels.

  Attributes:
    mask: bool, one entry per free channel; true is kept.
    threshold: float64 scalar, the smallest saliency that is kept.
    last_mask_update_step: int64 scalar, -1 before the first update. Sets that
      are ranked together share the variable.
  """

  def __init__(self, number: int, clock: Optional[tf.Variable] = None):
    """Creates the variables.

    Args:
      number: the number of free channels.
      clock: `last_mask_update_step`. Default: None, which creates one.
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
  """A set of channels, and its pruning state."""

  plan: set_plan.SetPlan
  state: ChannelState

  @property
  def number(self) -> int:
    """The number of free channels."""
    return len(self.plan.channels.free)
