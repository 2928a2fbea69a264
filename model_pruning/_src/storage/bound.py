# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How few bytes a weight can take when its entries are independent."""

from __future__ import annotations

import numpy as np

from model_pruning._src.storage import dtypes
from model_pruning._src.storage import planes


def entropy_bound(array: np.ndarray) -> float:
  """The bytes that a code for independent entries needs on average.

  For n entries of which a share s is zero it is

      n (H(s) + (1 - s) b) / 8,   H(s) = -s log2(s) - (1 - s) log2(1 - s),

  with b the bits of a kept value: the sum of the entropies of its bytes, after
  the rotation that brings the exponent into one byte.

  Args:
    array: a weight, of any shape and any dtype that can be packed.

  Returns:
    Bytes, as a float; 0 for a weight without entries.
  """
  bits = dtypes.bits_of(array)
  if not bits.size:
    return 0.0
  values = bits[bits != 0]
  share = np.array([values.size, bits.size - values.size]) / bits.size
  bound = bits.size * _entropy(share)
  if values.size:
    for plane in planes.split(
        values, dtypes.is_rotated(dtypes.name_of(array))):
      counts = np.bincount(plane, minlength=256)
      bound += values.size * _entropy(counts / values.size)
  return float(bound / 8)


def _entropy(shares: np.ndarray) -> float:
  """The entropy of a distribution, in bits."""
  shares = shares[shares > 0]
  return float(-(shares * np.log2(shares)).sum())
