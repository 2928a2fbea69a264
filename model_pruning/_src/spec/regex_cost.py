# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How long the search of a regular expression by `re` may take."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

# The parser of `re` has another name from Python 3.11 on, and no public one.
# Tried on Python 3.7 to 3.13.
try:
  from re import _parser as sre_parse  # type: ignore[attr-defined]
except ImportError:
  import sre_parse


class Cost(NamedTuple):
  """An upper bound of the ways in which a pattern can match at one place.

  In a text of n characters it is ``factor * n**power / power!``.

  Attributes:
    power: how many parts, one after the other, match texts of several lengths.
    factor: how many ways there are because of alternatives.
    is_exponential: whether a part that repeats can match in several ways, as
      in `(a+)+`: then there is no such bound.
  """

  power: int = 0
  factor: int = 1
  is_exponential: bool = False

  def ways(self, length: int) -> float:
    """Returns the bound for a text of `length` characters."""
    if self.is_exponential or self.power > 10:
      return math.inf
    return self.factor * length**self.power / math.factorial(self.power)


_MOST_FACTOR = 10_000


def of_search(pattern: str) -> Cost:
  """Returns the ways of a search, which begins at every place.

  >>> of_search('.*/(conv|dense)_[0-9]+/')
  Cost(power=3, factor=2, is_exponential=False)
  >>> of_search('(a+)+b').is_exponential
  True

  Args:
    pattern: a pattern that `re.compile` takes.
  """
  cost = _of_sequence(sre_parse.parse(pattern))
  return cost._replace(power=cost.power + 1)


def _of_sequence(parsed: Any) -> Cost:
  power = most_power = 0
  factor = 1
  is_exponential = False
  for op, argument in parsed:
    cost = _of_part(str(op), argument)
    factor *= cost.factor
    is_exponential |= cost.is_exponential or factor > _MOST_FACTOR
    if str(op) in ('ASSERT', 'ASSERT_NOT'):  # Nothing goes back into it.
      most_power = max(most_power, power + cost.power)
    else:
      power += cost.power
  return Cost(max(power, most_power), min(factor, _MOST_FACTOR), is_exponential)


def _of_part(op: str, argument: Any) -> Cost:
  if op == 'BRANCH':
    return _one_of([_of_sequence(branch) for branch in argument[1]])
  if op == 'SUBPATTERN':
    return _of_sequence(argument[3])
  if op in ('ASSERT', 'ASSERT_NOT'):
    return _of_sequence(argument[1])
  if op == 'ATOMIC_GROUP':
    return _of_sequence(argument)
  if op == 'GROUPREF_EXISTS':
    return _one_of([_of_sequence(part or ()) for part in argument[1:]])
  if op == 'GROUPREF':
    return Cost(power=1)  # The text is compared.
  if op.endswith('REPEAT'):
    least, most, repeated = argument
    inside = _of_sequence(repeated)
    if most <= 1:
      return inside._replace(factor=inside.factor + (least != most))
    # What can match nothing is repeated however short the text is.
    factor = max(least, 1) if repeated.getwidth()[0] == 0 else 1
    return Cost(int(least != most), factor, inside.is_exponential
                or inside.power > 0 or inside.factor > 1)
  return Cost()


def _one_of(costs: Any) -> Cost:
  return Cost(max(cost.power for cost in costs),
              sum(cost.factor for cost in costs),
              any(cost.is_exponential for cost in costs))
