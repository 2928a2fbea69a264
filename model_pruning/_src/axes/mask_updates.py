# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Mask updates: what becomes of a mask when it is due.

A mask update that comes later, say one that drops entries by their magnitude
and grows others by their gradient, is one more entry of this table.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Callable, Optional

from model_pruning._src.axes import axis


@dataclasses.dataclass(frozen=True)
class MaskUpdate:
  """What a mask update does.

  Attributes:
    new_masks: Computes the new masks of weights that share a ranking. It takes
      a `Ranking` of `core.mask_update`, which has the masks of before, the
      saliencies and the sparsity of the schedule, and returns what a method
      of it returns. None: masks never change, and are where weights start
      nonzero.
  """

  new_masks: Optional[Callable[[Any], Any]]

  @property
  def follows_schedule(self) -> bool:
    """Whether masks change, with the sparsity of the schedule."""
    return self.new_masks is not None


AXIS: axis.Axis[MaskUpdate] = axis.Axis('mask_update', {
    # The entries that matter most are kept.
    'rank': MaskUpdate(lambda ranking: ranking.largest()),
    # The zeros that are there stay, and no other entry is pruned.
    'hold': MaskUpdate(None),
})
