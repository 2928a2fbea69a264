# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Distributions: how the target sparsity is spread over weights."""

from __future__ import annotations

import dataclasses
from typing import Callable, List, Optional, Sequence

import numpy as np

from model_pruning._src.axes import axis


@dataclasses.dataclass(frozen=True)
class Distribution:
  """How weights without a target of their own share one.

  Attributes:
    targets: Computes the target of each weight from their shapes, the share of
      all entries to prune, and the least and the greatest target of a weight.
      None: each has that of the spec.
    is_one_ranking: Whether all of these weights share one threshold.
  """

  targets: Optional[
      Callable[[Sequence[Sequence[int]], float, float, float],
               List[float]]] = None
  is_one_ranking: bool = False


def erk_sparsities(shapes: Sequence[Sequence[int]], sparsity: float,
                   min_sparsity: float = 0.0,
                   max_sparsity: float = 1.0) -> List[float]:
  """Erdos-Renyi-Kernel: large weights are pruned further than small ones.

  The share that a weight keeps is proportional to the sum of its dimensions
  over their product (Evci et al. 2020, arXiv:1911.11134, section 3), scaled so
  that `sparsity` of all entries is pruned; a weight that would keep more than
  all of itself stays dense, and one that would be out of the bounds gets the
  nearest bound.

  >>> [round(s, 3) for s in erk_sparsities([[10, 10], [100, 100]], 0.9)]
  [0.082, 0.908]

  Args:
    shapes: shape of each weight.
    sparsity: share of all entries to prune, in [0, 1) and within the bounds.
    min_sparsity: least share to prune of each weight, in [0, 1).
    max_sparsity: greatest share to prune of each weight, in [0, 1].

  Returns:
    The share to prune of each weight, in [0, 1).
  """
  sizes = np.array([np.prod(shape) for shape in shapes], np.float64)
  densities = np.array([np.sum(shape) / np.prod(shape) for shape in shapes])
  least, most = 1.0 - max_sparsity, 1.0 - min_sparsity
  kept = np.zeros(len(shapes))
  at_bound = np.zeros(len(shapes), bool)
  while True:
    budget = (1.0 - sparsity) * sizes.sum() - (kept * sizes)[at_bound].sum()
    scale = budget / max((densities * sizes)[~at_bound].sum(), 1e-300)
    wanted = scale * densities
    too_dense = ~at_bound & (wanted > most)
    too_sparse = ~at_bound & (wanted < least)
    if not too_dense.any() and not too_sparse.any():
      break
    # What is cut off goes to the others, or comes from them, and that can
    # bring those over one of the bounds back: settle the other bound first.
    surplus = ((wanted - most) * sizes)[too_dense].sum()
    shortage = ((least - wanted) * sizes)[too_sparse].sum()
    if surplus >= shortage:
      kept[too_dense] = most
      at_bound |= too_dense
    if shortage >= surplus:
      kept[too_sparse] = least
      at_bound |= too_sparse
  kept = np.where(at_bound, kept, wanted)
  return [min(max(float(1.0 - share), min_sparsity), max_sparsity)
          for share in kept]


AXIS: axis.Axis[Distribution] = axis.Axis('sparsity_distribution', {
    'uniform': Distribution(),
    'erk': Distribution(targets=erk_sparsities),
    'global': Distribution(is_one_ranking=True),
})
