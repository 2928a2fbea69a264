# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a specification makes of the channels of a model."""

from __future__ import annotations

from typing import (
  Collection,
  Dict,
  Hashable,
  List,
  NamedTuple,
  Optional,
  Sequence,
  Tuple,
)

from model_pruning._src.channels import channel_sets
from model_pruning._src.channels import dependency as dependency_lib
from model_pruning._src.channels import set_plan
from model_pruning._src.channels import set_rule
from model_pruning._src.keras.channels import trace
from model_pruning._src.keras.models import weights as weights_lib
from model_pruning._src.spec import weight_rule


class ChannelPlan(NamedTuple):
  """What is made of the sets of channels of a model.

  Attributes:
    sets: those of which some channels are pruned.
    whole: for the key of each weight that has a set which stays whole, why.
    untrained: names of weights for which sets stay whole, as they are not
      trained.
  """

  sets: Tuple[set_plan.SetPlan, ...]
  whole: Dict[Hashable, str]
  untrained: Tuple[str, ...]


def make_plan(traced: trace.Traced, found: Sequence[weights_lib.KerasWeight],
              rules: Sequence[Optional[weight_rule.WeightRule]],
              trained: Optional[Collection[Hashable]] = None) -> ChannelPlan:
  """Finds the rule of every set of channels.

  A set has the rule of the least target of the kernels that make its channels,
  and stays whole where one of them has no rule.

  Args:
    traced: the model and its channels.
    found: the weights of the model.
    rules: what the spec makes of each of them if it is pruned by itself.
    trained: keys of the weights that training changes, if slices can become
      zero in training only. Default: None, any weight can be changed.

  Returns:
    The plan.
  """
  by_weight: set_rule.Rules = {
      id(weight.variable): rule for weight, rule in zip(found, rules)}
  sets: List[set_plan.SetPlan] = []
  whole: Dict[Hashable, str] = {}
  untrained: List[str] = []
  for one in channel_sets.sets_of(traced.dependency):
    rule, reason = set_rule.rule_of(one, by_weight)
    fixed = [] if trained is None or rule is None else [
        use.name for use in one.uses if use.weight not in trained
        and use.role is not dependency_lib.Role.COUNTS]
    if fixed:
      rule, reason = None, (f'its channels go with those of {fixed[0]}, which '
                            'is not trained')
      untrained += fixed
    if rule is None:
      whole.update((use.weight, reason) for use in one.uses)
    else:
      sets.append(set_plan.plan_of(one, rule, traced.dependency))
  return ChannelPlan(tuple(sets), whole, tuple(dict.fromkeys(untrained)))
