# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which channels a spec prunes at once, and the report of it."""

from __future__ import annotations

import dataclasses
from typing import (
  Dict,
  Hashable,
  List,
  Mapping,
  NamedTuple,
  Sequence,
  Set,
  Tuple,
)

import numpy as np

from model_pruning._src.axes import counts
from model_pruning._src.channels import channel_sets
from model_pruning._src.channels import dependency as dependency_lib
from model_pruning._src.channels import removal
from model_pruning._src.channels import set_rule
from model_pruning._src.planning import report as report_lib

_Set = channel_sets.ChannelSet


class Pruned(NamedTuple):
  """What pruning of channels makes of weights.

  Attributes:
    changed: the weights that change, by key.
    whole: why weights are left alone, by key; others lose no channel by
      chance.
  """

  changed: Dict[Hashable, np.ndarray]
  whole: Dict[Hashable, str]

  def reported(self, report: report_lib.PruningReport,
               keys: Mapping[str, Hashable]) -> report_lib.PruningReport:
    """Returns a report with what has really become zero.

    Args:
      report: of the spec, weight by weight.
      keys: those of the weights, by name.
    """
    pruned, skipped = [], list(report.skipped)
    for one in report.pruned:
      key = keys[one.name]
      if key in self.changed:
        value = self.changed[key]
        zeros = 1.0 - np.count_nonzero(value) / value.size
        pruned.append(dataclasses.replace(
            one, structure='channels', target_sparsity=float(zeros),
            group=None))
      else:
        skipped.append(report_lib.SkippedWeight(
            one.name, one.shape,
            self.whole.get(key, 'none of its channels goes')))
    return dataclasses.replace(
        report, pruned=tuple(pruned), skipped=tuple(skipped))


def prune(dependency: dependency_lib.Dependency,
          values: Mapping[Hashable, np.ndarray],
          rules: set_rule.Rules, is_one_ranking: bool) -> Pruned:
  """Zeroes all that belongs to the channels that matter least.

  A channel matters by the mean of the squares of all entries that belong to
  it. Channels that depend on each other make a set, which is ranked by itself;
  or all are ranked together, each by its share of the mean of its set.

  Args:
    dependency: of the network.
    values: the weights by their keys.
    rules: what the spec makes of each if it is pruned by itself; see set_rule.
    is_one_ranking: whether the sets are ranked together.
  """
  targets: List[Tuple[_Set, float]] = []
  whole: Dict[Hashable, str] = {}
  for one in channel_sets.sets_of(dependency):
    rule, reason = set_rule.rule_of(one, rules)
    if rule is not None and rule.target_sparsity:
      targets.append((one, rule.target_sparsity))
    else:
      whole.update((use.weight, reason) for use in one.uses)
  removed = (_least_of_all if is_one_ranking else _least_of_each)(
      targets, removal.saliencies_of(dependency, values))
  removed = removal.with_one_left(
      [one for one, _ in targets], removed, dependency)
  return Pruned(removal.zeroed(dependency, values, removed), whole)


def _least_of_each(targets: Sequence[Tuple[_Set, float]],
                   saliencies: Mapping[int, float]) -> Set[int]:
  return {channel for one, target in targets
          for channel in removal.least(one, saliencies, target)}


def _least_of_all(targets: Sequence[Tuple[_Set, float]],
                  saliencies: Mapping[int, float]) -> Set[int]:
  total = sum(len(one.classes) for one, _ in targets)
  ranked = []
  for one, _ in targets:
    mean = np.mean([saliencies.get(channel, 0.0) for channel in one.classes])
    ranked += [(saliencies.get(channel, 0.0) / (mean or 1.0), channel)
               for channel in one.free]
  share = max([target for _, target in targets], default=0.0)
  number = total - counts.num_kept(total, share)
  return {channel for _, channel in sorted(ranked)[:number]}
