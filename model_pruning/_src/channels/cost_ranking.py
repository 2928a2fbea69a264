# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Channels ranked by saliency per cost, until a budget is reached.

Those that matter least for what they cost go first, one after another, until
no more is left of the network than the budget: so what is left differs from it
by less than the last channel costs.
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
    sets: the sets of channels that are ranked; some of each are free.
    cost: by the free channels of these, in their order.
    budget: what is asked for, and the bounds of each set.
  """

  sets: Sequence[channel_sets.ChannelSet]
  cost: cost_lib.Cost
  budget: budget_lib.Budget

  def scores(self, saliencies: Sequence[Any]) -> List[Any]:
    """Returns how much channels matter for what they cost, as they are ranked.

    What has to stay, and what costs nothing, is infinite. With a lower bound
    the first channels of each set come before all others.

    Args:
      saliencies: of the free channels of each set, float64 arrays or tensors;
        infinite where a channel has to stay.

    Returns:
      The same, >= 0: the least goes first.
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
    # Relative costs, so that 1 is added to numbers of its size below.
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
    """Returns how many channels of the least scores go.

    Args:
      scores: what `scores` returned, joined: an array or a tensor.
      share: of the cost that goes at least, if so much can, in [0, 1].

    Returns:
      int64 scalar, an array or a tensor.
    """
    xp = numbers.namespace(scores)
    costs = self.cost.after_each(ascending(scores))
    # Of whole numbers: half of one is rounding.
    above = costs > self.cost.total * (1.0 - share) + 0.5
    free = numbers.cast(scores < np.inf, 'int64', xp)
    add = np.sum if xp is np else xp.reduce_sum
    # The last one is that with which it is no longer above.
    needed = add(numbers.cast(above, 'int64', xp)) + numbers.cast(
        share * self.cost.total > 0.5, 'int64', xp)
    return xp.minimum(needed, add(free))

  def sparsity(self, scores: Any, share: Any, removed: Any = None) -> Any:
    """Returns the share of the channels that goes.

    Args:
      scores: what `scores` returned, joined: an array or a tensor.
      share: of the cost that goes at least, if so much can, in [0, 1].
      removed: bool, one per channel: those that are gone already, where what
        they cost must not come back up to the budget. Default: it may.

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
    """Returns which channels go for the budget; a bool array like `scores`."""
    gone = np.zeros(len(scores), bool)
    gone[ascending(scores)[:self.num_pruned(
        scores, 1.0 - self.budget.share)]] = True
    return gone

  def removed_share(self, removed: Any) -> Any:
    """Returns which share of the cost channels are; `removed` is bool."""
    return 1.0 - self.cost.without(removed) / self.cost.total

  def sentence(self, removed: np.ndarray) -> str:
    """Returns for people what was asked for, and what is left.

    Args:
      removed: bool, one per channel.
    """
    left, total = self.cost.without(removed), self.cost.total
    return (f'{self.budget.field}={100.0 * self.budget.share:.9g}% asks for '
            f'{total * self.budget.share:,.0f} of {total:,.0f} '
            f'{self.budget.unit}; {left:,.0f} are left ({left / total:.2%})')

  def missed(self, removed: np.ndarray) -> str:
    """Returns why more is left than asked for, in a sentence, or ''."""
    if (self.cost.without(removed)
        <= self.cost.total * self.budget.share + 0.5):
      return ''
    return (f'No more channels can go than those of {self.sentence(removed)}. '
            'Others stay with a bound, with `do_not_prune`, with what the '
            'network needs whole, or as the last one of a layer.')


class Asked(NamedTuple):
  """A budget, and what the weights of a network cost.

  Attributes:
    budget: what is asked for.
    shapes: of the weights, by their keys.
    of_entries: what an entry of a weight costs, by the key of the weight;
      nothing if it is not there.
  """

  budget: budget_lib.Budget
  shapes: Mapping[Hashable, Sequence[int]]
  of_entries: Mapping[Hashable, float]

  @classmethod
  def of(cls, budget: budget_lib.Budget,
         shapes: Mapping[Hashable, Sequence[int]],
         count: Callable[[], Mapping[Any, Optional[int]]],
         names: Mapping[Hashable, str]) -> Asked:
    """Returns a budget with what an entry of each weight costs.

    Args:
      budget: what is asked for.
      shapes: of the weights, by their keys.
      count: returns the multiply-adds of each weight, by its key; None if that
        cannot be told. It is called if the budget is one of these.
      names: of the weights, by their keys, for the error.

    Raises:
      ValueError: the multiply-adds of a weight are not known.
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
  """Returns the places of scores in the order in which channels go.

  Of equal ones the last goes first, as masks keep them.
  """
  return _argsort(-scores)[::-1]


def _argsort(values: Any) -> Any:
  xp = numbers.namespace(values)
  if xp is np:
    return np.argsort(values, kind='stable')
  return xp.argsort(values, stable=True)
