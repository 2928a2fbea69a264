# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How far the outputs of an exported model are from those of its source."""

from __future__ import annotations

from typing import List

import numpy as np


def largest(found: List[np.ndarray], expected: List[np.ndarray]) -> float:
  """The largest error of the outputs, as a share of the largest output.

  Args:
    found: what the exported model computes, in any order.
    expected: what the source computes.

  Returns:
    The error; infinite if an output is not finite.

  Raises:
    ValueError: if there are other outputs.
  """
  found = _in_order(found, expected)
  scale = max(float(np.max(np.abs(one))) for one in expected) or 1.0
  worst = 0.0
  for one, other in zip(expected, found):
    difference = np.abs(one.astype(np.float64) - other)
    if not np.isfinite(difference).all():
      return float('inf')
    worst = max(worst, float(difference.max()))
  return worst / scale


def _in_order(found: List[np.ndarray],
              expected: List[np.ndarray]) -> List[np.ndarray]:
  """Outputs in the order of the model, which the converter may change.

  Each of the model's takes the nearest of its shape.
  """
  if len(found) != len(expected):
    raise ValueError(f'it has {len(found)} outputs, the model has '
                     f'{len(expected)}')
  waiting = list(found)
  ordered = []
  for one in expected:
    same = [i for i, other in enumerate(waiting) if other.shape == one.shape]
    if not same:
      raise ValueError(f'no output has the shape {one.shape}')
    distances = [float(np.nan_to_num(np.abs(waiting[i] - one), nan=np.inf
                                     ).max()) for i in same]
    ordered.append(waiting.pop(same[int(np.argmin(distances))]))
  return ordered
