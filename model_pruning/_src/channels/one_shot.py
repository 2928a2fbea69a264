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
  Optional,
  Sequence,
  Set,
  Tuple,
)

import numpy as np

from model_pruning._src.axes import counts
from model_pruning._src.channels import channel_sets
from model_pruning._src.channels import cost_ranking
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
    budget: what was asked for and what is left, in a sentence; '' if no budget
      is given.
    missed: why more is left than asked for, in a sentence; '' if it is not.
  """

  changed: Dict[Hashable, np.ndarray]
  whole: Dict[Hashable, str]
  budget: str = ''
  missed: str = ''

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
    missed = self.missed
    if report.pruned and not pruned:
      missed = missed or report_lib.NO_CHANNEL
    report = dataclasses.replace(
        report, pruned=tuple(pruned), skipped=tuple(skipped),
        budget=self.budget)
    return report.with_warning(missed) if missed else report


def prune(dependency: dependency_lib.Dependency,
          values: Mapping[Hashable, np.ndarray],
          rules: set_rule.Rules, is_one_ranking: bool,
          asked: Optional[cost_ranking.Asked] = None) -> Pruned:
  """Zeroes all that belongs to the channels that matter least.

  A channel matters by the mean of the squares of all entries that belong to
  it. Channels that depend on each other make a set, which is ranked by itself;
  or all are ranked together, each by its share of the mean of its set; for a
  budget by this share for what the channel costs.

  Args:
    dependency: of the network.
    values: the weights by their keys.
    rules: what the spec makes of each if it is pruned by itself; see set_rule.
    is_one_ranking: whether the sets are ranked together.
    asked: the budget, and what weights cost. Default: None, none is given.
  """
  targets: List[Tuple[_Set, float]] = []
  whole: Dict[Hashable, str] = {}
  for one in channel_sets.sets_of(dependency):
    rule, reason = set_rule.rule_of(one, rules)
    if rule is not None and rule.target_sparsity:
      targets.append((one, rule.target_sparsity))
    else:
      whole.update((use.weight, reason) for use in one.uses)
  sets = [one for one, _ in targets]
  saliencies = removal.saliencies_of(dependency, values)
  if asked is not None and sets:
    ranking = asked.ranking(dependency, sets)
    gone = _least_for_cost(dependency, ranking, saliencies)
    free = np.array([channel for one in sets for channel in one.free])
    return Pruned(
        removal.zeroed(dependency, values, set(free[gone].tolist())), whole,
        ranking.sentence(gone), ranking.missed(gone))
  removed = (_least_of_all if is_one_ranking else _least_of_each)(
      targets, saliencies)
  removed = removal.with_one_left(sets, removed, dependency)
  return Pruned(removal.zeroed(dependency, values, removed), whole)


def _least_for_cost(dependency: dependency_lib.Dependency,
                    ranking: cost_ranking.CostRanking,
                    saliencies: Mapping[int, float]) -> np.ndarray:
  """Which of the free channels go for a budget; a bool array."""
  found = []
  for one in ranking.sets:
    free = np.array([saliencies.get(channel, 0.0) for channel in one.free])
    free = free / (free.mean() or 1.0)
    places = {channel: i for i, channel in enumerate(one.free)}
    for channels in dependency.keepers:  # Each layer keeps its best one.
      classes = dependency.ids.classes_of(channels).tolist()
      if classes and places.keys() >= set(classes):
        layer = np.array(sorted({places[channel] for channel in classes}))
        free[layer[np.argmax(free[layer])]] = np.inf
    found.append(free)
  return ranking.least(np.concatenate(ranking.scores(found)))


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
