# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What is known of a tensor of a graph whose channels are followed."""

from __future__ import annotations

from typing import NamedTuple, Optional, Tuple

import numpy as np


class Weight(NamedTuple):
  """A constant as a tensor has it, perhaps with its axes in other places.

  Attributes:
    name: of the constant.
    axes: for each axis of the tensor that of the constant, None for one of
      size 1 that was added.
    rank: the number of axes of the constant.
  """

  name: str
  axes: Tuple[Optional[int], ...]
  rank: int


class Tensor(NamedTuple):
  """A tensor; it has one of the three, or nothing is known of it.

  Attributes:
    channels: int64 of its shape.
    weight: the constant that it is.
    numbers: int64 of its shape, keys of numbers that may count channels.
  """

  channels: Optional[np.ndarray] = None
  weight: Optional[Weight] = None
  numbers: Optional[np.ndarray] = None
