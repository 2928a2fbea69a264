# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How a set of channels is pruned, given how its kernels would be.

A set has the rule of the least target of the kernels that make its channels,
and stays whole where one of them has no rule.
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
  """Returns the rule of a set; with None, why.

  Args:
    one: the set.
    rules: what a specification makes of each weight if it is pruned by itself,
      by the key of the weight.
  """
  if not one.free:
    return None, f'all its channels stay: {"; ".join(one.reasons)}'
  kernels = [use for use in one.uses
             if use.role is dependency_lib.Role.MAKES and use.weight in rules]
  for use in kernels:
    if rules[use.weight] is None and use.rank > 1:
      return None, f'its channels go with those of {use.name}, which stays'
  found: List[weight_rule.WeightRule] = [
      rule for rule in (rules[use.weight] for use in kernels)
      if rule is not None]
  if not found:
    return None, 'no kernel makes its channels'
  least = min(found, key=lambda rule: rule.target_sparsity)
  if any(rule.group != least.group for rule in found):
    least = dataclasses.replace(least, group=None)
  return least, ''
