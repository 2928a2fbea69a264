# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Ranks channels by saliency per cost, and prunes them down to a budget.

The channels of the lowest saliency per cost are removed first, one after
another, until the network costs no more than the budget. So its cost is below
the budget by less than the cost of the channel that was removed last.
"""

from __future__ import annotations

from typing import (
  Any,
  Callable,
  Hashable,
  List,
  Mapping,
  NamedTuple,
  Optional,
  Sequence,
)

import numpy as np

from model_pruning._src.axes import counts
from model_pruning._src.axes import numbers
from model_pruning._src.channels import channel_sets
from model_pruning._src.channels import cost as cost_lib
from model_pruning._src.channels import dependency as dependency_lib
from model_pruning._src.spec import budget as budget_lib


class CostRanking(NamedTuple):
  """How the channels of a network are ranked for a budget.

  Attributes:
    sets: the sets of channels that are ranked; each has free channels.
    cost: the cost of the network by the free channels of `sets`, in order.
    budget: the cost to reach, and the bounds of the sparsity of each set.
  """

  sets: Sequence[channel_sets.ChannelSet]
  cost: cost_lib.Cost
  budget: budget_lib.Budget

  def scores(self, saliencies: Sequence[Any]) -> List[Any]:
    """Returns the scores by which channels are ranked: saliency per cost.

    The score of a channel that must be kept, or that costs nothing, is
    infinite. If the budget has a lower bound of the sparsity, the channels that
    each set must lose have lower scores than all others.

    Args:
      saliencies: one float64 array or tensor per set, with the saliencies of
        its free channels; infinite where a channel must be kept.

    Returns:
      Arrays or tensors like `saliencies`, >= 0; the lowest score is removed
      first.
    """
    scores, first = [], 0
    for one, saliency in zip(self.sets, saliencies):
      last = first + len(one.free)
      scores.append(self._scores(
          one, saliency, self.cost.of_each[first:last]))
      first = last
    return scores

  def _scores(self, one: channel_sets.ChannelSet, saliency: Any,
              costs: np.ndarray) -> Any:
    xp = numbers.namespace(saliency)
    infinite = np.full(len(costs), np.inf)
    # Relative costs make the scores about 1, so that `1.0 + score` below does
    # not round them away.
    relative = costs / max(self.cost.of_each.mean(), 1e-300)
    score = saliency / np.where(costs > 0, relative, 1.0) + np.where(
        costs > 0, 0.0, np.inf)
    score = numbers.where(xp.equal(score, score), score, infinite)  # NaN.
    number = len(one.classes)
    most = number - counts.num_kept(number, self.budget.max_sparsity)
    least = number - counts.num_kept(number, self.budget.min_sparsity)
    places = _argsort(ascending(score))
    if least:
      finite = xp.minimum(score, np.finfo(np.float64).max)
      score = numbers.where(
          xp.logical_and(places < least, score < np.inf),
          finite / (1.0 + finite), 1.0 + score)
    return numbers.where(places >= most, infinite, score)

  def num_pruned(self, scores: Any, share: Any) -> Any:
    """Returns how many of the channels, lowest score first, are removed.

    Args:
      scores: the results of `scores`, concatenated: an array or a tensor.
      share: the share of the cost to remove, in [0, 1]. If the channels that
        may go cost less, all of them are removed.

    Returns:
      int64 scalar, an array or a tensor.
    """
    xp = numbers.namespace(scores)
    costs = self.cost.after_each(ascending(scores))
    # Costs are whole numbers, so a difference below 0.5 is rounding.
    above = costs > self.cost.total * (1.0 - share) + 0.5
    free = numbers.cast(scores < np.inf, 'int64', xp)
    add = np.sum if xp is np else xp.reduce_sum
    # One more channel than those that leave the cost above the budget.
    needed = add(numbers.cast(above, 'int64', xp)) + numbers.cast(
        share * self.cost.total > 0.5, 'int64', xp)
    return xp.minimum(needed, add(free))

  def sparsity(self, scores: Any, share: Any, removed: Any = None) -> Any:
    """Returns the share of the channels that is removed.

    Args:
      scores: the results of `scores`, concatenated: an array or a tensor.
      share: the share of the cost to remove, as in `num_pruned`.
      removed: bool, one per channel: the channels that are pruned now. At least
        the share of the cost that they save is removed, up to the budget.
        Default: None, `share` alone counts.

    Returns:
      float64 scalar, an array or a tensor.
    """
    xp = numbers.namespace(scores)
    if removed is not None:
      gone = self.removed_share(removed)
      share = xp.maximum(share, xp.minimum(gone, 1.0 - self.budget.share))
    return numbers.cast(self.num_pruned(scores, share), 'float64', xp) / len(
        self.cost.of_each)

  def least(self, scores: np.ndarray) -> np.ndarray:
    """Returns a bool array: the channels whose removal meets the budget."""
    gone = np.zeros(len(scores), bool)
    gone[ascending(scores)[:self.num_pruned(
        scores, 1.0 - self.budget.share)]] = True
    return gone

  def removed_share(self, removed: Any) -> Any:
    """Returns the share of the cost that removing channels saves.

    Args:
      removed: bool array or tensor, one entry per channel.
    """
    return 1.0 - self.cost.without(removed) / self.cost.total

  def sentence(self, removed: np.ndarray) -> str:
    """Returns a sentence with the cost that was asked for and the one reached.

    Args:
      removed: bool array, one entry per channel.
    """
    left, total = self.cost.without(removed), self.cost.total
    return (f'{self.budget.field}={100.0 * self.budget.share:.9g}% asks for '
            f'{total * self.budget.share:,.0f} of {total:,.0f} '
            f'{self.budget.unit}; {left:,.0f} are left ({left / total:.2%})')

  def missed(self, removed: np.ndarray) -> str:
    """Returns a warning if the network costs more than the budget, else ''."""
    if (self.cost.without(removed)
        <= self.cost.total * self.budget.share + 0.5):
      return ''
    return (f'No more channels can go than those of {self.sentence(removed)}. '
            'Others stay with a bound, with `do_not_prune`, with what the '
            'network needs whole, or as the last one of a layer.')


class Asked(NamedTuple):
  """A budget, and the costs of the weights of a network.

  Attributes:
    budget: the cost to reach.
    shapes: the shapes of the weights, by weight key.
    of_entries: the cost of one entry of a weight, by weight key; a weight
      without a key here costs nothing.
  """

  budget: budget_lib.Budget
  shapes: Mapping[Hashable, Sequence[int]]
  of_entries: Mapping[Hashable, float]

  @classmethod
  def of(cls, budget: budget_lib.Budget,
         shapes: Mapping[Hashable, Sequence[int]],
         count: Callable[[], Mapping[Any, Optional[int]]],
         names: Mapping[Hashable, str]) -> Asked:
    """Returns a budget with the cost of one entry of each weight.

    Args:
      budget: the cost to reach.
      shapes: the shapes of the weights, by weight key.
      count: returns the multiply-adds of each weight, by weight key; None for a
        weight whose multiply-adds are not known. It is called only if the
        budget is `target_macs`.
      names: the names of the weights, by weight key, for the error.

    Raises:
      ValueError: if the multiply-adds of a weight are not known.
    """
    if budget.field == 'target_params':
      return cls(budget, shapes, dict.fromkeys(shapes, 1.0))
    counts_of = {key: number for key, number in count().items()
                 if key in shapes}
    unknown = [names[key] for key, number in counts_of.items()
               if number is None]
    if unknown:
      raise ValueError(unknown_multiply_adds(
          f'those of {", ".join(unknown)} cannot be told'))
    return cls(budget, shapes, {
        key: (number or 0) / max(np.prod(shapes[key], dtype=np.int64), 1)
        for key, number in counts_of.items()})

  def ranking(self, dependency: dependency_lib.Dependency,
              sets: Sequence[channel_sets.ChannelSet]) -> CostRanking:
    """Returns the ranking of sets of channels of a network."""
    return CostRanking(sets, cost_lib.Cost(
        dependency, self.shapes, self.of_entries,
        [channel for one in sets for channel in one.free]), self.budget)


def unknown_multiply_adds(why: str) -> str:
  """Returns the message of an error about `target_macs`."""
  return ('Field `target_macs` must be left out where the multiply-adds of the '
          f'model are not known: {why}. Give `target_params`, or inputs of '
          'known sizes')


def ascending(scores: Any) -> Any:
  """Returns the indices of channels in the order in which they are removed.

  Among equal scores the last one is removed first, as masks keep the lower
  index.
  """
  return _argsort(-scores)[::-1]


def _argsort(values: Any) -> Any:
  xp = numbers.namespace(values)
  if xp is np:
    return np.argsort(values, kind='stable')
  return xp.argsort(values, stable=True)
