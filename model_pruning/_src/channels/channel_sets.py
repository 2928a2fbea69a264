# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Sets of channels that are ranked together, and the weights that use them."""

from __future__ import annotations

from typing import Dict, List, NamedTuple, Set, Tuple

from model_pruning._src.channels import channel_ids
from model_pruning._src.channels import dependency as dependency_lib


class ChannelSet(NamedTuple):
  """The channels of layers that depend on each other.

  Attributes:
    classes: the classes of united channels, in ascending order. A class is
      removed as a whole, and is named by its smallest channel.
    frozen: the members of `classes` that are always kept.
    reasons: the distinct reasons why those are kept.
    uses: the axes of weights that have these channels.
  """

  classes: Tuple[int, ...]
  frozen: Tuple[int, ...]
  reasons: Tuple[str, ...]
  uses: Tuple[dependency_lib.Use, ...]

  @property
  def free(self) -> List[int]:
    """The channels that may be removed, as long as one of the set is kept."""
    frozen = set(self.frozen)
    return [one for one in self.classes if one not in frozen]

  def __str__(self) -> str:
    """Two lines: the number of channels, and the weights that use them."""
    number = len(self.classes)
    head = f'{number} channel{"s" * (number != 1)}'
    if self.frozen:
      stay = 'all' if not self.free else f'{len(self.frozen)}'
      head += f', {stay} stay: {"; ".join(self.reasons)}'
    users = ', '.join(f'{use.name} {use.role.value}' for use in self.uses)
    return f'{head}\n    {users}'


def sets_of(dependency: dependency_lib.Dependency) -> List[ChannelSet]:
  """Returns the sets of channels of a network, in the order of the network.

  Layers whose channels are united, such as the two inputs of an addition, share
  one set.
  """
  ids = dependency.ids
  together = _united(dependency)
  members: Dict[int, Set[int]] = {}
  for channels in dependency.families:
    for one in ids.classes_of(channels).tolist():
      members.setdefault(together.find(one), set()).add(one)
  uses: Dict[int, List[dependency_lib.Use]] = {key: [] for key in members}
  for use in dependency.uses:
    keys = {together.find(one) for one in ids.classes_of(use.channels).tolist()
            if one != channel_ids.NONE}
    for key in sorted(keys & set(members)):
      uses[key].append(use)
  frozen = ids.frozen()
  return [_set(members[key], frozen, uses[key]) for key in sorted(members)]


def _united(dependency: dependency_lib.Dependency) -> channel_ids.ChannelIds:
  """Returns ids in which all the classes of each family are united."""
  together = channel_ids.ChannelIds()
  largest = max([0, *(int(use.channels.max()) for use in dependency.uses
                      if use.channels.size),
                 *(int(channels.max()) for channels in dependency.families
                   if channels.size)])
  together.fresh(largest)
  for channels in dependency.families:
    classes = dependency.ids.classes_of(channels)
    together.unite(classes[:-1], classes[1:])
  return together


def _set(members: Set[int], frozen: Dict[int, List[str]],
         uses: List[dependency_lib.Use]) -> ChannelSet:
  classes = tuple(sorted(members))
  stay = tuple(one for one in classes if one in frozen)
  reasons = list(dict.fromkeys(
      reason for one in stay for reason in frozen[one]))
  return ChannelSet(classes, stay, tuple(reasons), tuple(uses))
