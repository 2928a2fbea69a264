# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How the target sparsity is spread over the weights of a model."""

from __future__ import annotations

import dataclasses
from typing import Any, Callable, Dict, List, Optional, Sequence

import numpy as np

from model_pruning._src.core import sparsity_bounds
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule

_Rules = List[Optional[weight_rule.WeightRule]]


def erk_sparsities(shapes: Sequence[Sequence[int]], sparsity: float,
                   bounds: sparsity_bounds.Bounds = sparsity_bounds.NO_BOUNDS
                   ) -> List[float]:
  """Erdos-Renyi-Kernel: large weights are pruned further than small ones.

  The share that a weight keeps is proportional to the sum of its dimensions
  over their product (Evci et al. 2020, arXiv:1911.11134, section 3), scaled so
  that `sparsity` of all entries is pruned; a weight that would keep more than
  all of itself stays dense, and one that would be out of `bounds` gets the
  nearest bound.

  >>> [round(s, 3) for s in erk_sparsities([[10, 10], [100, 100]], 0.9)]
  [0.082, 0.908]

  Args:
    shapes: shape of each weight.
    sparsity: share of all entries to prune, in [0, 1).
    bounds: of the share to prune of each weight; `sparsity` is within them.

  Returns:
    The share to prune of each weight, in [0, 1).
  """
  sizes = np.array([np.prod(shape) for shape in shapes], np.float64)
  densities = np.array([np.sum(shape) / np.prod(shape) for shape in shapes])
  least, most = 1.0 - bounds.max_sparsity, 1.0 - bounds.min_sparsity
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
  return [min(max(float(1.0 - share), bounds.min_sparsity),
              bounds.max_sparsity) for share in kept]


def _unchanged(spec: spec_lib.PruningSpec, candidates: Sequence[Any],
               rules: _Rules) -> _Rules:
  del spec, candidates
  return rules


def _erk(spec: spec_lib.PruningSpec, candidates: Sequence[Any],
         rules: _Rules) -> _Rules:
  shared = [
      i for i, (candidate, rule) in enumerate(zip(candidates, rules))
      if rule is not None and not spec.has_own_target(candidate.name)]
  sparsities = erk_sparsities([candidates[i].shape for i in shared],
                              spec.target_sparsity,
                              sparsity_bounds.Bounds.of(spec))
  targets = dict(zip(shared, sparsities))
  return [
      dataclasses.replace(
          rule, target_sparsity=targets[i],
          initial_sparsity=weight_rule.initial_sparsity(spec, targets[i]))
      if rule is not None and i in targets else rule
      for i, rule in enumerate(rules)]


# By the names that `sparsity_distribution` takes. The weights of 'global' are
# one group with one threshold, which is in their rules already.
_DISTRIBUTIONS: Dict[str, Callable[..., _Rules]] = {
    'uniform': _unchanged,
    'global': _unchanged,
    'erk': _erk,
}


def distribute(spec: spec_lib.PruningSpec, candidates: Sequence[Any],
               rules: _Rules) -> _Rules:
  """Rules with the targets that `spec.sparsity_distribution` gives them.

  Args:
    spec: the specification.
    candidates: every weight of the model, with `name` and `shape`.
    rules: the rule of each of them, None for one that is not pruned.

  Returns:
    The rules, changed where a weight has no target of its own.
  """
  return _DISTRIBUTIONS[spec.sparsity_distribution](spec, candidates, rules)
