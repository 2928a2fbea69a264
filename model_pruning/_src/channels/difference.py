# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The relative difference between the outputs of two networks."""

from __future__ import annotations

import numpy as np

# Relative to the largest output. Sums over fewer channels are added, and so
# rounded, in another order.
TOLERANCES = {'float64': 1e-8, 'float32': 1e-3, 'float16': 5e-2,
              'bfloat16': 2e-1}


def difference(one: np.ndarray, other: np.ndarray) -> float:
  """Returns the largest absolute difference over the largest finite value.

  >>> difference(np.array([1.0, 4.0]), np.array([2.0, 4.0]))
  0.25

  It is infinite if the shapes differ, or if an entry is finite in only one of
  the arrays.
  """
  if one.shape != other.shape:
    return float('inf')
  one, other = one.astype(np.float64), other.astype(np.float64)
  known = np.isfinite(one)
  if (known != np.isfinite(other)).any():
    return float('inf')
  if not known.any():
    return 0.0
  largest = max(float(np.abs(one[known]).max()), 1e-12)
  return float(np.abs(one - other)[known].max()) / largest
