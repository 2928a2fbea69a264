# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What can be reached in a graph of any kind by following its edges."""

from __future__ import annotations

from typing import Callable, Iterable, Iterator, Set, TypeVar

_Item = TypeVar('_Item')


def reachable(starts: Iterable[_Item],
              next_of: Callable[[_Item], Iterable[_Item]]) -> Iterator[_Item]:
  """Yields `starts` and all that follows them, each item once.

  >>> edges = {1: [2, 3], 2: [1], 3: [], 4: [1]}
  >>> sorted(reachable([1], edges.__getitem__))
  [1, 2, 3]

  Args:
    starts: hashable items.
    next_of: returns the items that come directly after one. It is called once
      per item, after that item was yielded.
  """
  seen: Set[_Item] = set()
  waiting = list(starts)
  while waiting:
    item = waiting.pop()
    if item not in seen:
      seen.add(item)
      yield item
      waiting.extend(next_of(item))
