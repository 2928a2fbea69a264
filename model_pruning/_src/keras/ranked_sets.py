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

  plan: set_plan.SetPlan
  state: ChannelState

  @property
  def number(self) -> int:
    """How many channels can go."""
    return len(self.plan.channels.free)
