# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What to say when a training ends and did not reach its target."""

from __future__ import annotations

import dataclasses
from typing import Any, List, Optional, Sequence

import numpy as np

# Less than this below the target is rounding, of whole entries or blocks.
_TOLERANCE = 0.005


@dataclasses.dataclass(frozen=True)
class Progress:
  """How far one weight has come.

  Attributes:
    num_entries: entries of the weight.
    num_pruned: how many of them its mask prunes.
    target: the share that is to be pruned in the end.
  """

  num_entries: int
  num_pruned: int
  target: float

  @classmethod
  def of(cls, mask: Any, target: float) -> Progress:
    """Returns that of a weight whose mask is an array, true where kept."""
    mask = np.asarray(mask).astype(bool)
    return cls(mask.size, int(mask.size - np.count_nonzero(mask)), target)


def shortfall(spec: str, step: int,
              weights: Sequence[Progress],
              quantity: str = 'the sparsity') -> Optional[str]:
  """Returns a sentence if a training ended before the target was reached.

  >>> shortfall('target_sparsity=0.9', 1200, [Progress(100, 43, 0.9)])[:71]
  'training ended at step 1200 and the sparsity is 0.43 of the target 0.90'

  Args:
    spec: the specification or the schedule, for the sentence.
    step: how many optimizer updates were made.
    weights: every weight that is pruned.
    quantity: what their share that is pruned is called. Default: the sparsity.
  """
  total = sum(weight.num_entries for weight in weights)
  if not total:
    return None
  sparsity = sum(weight.num_pruned for weight in weights) / total
  target = sum(weight.num_entries * weight.target for weight in weights) / total
  if sparsity >= target - _TOLERANCE:
    return None
  return (f'training ended at step {step} and {quantity} is {sparsity:.2f} '
          f'of the target {target:.2f}: the schedule of {spec!r} is longer '
          'than the training. Train on, or give `num_steps`, the optimizer '
          'updates of the training, for a schedule that fits it.')


def names(weights: Sequence[str], most: int = 5) -> str:
  """Returns the first names of a list, and how many more there are."""
  shown: List[str] = list(weights[:most])
  if len(weights) > most:
    shown.append(f'and {len(weights) - most} more')
  return ', '.join(shown)
