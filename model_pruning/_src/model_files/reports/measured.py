# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a report says of one array of a model."""

from __future__ import annotations

import dataclasses
from typing import Optional, Tuple

import numpy as np


@dataclasses.dataclass(frozen=True)
class MeasuredWeight:
  """What is known of one array of a model.

  Attributes:
    name: its name.
    shape: its shape.
    dtype: the name of its dtype.
    zeros: how many entries are zero.
    structure: the structure that the zeros have, in words; '' for none.
    dense_bytes: its bytes in memory.
    gzip_bytes: those bytes compressed by gzip -6.
    packed_bytes: what `pack` makes of it.
    histogram: how many nonzero entries have a magnitude in each of 64 equal
      steps from 0 to `largest`.
    largest: the largest magnitude.
    smallest: the smallest magnitude that is not zero: the threshold of a
      weight that was pruned by magnitude.
    is_state: whether it belongs to an optimizer or is an average.
    multiply_adds: how many one example takes with all of its entries; None if
      that is not known.
    multiply_adds_per_turn: of an array in a loop that turns nobody knows how
      often, those of one turn; None for others.
  """

  name: str
  shape: Tuple[int, ...]
  dtype: str
  zeros: int
  structure: str
  dense_bytes: int
  gzip_bytes: int
  packed_bytes: int
  histogram: Tuple[int, ...] = ()
  largest: float = 0.0
  smallest: float = 0.0
  is_state: bool = False
  multiply_adds: Optional[int] = None
  multiply_adds_per_turn: Optional[int] = None

  @property
  def nonzero_multiply_adds(self) -> Optional[int]:
    """Those left if zeros are skipped: every entry takes as many as another."""
    return self._nonzero(self.multiply_adds)

  @property
  def nonzero_multiply_adds_per_turn(self) -> Optional[int]:
    """Of `multiply_adds_per_turn`, those left if zeros are skipped."""
    return self._nonzero(self.multiply_adds_per_turn)

  def _nonzero(self, count: Optional[int]) -> Optional[int]:
    if count is None or not self.size:
      return count
    return count * (self.size - self.zeros) // self.size

  @property
  def size(self) -> int:
    """How many entries it has."""
    return int(np.prod(self.shape, dtype=np.int64))

  @property
  def sparsity(self) -> float:
    """The share of entries that are zero."""
    return self.zeros / self.size if self.size else 0.0

  @property
  def is_kernel(self) -> bool:
    """Whether it can be a kernel: of two dimensions, and no optimizer's."""
    return len(self.shape) > 1 and not self.is_state
