# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The target sparsity, spread over the weights of a model."""

from __future__ import annotations

import dataclasses
from typing import Any, List, Optional, Sequence

from model_pruning._src.axes import distributions
from model_pruning._src.core import sparsity_bounds
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule

_Rules = List[Optional[weight_rule.WeightRule]]


def distribute(spec: spec_lib.PruningSpec, candidates: Sequence[Any],
               rules: _Rules) -> _Rules:
  """Returns rules with the targets of `spec.sparsity_distribution`.

  Args:
    spec: the specification.
    candidates: every weight of the model, with `name` and `shape`.
    rules: the rule of each of them, None for one that is not pruned.

  Returns:
    The rules, changed where a weight has no target of its own.
  """
  targets_of = distributions.AXIS.entry(spec.sparsity_distribution).targets
  if targets_of is None:
    return rules
  bounds = sparsity_bounds.Bounds.of(spec)
  shared = [
      i for i, (candidate, rule) in enumerate(zip(candidates, rules))
      if rule is not None and not spec.has_own_target(candidate.name)]
  targets = dict(zip(shared, targets_of(
      [candidates[i].shape for i in shared], spec.target_sparsity,
      bounds.min_sparsity, bounds.max_sparsity)))
  return [
      dataclasses.replace(
          rule, target_sparsity=targets[i],
          initial_sparsity=weight_rule.initial_sparsity(spec, targets[i]))
      if rule is not None and i in targets else rule
      for i, rule in enumerate(rules)]
