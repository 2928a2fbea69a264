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

import numpy as np

from model_pruning._src.channels import channel_sets
from model_pruning._src.channels import dependency as dependency_lib
from model_pruning._src.channels import set_rule
from model_pruning._src.keras.channels import trace
from model_pruning._src.keras.models import weights as weights_lib
from model_pruning._src.spec import weight_rule


class Slices(NamedTuple):
  """Where an axis of a weight has the channels of a set.

  Attributes:
    weight: the key of the weight.
    axis: of the weight, >= 0.
    places: int64, one per entry of the axis: which of the free channels of the
      set it belongs to; their number if to none of them.
  """

  weight: Hashable
  axis: int
  places: np.ndarray


class SetPlan(NamedTuple):
  """A set of channels of which some are pruned.

  Attributes:
    channels: the set; some of its channels are free.
    rule: that of the kernel which makes its channels and is pruned least.
    slices: where weights have its channels; statistics are left out.
    layers: for each layer that makes only free channels of it, or that takes a
      part of these, which they are: one of them has to stay.
  """

  channels: channel_sets.ChannelSet
  rule: weight_rule.WeightRule
  slices: Tuple[Slices, ...]
  layers: Tuple[Tuple[int, ...], ...]


class ChannelPlan(NamedTuple):
  """What is made of the sets of channels of a model.

  Attributes:
    sets: those of which some channels are pruned.
    whole: for the key of each weight that has a set which stays whole, why.
    untrained: names of weights for which sets stay whole, as they are not
      trained.
  """

  sets: Tuple[SetPlan, ...]
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
  sets: List[SetPlan] = []
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
      sets.append(_set_plan(one, rule, traced.dependency))
  return ChannelPlan(tuple(sets), whole, tuple(dict.fromkeys(untrained)))


def _set_plan(one: channel_sets.ChannelSet, rule: weight_rule.WeightRule,
              dependency: dependency_lib.Dependency) -> SetPlan:
  places = {channel: i for i, channel in enumerate(one.free)}

  def places_of(channels: np.ndarray) -> List[int]:
    return [places.get(channel, len(places))
            for channel in dependency.ids.classes_of(channels).tolist()]

  kept = [set(places_of(channels)) for channels in dependency.keepers
          if channels.size]
  layers = {tuple(sorted(layer)): layer for layer in kept
            if max(layer) < len(places)}
  return SetPlan(
      one, rule,
      tuple(Slices(use.weight, use.axis, np.array(places_of(use.channels)))
            for use in one.uses
            if use.role is not dependency_lib.Role.COUNTS),
      # What keeps one of a part keeps one of all.
      tuple(layer for layer, members in layers.items() if not any(
          other < members for other in layers.values())))
