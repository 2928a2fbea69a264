# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The cost of a network without some of its channels."""

from __future__ import annotations

from typing import Any, Dict, Hashable, List, Mapping, Sequence, Tuple

import numpy as np

from model_pruning._src.axes import numbers
from model_pruning._src.channels import dependency as dependency_lib


class Cost:
  """The parameters or multiply-adds of a network, given which channels remain.

  The cost of a weight is proportional to its number of entries: the product of
  the lengths of its axes, less the channels that are removed. Costs are
  float64, and exact up to 2**53.

  Attributes:
    total: the cost of the whole network, a float.
    of_each: float64 array, one per channel: the cost that removing this channel
      alone saves.
  """

  def __init__(self, dependency: dependency_lib.Dependency,
               shapes: Mapping[Hashable, Sequence[int]],
               of_entries: Mapping[Hashable, float],
               channels: Sequence[int]):
    """Splits the cost of each weight into the factors of its axes.

    Args:
      dependency: the channels of the network.
      shapes: the shapes of the weights, by weight key.
      of_entries: the cost of one entry of a weight, by weight key; a weight
        without a key here costs nothing.
      channels: the classes of channels that may be removed.
    """
    lines = _Lines(dependency, channels)
    by_weight: Dict[Hashable, Dict[int, int]] = {}
    for use in dependency.uses:
      line = lines.of(use.channels)
      if line is not None:
        by_weight.setdefault(use.weight, {})[use.axis] = line
    products: Dict[Tuple[int, ...], float] = {}
    for weight, entry_cost in of_entries.items():
      line_of = by_weight.get(weight, {})
      others = [length for axis, length in enumerate(shapes[weight])
                if axis not in line_of]
      key = tuple(sorted(line_of.values()))
      products[key] = products.get(key, 0.0) + entry_cost * float(np.prod(
          others, dtype=np.float64))
    self._lengths, self._numbers = lines.arrays()
    self._products: List[Tuple[np.ndarray, np.ndarray]] = []
    for rank in sorted(set(map(len, products))):
      keys = [key for key in products if len(key) == rank]
      self._products.append((
          np.array(keys, np.int64).reshape(len(keys), rank),
          np.array([products[key] for key in keys])[:, np.newaxis]))
    self.total = float(self._sum(self._lengths)[0])
    self.of_each = self.total - self._sum(self._lengths - self._numbers)

  def after_each(self, order: Any) -> Any:
    """Returns the costs while channels are removed one after another.

    Args:
      order: the indices of all channels, an int array or tensor.

    Returns:
      float64 array or tensor, as `order` is: item i is the cost without the
      channels ``order[:i + 1]``.
    """
    xp = numbers.namespace(order)
    taken = numbers.cast(
        (xp.take if xp is np else xp.gather)(self._numbers, order, axis=1),
        'float64', xp)
    return self._sum(self._lengths - xp.cumsum(taken, axis=1))

  def without(self, removed: Any) -> Any:
    """Returns the cost without the channels in `removed`, a float64 scalar.

    Args:
      removed: bool array or tensor, one entry per channel.
    """
    xp = numbers.namespace(removed)
    taken = xp.matmul(numbers.cast(self._numbers, 'float64', xp),
                      numbers.cast(removed, 'float64', xp)[:, np.newaxis])
    return numbers.plain(self._sum(self._lengths - taken)[0])

  def _sum(self, lengths: Any) -> Any:
    """The total cost for each column of `lengths`, of shape [lines, n]."""
    xp = numbers.namespace(lengths)
    take = xp.take if xp is np else xp.gather
    total: Any = np.zeros([1])
    for lines, one in self._products:
      product = one
      for i in range(lines.shape[1]):
        product = product * take(lengths, lines[:, i], axis=0)
      total = total + (product.sum(axis=0) if xp is np or lines.shape[1] == 0
                       else xp.reduce_sum(product, axis=0))
    return total


class _Lines:
  """Counts how often each channel occurs along an axis.

  Axes with equal counts and lengths share a line.
  """

  def __init__(self, dependency: dependency_lib.Dependency,
               channels: Sequence[int]):
    self._ids = dependency.ids
    self._places = {channel: i for i, channel in enumerate(channels)}
    self._lines: Dict[Tuple[int, bytes], int] = {}

  def of(self, channels: np.ndarray) -> Any:
    """The line of an axis; None if none of its channels may be removed."""
    nowhere = len(self._places)
    counts = np.bincount(
        [self._places.get(one, nowhere)
         for one in self._ids.classes_of(channels).tolist()],
        minlength=nowhere + 1)[:nowhere].astype(np.int32)
    if not counts.any():
      return None
    return self._lines.setdefault(
        (len(channels), counts.tobytes()), len(self._lines))

  def arrays(self) -> Tuple[np.ndarray, np.ndarray]:
    """The lengths, float64 [lines, 1]; the counts, int32 [lines, channels]."""
    lengths = np.array([length for length, _ in self._lines], np.float64)
    counts = b''.join(line for _, line in self._lines)
    return lengths[:, np.newaxis], np.frombuffer(counts, np.int32).reshape(
        len(lengths), len(self._places))
