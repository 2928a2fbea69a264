# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The plan that a specification gives for the channels of a model."""

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
  """Which sets of channels of a model are pruned.

  Attributes:
    sets: the sets of which some channels are pruned.
    whole: why a set is not pruned, by the keys of the weights that have it.
    untrained: the names of weights because of which sets are not pruned, as
      these weights are not trained.
  """

  sets: Tuple[set_plan.SetPlan, ...]
  whole: Dict[Hashable, str]
  untrained: Tuple[str, ...]


def make_plan(traced: trace.Traced, found: Sequence[weights_lib.KerasWeight],
              rules: Sequence[Optional[weight_rule.WeightRule]],
              trained: Optional[Collection[Hashable]] = None) -> ChannelPlan:
  """Finds the rule of every set of channels.

  Among the kernels that make its channels, the one with the lowest target gives
  the set its rule. The set is not pruned if one of these kernels has no rule.

  Args:
    traced: the model and its channels.
    found: the weights of the model.
    rules: the rule that the spec gives each of them by itself.
    trained: the keys of the weights that training changes, if only training can
      zero slices. Default: None, any weight can be changed.

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
