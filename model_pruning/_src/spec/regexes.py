# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Regular expressions of strangers: checked, and searched in bounded time.

Most patterns are searched by `re`. Those for which `re` could take longer than
anybody waits, such as `(a+)+b`, are searched by an automaton; the few of these
that an automaton cannot do are refused.
"""

from __future__ import annotations

import functools
import re
import warnings
from typing import Callable, NamedTuple, Optional

from model_pruning._src.spec import automaton
from model_pruning._src.spec import errors
from model_pruning._src.spec import regex_cost

MOST_CHARACTERS = 10_000
# How many ways `re` may try, of which it does 10 million in a second: where an
# automaton can do the search as well, where it cannot, and for names of this
# length at least.
_MANY_WAYS = 1e6
_MOST_WAYS = 1e9
_LENGTH = 200
# In these, every character stands for itself.
_LITERAL = re.compile(r'[\w/:, -]*')
_REPEAT = re.compile('[*+?{]')
_FEW = 8  # Alternatives, at most.


class _Search(NamedTuple):
  """How a pattern is searched.

  Attributes:
    by_re: searches by `re`.
    cost: of that.
    by_automaton: searches by an automaton; None if there is none.
  """

  by_re: Callable[[str], object]
  cost: regex_cost.Cost
  by_automaton: Optional[Callable[[str], bool]]


def why_not(pattern: str) -> str:
  """Returns why a pattern cannot be searched, in a few words; '' if it can.

  >>> why_not('(conv|dense)_[0-9]+/'), why_not('(a+)+b')
  ('', '')
  >>> why_not('a(')
  'missing ), unterminated subpattern at position 1'
  """
  if len(pattern) > MOST_CHARACTERS:
    return (f'it has {len(pattern)} characters, and {MOST_CHARACTERS} are the '
            'most')
  if _LITERAL.fullmatch(pattern):
    return ''
  try:
    _search_of(pattern)
  except automaton.UnsupportedError as error:
    return f'a search may take forever, and {error}'
  except RecursionError:
    return 'it has too many groups in groups'
  except OverflowError:
    return 'it repeats something too often'
  except (re.error, ValueError, TypeError) as error:
    return str(error)[:200]
  return ''


@functools.lru_cache(maxsize=1 << 16)
def search(pattern: str, text: str) -> bool:
  """Whether a pattern that can be searched matches somewhere in a text."""
  if _LITERAL.fullmatch(pattern):
    return pattern in text
  how = _search_of(pattern)
  ways = how.cost.ways(len(text))
  if how.by_automaton is not None and ways > _MANY_WAYS:
    return how.by_automaton(text)
  if ways > _MOST_WAYS:
    raise ValueError(
        f'A pattern must be searched in a name in a few seconds. Received: '
        f'the pattern {errors.shown(pattern)} and a name of {len(text)} '
        'characters, which may take longer')
  return how.by_re(text) is not None


@functools.lru_cache(maxsize=1 << 14)
def _search_of(pattern: str) -> _Search:
  """How to search a pattern.

  Raises:
    automaton.UnsupportedError: It cannot be searched in bounded time.
    Exception: Any of those that `re.compile` raises.
  """
  with warnings.catch_warnings():
    warnings.simplefilter('ignore')  # Of what another Python will not take.
    compiled = re.compile(pattern)
    if _REPEAT.search(pattern) or pattern.count('|') > _FEW:
      cost = regex_cost.of_search(pattern)
    else:  # Thousands of such patterns would take long to parse again.
      cost = regex_cost.Cost(1, 2**_FEW)
    by_automaton: Optional[Callable[[str], bool]] = None
    if cost.ways(_LENGTH) > _MANY_WAYS:
      try:
        by_automaton = automaton.Automaton(pattern).search
      except automaton.UnsupportedError:
        if cost.ways(_LENGTH) > _MOST_WAYS:
          raise
  return _Search(compiled.search, cost, by_automaton)
