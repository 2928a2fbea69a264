# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""An array in a file, before it is read."""

from __future__ import annotations

from typing import Callable, NamedTuple, Optional, Tuple

import numpy as np


class StoredArray(NamedTuple):
  """An array in a file.

  Attributes:
    name: its name; of objects in a checkpoint that of the variable.
    shape: its shape.
    dtype: the name of its dtype, as NumPy has it; 'string' for text.
    load: reads it.
    keys: what it is called in a checkpoint; several if it is there again.
    is_state: whether an optimizer keeps it, or it averages another.
    trainable: whether it is trained; None if that is not known.
  """

  name: str
  shape: Tuple[int, ...]
  dtype: str
  load: Callable[[], np.ndarray]
  keys: Tuple[str, ...] = ()
  is_state: bool = False
  trainable: Optional[bool] = None

  @property
  def size(self) -> int:
    """How many entries it has."""
    return int(np.prod(self.shape, dtype=np.int64))
