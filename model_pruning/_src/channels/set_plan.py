# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A set of channels that training prunes, and the weight slices it covers."""

from __future__ import annotations

from typing import Hashable, List, NamedTuple, Tuple

import numpy as np

from model_pruning._src.channels import channel_sets
from model_pruning._src.channels import dependency as dependency_lib
from model_pruning._src.spec import weight_rule


class Slices(NamedTuple):
  """The channels of a set along an axis of a weight.

  Attributes:
    weight: the key of the weight.
    axis: an axis of the weight, >= 0.
    places: int64 array, one per index of the axis: the index of its channel
      among the free channels of the set; their number if it has none of them.
  """

  weight: Hashable
  axis: int
  places: np.ndarray


class SetPlan(NamedTuple):
  """A set of channels of which some are pruned.

  Attributes:
    channels: the set; some of its channels are free.
    rule: the rule of the set: that of the kernel with the lowest target among
      those that make its channels.
    slices: the axes of weights that have its channels, without statistics.
    layers: groups of free channels, by their indices, of each of which one must
      be kept: the channels of a layer that makes only free ones, or those that
      an op slices out of others.
  """

  channels: channel_sets.ChannelSet
  rule: weight_rule.WeightRule
  slices: Tuple[Slices, ...]
  layers: Tuple[Tuple[int, ...], ...]


def plan_of(one: channel_sets.ChannelSet, rule: weight_rule.WeightRule,
            dependency: dependency_lib.Dependency) -> SetPlan:
  """Returns the plan of a set of channels.

  Args:
    one: the set.
    rule: how it is pruned.
    dependency: the channels of the network.
  """
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
      # Keeping a channel of a smaller group keeps one of the larger group too.
      tuple(layer for layer, members in layers.items() if not any(
          other < members for other in layers.values())))
