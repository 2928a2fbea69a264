# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Derives the rule of a set of channels from the rules of its kernels.

Among the kernels that make its channels, the one with the lowest target gives
the set its rule. The set is not pruned if one of these kernels has no rule.
"""

from __future__ import annotations

import dataclasses
from typing import Hashable, List, Mapping, Optional, Tuple

from model_pruning._src.channels import channel_sets
from model_pruning._src.channels import dependency as dependency_lib
from model_pruning._src.spec import weight_rule

Rules = Mapping[Hashable, Optional[weight_rule.WeightRule]]


def rule_of(one: channel_sets.ChannelSet, rules: Rules
            ) -> Tuple[Optional[weight_rule.WeightRule], str]:
  """Returns the rule of a set and '', or None and why the set is not pruned.

  Args:
    one: the set.
    rules: the rule that the specification gives each weight by itself, by
      weight key; None for a weight that is not pruned.
  """
  if not one.free:
    return None, f'all its channels stay: {"; ".join(one.reasons)}'
  kernels = [use for use in one.uses
             if use.role is dependency_lib.Role.MAKES and use.weight in rules]
  for use in kernels:
    if rules[use.weight] is None and use.rank > 1:
      return None, f'its channels go with those of {use.name}, which stays'
  of_kernels: List[weight_rule.WeightRule] = [
      rule for rule in (rules[use.weight] for use in kernels)
      if rule is not None]
  if not of_kernels:
    return None, 'no kernel makes its channels'
  least = min(of_kernels, key=lambda rule: rule.target_sparsity)
  if any(rule.group != least.group for rule in of_kernels):
    least = dataclasses.replace(least, group=None)
  return least, ''
