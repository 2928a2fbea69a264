# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Finds channels of little or no effect, and zeroes them or cuts them out."""

from __future__ import annotations

from typing import Any, Dict, Hashable, List, Mapping, Sequence, Set

import numpy as np

from model_pruning._src.axes import counts
from model_pruning._src.channels import channel_ids
from model_pruning._src.channels import channel_sets
from model_pruning._src.channels import dependency as dependency_lib


def without_effect(dependency: dependency_lib.Dependency,
                   values: Mapping[Hashable, np.ndarray]) -> Set[int]:
  """Returns the classes of channels that have no effect on the outputs.

  Every weight that sums over them is zero there, so their values do not matter.
  Frozen classes are left out.

  Args:
    dependency: the channels of the network.
    values: the weights, by weight key.
  """
  find = dependency.ids.find
  kept = set(dependency.ids.frozen())
  for use in dependency.uses:
    if use.role is dependency_lib.Role.CONSUMES:
      slices = np.moveaxis(values[use.weight], use.axis, 0)
      lives = slices.reshape(len(slices), -1).any(axis=1)
      kept.update(map(find, use.channels[lives].tolist()))
  made = {one for channels in dependency.families
          for one in dependency.ids.classes_of(channels).tolist()}
  return made - kept


def check_round_to(round_to: Any) -> None:
  """Raises a TypeError or ValueError unless it is an integer, at least 1."""
  if isinstance(round_to, bool) or not isinstance(round_to, int):
    raise TypeError('Argument `round_to` must be an integer. '
                    f'Received: {round_to!r}')
  if round_to < 1:
    raise ValueError('Argument `round_to` must be at least 1. '
                     f'Received: {round_to}')


def with_one_left(sets: Sequence[channel_sets.ChannelSet], removed: Set[int],
                  dependency: dependency_lib.Dependency,
                  round_to: int = 1) -> Set[int]:
  """Returns `removed` less the channels that layers must keep.

  Args:
    sets: the sets of channels of the network.
    removed: the classes of channels that could be removed.
    dependency: the channels of the network.
    round_to: each set keeps a multiple of this number of channels, or all of
      them, even if more could be removed. Default: 1.
  """
  removed = set(removed)
  for one in sets:
    candidates = [member for member in one.classes if member in removed]
    num_left = len(one.classes) - len(candidates)
    wanted = min(max(-(-num_left // round_to) * round_to, 1),
                 len(one.classes))
    removed.difference_update(candidates[:wanted - num_left])
  # A layer whose channels are some of a set must keep one too.
  for channels in dependency.keepers:
    classes = dependency.ids.classes_of(channels)
    if classes.size and removed.issuperset(classes.tolist()):
      removed.discard(int(classes[0]))
  return removed


def saliencies_of(dependency: dependency_lib.Dependency,
                  values: Mapping[Hashable, np.ndarray]) -> Dict[int, float]:
  """Returns the saliency of each class of channels.

  It is the mean square of all entries that belong to the class, in the weights
  that make its channels, scale them or sum over them.

  Args:
    dependency: the channels of the network.
    values: the weights, by weight key.
  """
  sums: Dict[int, float] = {}
  numbers: Dict[int, int] = {}
  for use in dependency.uses:
    if use.role is dependency_lib.Role.COUNTS:
      continue
    value = np.asarray(values[use.weight], np.float64)
    slices = np.moveaxis(value, use.axis, 0).reshape(value.shape[use.axis], -1)
    classes = dependency.ids.classes_of(use.channels)
    for one, square in zip(classes.tolist(),
                           np.square(slices).sum(axis=1).tolist()):
      sums[one] = sums.get(one, 0.0) + square
      numbers[one] = numbers.get(one, 0) + slices.shape[1]
  return {one: sums[one] / max(numbers[one], 1) for one in sums}


def least(one: channel_sets.ChannelSet, saliencies: Mapping[int, float],
          sparsity: float) -> List[int]:
  """Returns the channels of a set with the lowest saliencies.

  Args:
    one: the set.
    saliencies: the saliencies of its classes; 0 by default.
    sparsity: the share of its channels to prune, in [0, 1). At least one
      channel and all frozen ones are kept.
  """
  number = len(one.classes) - counts.num_kept(len(one.classes), sparsity)
  ranked = sorted(one.free, key=lambda free: (saliencies.get(free, 0.0), free))
  return ranked[:number]


def zeroed(dependency: dependency_lib.Dependency,
           values: Mapping[Hashable, np.ndarray],
           removed: Set[int]) -> Dict[Hashable, np.ndarray]:
  """Returns the weights that change, with the removed channels set to 0.0.

  Weights that make, scale or sum over a channel are zeroed there; statistics
  are left as they are.
  """
  changed: Dict[Hashable, np.ndarray] = {}
  for use in dependency.uses:
    gone = are_in(dependency, use.channels, removed)
    if use.role is dependency_lib.Role.COUNTS or not gone.any():
      continue
    value = changed.setdefault(use.weight, np.array(values[use.weight]))
    np.moveaxis(value, use.axis, 0)[gone] = 0
  return changed


def cut(dependency: dependency_lib.Dependency,
        values: Mapping[Hashable, np.ndarray],
        removed: Set[int]) -> Dict[Hashable, np.ndarray]:
  """Returns `values` without the slices of the removed channels."""
  smaller = dict(values)
  for use in dependency.uses:
    if use.weight not in smaller:
      continue
    gone = are_in(dependency, use.channels, removed)
    if gone.any():
      smaller[use.weight] = np.compress(
          ~gone, smaller[use.weight], axis=use.axis)
  return smaller


def num_left(dependency: dependency_lib.Dependency, channels: np.ndarray,
             removed: Set[int]) -> int:
  """Returns how many of `channels` are left, counting entries of no channel."""
  return int((~are_in(dependency, channels, removed)).sum())


def are_in(dependency: dependency_lib.Dependency, channels: np.ndarray,
           removed: Set[int]) -> np.ndarray:
  """Returns a bool array, true where a channel is in a removed class."""
  classes = dependency.ids.classes_of(np.asarray(channels))
  return np.isin(classes, sorted(removed or {-1})) & (
      classes != channel_ids.NONE)
