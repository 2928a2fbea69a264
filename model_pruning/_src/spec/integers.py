# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How long the ints of a spec may be."""

from __future__ import annotations

import numbers
from typing import Any

# TensorFlow has no longer ints.
_MOST_BITS = 63
TOO_LONG = f'be an int of at most {_MOST_BITS} bits'


def is_short(value: Any) -> bool:
  """Whether a value is not an int, or one that an int64 can hold."""
  return not isinstance(value, numbers.Integral) or (
      -2**_MOST_BITS <= int(value) < 2**_MOST_BITS)
