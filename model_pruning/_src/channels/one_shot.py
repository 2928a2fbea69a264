# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prunes the channels that a spec asks for in one step, and reports them."""

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
  """The result of pruning channels.

  Attributes:
    changed: the new values of the weights that change, by weight key.
    whole: why weights are not pruned, by weight key. A weight that is neither
      here nor in `changed` could lose channels, but its scores were too high.
    budget: a sentence with the cost that was asked for and the one reached; ''
      without a budget.
    missed: a warning if the budget was not reached, else ''.
  """

  changed: Dict[Hashable, np.ndarray]
  whole: Dict[Hashable, str]
  budget: str = ''
  missed: str = ''

  def reported(self, report: report_lib.PruningReport,
               keys: Mapping[str, Hashable]) -> report_lib.PruningReport:
    """Returns a report with the sparsity that the weights really have.

    Args:
      report: the report of the spec, which treats each weight by itself.
      keys: the weight keys, by the names of the weights.
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
  """Zeroes all entries of the channels with the lowest saliencies.

  The saliency of a channel is the mean square of all entries that belong to it.
  Channels that depend on each other form a set. Each set is ranked by itself;
  or all are ranked together, by the saliencies over the mean of their set; or,
  for a budget, by these over the cost of the channel.

  Args:
    dependency: the channels of the network.
    values: the weights, by weight key.
    rules: the rule of each weight by itself; see set_rule.
    is_one_ranking: whether the sets are ranked together.
    asked: the budget, and the costs of the weights. Default: None, no budget.
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
  """Which of the free channels are removed for a budget; a bool array."""
  scores = []
  for one in ranking.sets:
    free = np.array([saliencies.get(channel, 0.0) for channel in one.free])
    free = free / (free.mean() or 1.0)
    places = {channel: i for i, channel in enumerate(one.free)}
    for channels in dependency.keepers:  # Each layer keeps its best channel.
      classes = dependency.ids.classes_of(channels).tolist()
      if classes and places.keys() >= set(classes):
        layer = np.array(sorted({places[channel] for channel in classes}))
        free[layer[np.argmax(free[layer])]] = np.inf
    scores.append(free)
  return ranking.least(np.concatenate(ranking.scores(scores)))


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
