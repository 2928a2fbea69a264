# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A set of channels that is pruned in training, and where weights have it."""

from __future__ import annotations

from typing import Hashable, List, NamedTuple, Tuple

import numpy as np

from model_pruning._src.channels import channel_sets
from model_pruning._src.channels import dependency as dependency_lib
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


def plan_of(one: channel_sets.ChannelSet, rule: weight_rule.WeightRule,
            dependency: dependency_lib.Dependency) -> SetPlan:
  """Returns where weights have the channels of a set that is pruned.

  Args:
    one: the set.
    rule: how it is pruned.
    dependency: of the network.
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
      # What keeps one of a part keeps one of all.
      tuple(layer for layer, members in layers.items() if not any(
          other < members for other in layers.values())))
