# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How far each weight is pruned so that a budget costs the least loss.

For each weight it was measured what the loss is if that weight alone is
pruned. The increases are added, as if weights did not interact. Then the best
split of a budget is that at which one more zero costs the same everywhere: the
curves are made convex, cut into segments, and the cheapest segments are taken
until the budget is met.
"""

from __future__ import annotations

from typing import List, NamedTuple, Sequence, Tuple

import numpy as np


class _Segment(NamedTuple):
  """A piece of a convex curve.

  Attributes:
    price: loss for each unit that is saved.
    end: the sparsity at its end; of equal prices, the least end goes first.
    weight: the index of the weight.
    length: how much sparsity it adds.
    units: how many units it saves.
  """

  price: float
  end: float
  weight: int
  length: float
  units: float


def convex_curve(sparsities: Sequence[float], increases: Sequence[float]
                 ) -> Tuple[np.ndarray, np.ndarray]:
  """The greatest convex function below the measured points, from (0, 0).

  What is measured on few examples is noisy: an increase below 0, or below that
  of a smaller sparsity, counts as that one. A loss that is not finite cannot be
  had at any price, nor can what is beyond it.

  >>> convex_curve([0.5, 0.8, 0.9], [0.5, 0.4, 3.0])
  (array([0. , 0.8, 0.9]), array([0. , 0.5, 3. ]))

  Args:
    sparsities: where the loss was measured, in [0, 1].
    increases: by how much it was greater than that of the dense model.

  Returns:
    The corners, by sparsity.
  """
  corners = [(0.0, 0.0)]
  greatest = 0.0
  for sparsity, increase in sorted(zip(sparsities, increases)):
    if not np.isfinite(increase):
      break
    if sparsity <= corners[-1][0]:
      continue
    greatest = max(greatest, increase)
    while len(corners) > 1 and _slope(corners[-2], corners[-1]) >= _slope(
        corners[-1], (sparsity, greatest)):
      corners.pop()
    corners.append((sparsity, greatest))
  found = np.array(corners)
  return found[:, 0], found[:, 1]


def _slope(start: Tuple[float, float], end: Tuple[float, float]) -> float:
  return (end[1] - start[1]) / (end[0] - start[0])


def cheapest(curves: Sequence[Tuple[np.ndarray, np.ndarray]],
             units: Sequence[float], saved: float
             ) -> Tuple[List[float], float]:
  """The sparsities that save so much and cost the least.

  Args:
    curves: for each weight its `convex_curve`.
    units: what each weight saves if all of it is pruned: entries, bytes or
      multiply-adds. Weights with 0 are not pruned.
    saved: how many units are to be saved in all.

  Returns:
    The sparsity of each weight, and the sum of the increases of the loss.

  Raises:
    ValueError: if it cannot be saved within the curves. The message says how
      much can.
  """
  segments = sorted(
      _Segment((loss[j + 1] - loss[j]) / (total * (at[j + 1] - at[j])),
               at[j + 1], i, at[j + 1] - at[j], total * (at[j + 1] - at[j]))
      for i, ((at, loss), total) in enumerate(zip(curves, units)) if total > 0
      for j in range(len(at) - 1))
  sparsities = [0.0] * len(curves)
  cost = 0.0
  left = saved
  for segment in segments:
    if left <= 0:
      break
    share = min(left / segment.units, 1.0)
    sparsities[segment.weight] += share * segment.length
    cost += share * segment.units * segment.price
    left -= share * segment.units
  if left > 1e-9 * max(saved, 1.0):
    raise ValueError(
        f'the sweep reaches {saved - left:,.6g} and {saved:,.6g} are to be '
        'saved')
  return sparsities, cost
