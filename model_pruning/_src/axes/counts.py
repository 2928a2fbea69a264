# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How many entries stay: the one place that is asked.

A mask keeps entries by their rank. What is ranked is described by `Cells`, and
how many of it are kept follows from the cells and a sparsity alone.
"""

from __future__ import annotations

import dataclasses
from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from model_pruning._src.axes import numbers


def num_kept(total: Any, sparsity: Any, item_size: Any = 1) -> Any:
  """How much of `total` stays at a sparsity.

  It is ``max(n - round_half_up(n * sparsity), 1)``, or 0 if n is 0. Where items
  of `item_size` entries stay or go as a whole, it is the number at which to
  stop keeping items, so that the share of entries is as near to the wanted one
  as whole items allow.

  >>> num_kept(5, 0.5)
  2

  Args:
    total: n, an integer or an integer array.
    sparsity: the share to prune, in [0, 1]: a float, a float array, or a
      float64 tensor.
    item_size: entries of an item, an integer or an array like `total`.

  Returns:
    An int, an int64 array or an int64 tensor, as the arguments are.
  """
  xp = numbers.namespace(sparsity)
  # round_half_up(x) is (floor(2x) + 1) // 2: a product and integers, which no
  # compiler fuses. float64: float32 is wrong above 2**24 entries.
  twice_pruned = numbers.cast(
      2.0 * total * numbers.cast(sparsity, 'float64', xp), 'int64', xp)
  keep = (2 * total - item_size + 1 - twice_pruned) // 2
  return numbers.plain(xp.minimum(xp.maximum(keep, 1), total))


def part_lengths(length: int, part: int) -> np.ndarray:
  """Cuts `length` in pieces of `part`; the last one has what is left.

  >>> part_lengths(10, 4).tolist()
  [4, 4, 2]
  """
  return np.minimum(part, length - np.arange(0, length, part))


@dataclasses.dataclass(frozen=True)
class Cells:
  """An array that is cut into cells, and what of it is ranked.

  The last cell along an axis has what is left, and may be smaller.

  Attributes:
    lengths: the dimensions of the array.
    sizes: those of a cell, at least 1 each.
    is_ranked_inside: true: the entries of a cell are ranked among themselves,
      so that every cell keeps the same number. False: cells stay or go as a
      whole, and are ranked with all others.
  """

  lengths: Tuple[int, ...]
  sizes: Tuple[int, ...]
  is_ranked_inside: bool = False

  @property
  def num_entries(self) -> int:
    """Entries of the array."""
    return int(np.prod(self.lengths, dtype=np.int64))

  @property
  def counts(self) -> Tuple[int, ...]:
    """How many cells lie along each axis."""
    return tuple(-(-length // size)
                 for length, size in zip(self.lengths, self.sizes))

  @property
  def num_cells(self) -> int:
    """Cells of the array."""
    return int(np.prod(self.counts, dtype=np.int64))

  @property
  def cell_size(self) -> int:
    """Entries of a cell that is not cut off."""
    return int(np.prod(self.sizes, dtype=np.int64))

  @property
  def is_even(self) -> bool:
    """Whether all cells are of one size."""
    return all(length % size == 0
               for length, size in zip(self.lengths, self.sizes))

  def cell_sizes(self) -> np.ndarray:
    """The entries of each cell, in the shape of `counts`."""
    sizes = np.ones([1] * len(self.lengths), np.int64)
    for axis, (length, size) in enumerate(zip(self.lengths, self.sizes)):
      shape = [1] * len(self.lengths)
      shape[axis] = -1
      sizes = sizes * part_lengths(length, size).reshape(shape)
    return sizes


class Lists(NamedTuple):
  """Lists that are ranked, all of one length.

  Attributes:
    total: what each list counts.
    item_size: how much of it an item counts that stays or goes as a whole.
    entries: entries of the weights for each one counted, in all the lists.
    slack: how many entries the last item kept may reach over the number.
  """

  total: int
  item_size: int
  entries: int
  slack: int


def lists_of(cells: Sequence[Cells]) -> List[Lists]:
  """The lists in which weights are ranked.

  Args:
    cells: of one weight, or of several that share one ranking.

  Returns:
    One entry for each length that a list has.
  """
  if cells[0].is_ranked_inside:
    sizes, numbers_of = np.unique(
        cells[0].cell_sizes(), return_counts=True)
    return [Lists(int(size), 1, int(number), 0)
            for size, number in zip(sizes, numbers_of)]
  sizes = item_sizes(cells)
  if sizes is None:
    return [Lists(sum(one.num_cells for one in cells), 1,
                  cells[0].cell_size, 0)]
  item_size = max(one.cell_size for one in cells)
  return [Lists(int(sizes.sum()), item_size, 1, item_size)]


def item_sizes(cells: Sequence[Cells]) -> Optional[np.ndarray]:
  """Entries of each cell of weights that share a ranking.

  Returns:
    An int64 array with the cells of one weight after those of another; None
    if all are of one size.
  """
  if all(one.is_even and one.cell_size == cells[0].cell_size
         for one in cells):
    return None
  return np.concatenate([one.cell_sizes().reshape(-1) for one in cells])


def num_left(cells: Sequence[Cells], sparsities: Any) -> np.ndarray:
  """The number of entries that the masks of one ranking keep.

  It is exact, unless cells of different sizes are ranked together: these are
  kept until their entries are as near to the number as whole cells allow.

  >>> num_left([Cells((4, 4), (1, 1)), Cells((2, 2), (1, 1))], [0.0, 0.5])
  array([20, 10])

  Args:
    cells: as for `lists_of`.
    sparsities: floats in [0, 1], of any shape.

  Returns:
    int64, of the shape of `sparsities`.
  """
  return np.asarray(sum(
      lists.entries * np.asarray(
          num_kept(lists.total, sparsities, lists.item_size))
      for lists in lists_of(cells)))


def min_num_pruned(rankings: Sequence[Sequence[Lists]],
                   sparsity: Any) -> Any:
  """How many entries the masks of each ranking prune at least.

  It is the exact number, unless cells of different sizes are ranked together.

  Args:
    rankings: the lists of each ranking.
    sparsity: in [0, 1], a float or a float64 scalar tensor.

  Returns:
    int64, one number for each ranking; an array or a tensor.
  """
  xp = numbers.namespace(sparsity)
  most = max(map(len, rankings))
  table = np.array(
      [[*lists, *[Lists(0, 1, 0, 0)] * (most - len(lists))]
       for lists in rankings], np.int64)
  total, item_size, entries, slack = np.moveaxis(table, -1, 0)
  pruned = (total - num_kept(total, sparsity, item_size)) * entries - slack
  pruned = xp.maximum(pruned, 0)
  return pruned.sum(-1) if xp is np else xp.reduce_sum(pruned, -1)
