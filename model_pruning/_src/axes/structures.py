# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Structures: what of a weight is pruned together, and ranked together.

A structure cuts a weight into `counts.Cells`. Everything else follows from
them: how many entries stay, what is ranked, what a mask looks like.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Optional, Sequence, Tuple, Type

from model_pruning._src.axes import axis
from model_pruning._src.axes import counts


@dataclasses.dataclass(frozen=True)
class Structure:
  """Prunes single entries; other structures override what they change."""

  @property
  def pooling(self) -> Optional[str]:
    """'AVG' or 'MAX': what of its entries ranks a cell; None for entries."""
    return None

  @property
  def shares_rankings(self) -> bool:
    """Whether weights can be ranked together in this structure."""
    return True

  def cells(self, shape: Sequence[int]) -> counts.Cells:
    """Returns how a weight of this shape is cut."""
    size = counts.Cells(tuple(shape), (1,) * len(shape)).num_entries
    return counts.Cells((size,), (1,))

  def describe(self, sparsity: float) -> str:
    """Returns what is zero at a sparsity, for people."""
    del sparsity
    return str(self)

  @classmethod
  def is_asked_for(cls, spec: Any) -> bool:
    """Whether the fields of a spec ask for this structure."""
    del spec
    return True

  @classmethod
  def of(cls, spec: Any, block_dims: Tuple[int, int],
         shape: Sequence[int]) -> Structure:
    """Returns the structure of a weight whose spec asks for this one.

    Args:
      spec: the `PruningSpec`.
      block_dims: height and width of the blocks of this weight; -1 is all.
      shape: the shape of the weight.
    """
    del spec, block_dims, shape
    return cls()


@dataclasses.dataclass(frozen=True)
class Unstructured(Structure):
  """Every entry is kept or pruned by itself."""

  def __str__(self) -> str:
    return 'unstructured'


@dataclasses.dataclass(frozen=True)
class Block(Structure):
  """Blocks of the weight, seen as a matrix, are kept or pruned as a whole.

  Attributes:
    height: Rows of a block, >= 1.
    width: Columns of a block, >= 1.
    pooling: 'AVG' or 'MAX': what ranks a block, of its entries' saliencies.
  """

  height: int
  width: int
  pooling: str = 'AVG'

  def cells(self, shape: Sequence[int]) -> counts.Cells:
    """Returns the blocks; those at the edges may be smaller."""
    if 0 in shape:
      return super().cells(shape)
    return counts.Cells(matrix_shape(shape), (self.height, self.width))

  @classmethod
  def is_asked_for(cls, spec: Any) -> bool:
    """Whether a spec has blocks for all weights or for some."""
    return bool((spec.block_height, spec.block_width) != (1, 1)
                or spec.block_dims_map or spec.group_block_dims_map)

  @classmethod
  def of(cls, spec: Any, block_dims: Tuple[int, int],
         shape: Sequence[int]) -> Structure:
    """Returns blocks that are cut to the weight; of one entry, no blocks."""
    height, width = (
        size if dim == -1 else min(dim, size)
        for dim, size in zip(block_dims, matrix_shape(shape)))
    if height == width == 1:
      return Unstructured()
    return cls(height, width, spec.block_pooling_function)

  def __str__(self) -> str:
    return f'block {self.height}x{self.width} {self.pooling}'


@dataclasses.dataclass(frozen=True)
class NOfM(Structure):
  """Every group of neighbouring input channels keeps the same number.

  Attributes:
    size: Entries of a group, along the last dimension but one ([..., in, out])
      or the only one; >= 2.
  """

  size: int

  @property
  def shares_rankings(self) -> bool:
    """False: each group is a ranking of its own."""
    return False

  def cells(self, shape: Sequence[int]) -> counts.Cells:
    """Returns the groups; the last one of a row may be smaller."""
    if 0 in shape:
      return super().cells(shape)
    inputs, inner = (1, 1, *shape, 1)[-2:] if len(shape) < 2 else shape[-2:]
    outer = counts.Cells(tuple(shape[:-2]), (1,) * len(shape[:-2])).num_entries
    return counts.Cells((outer, int(inputs), int(inner)), (1, self.size, 1),
                        is_ranked_inside=True)

  def describe(self, sparsity: float) -> str:
    """Returns e.g. '2 of 4 zero'.

    >>> NOfM(4).describe(0.5)
    '2 of 4 zero'
    """
    num_zeros = self.size - counts.num_kept(self.size, sparsity)
    return f'{num_zeros} of {self.size} zero'

  @classmethod
  def is_asked_for(cls, spec: Any) -> bool:
    """Whether a spec has `sparsity_m_by_n` or `intra_block_sparsity`."""
    return bool(spec.m_by_n or spec.intra_block_sparsity)

  @classmethod
  def of(cls, spec: Any, block_dims: Tuple[int, int],
         shape: Sequence[int]) -> Structure:
    """Returns the groups, of N or of `block_width` entries."""
    return cls(spec.m_by_n[1] if spec.m_by_n else spec.block_width)

  def __str__(self) -> str:
    return f'groups of {self.size}'


@dataclasses.dataclass(frozen=True)
class Channels(Structure):
  """Channels of a model go, with all slices of weights that belong to them.

  It is a structure of a model and not of a weight: those who know the model
  prune it, and no weight has it.
  """

  @classmethod
  def is_asked_for(cls, spec: Any) -> bool:
    """Whether a spec has `structure=channels`."""
    return bool(spec.structure == 'channels')

  @classmethod
  def of(cls, spec: Any, block_dims: Tuple[int, int],
         shape: Sequence[int]) -> Structure:
    """Raises a ValueError, for all who prune weight by weight."""
    raise ValueError(
        'Field `structure` can be channels for `model_pruning.keras.prune` and '
        '`model_pruning.keras.prune_now`, for `PruningHook`, `prune_train_op` '
        'and `prune_model_fn`, and for `prune_files` of a Keras file, a frozen '
        'graph or a SavedModel, which know the whole model; here each weight '
        'is pruned by itself. Received: structure=channels')


def matrix_shape(shape: Sequence[int]) -> Tuple[int, int]:
  """The rows and columns of a weight as a matrix, at least 1 each.

  The last dimension is the columns, all others together are the rows, so a
  convolution kernel [h, w, in, out] has h * w * in rows.

  >>> matrix_shape([3, 3, 8, 16])
  (72, 16)
  """
  dims = [int(dim) for dim in shape] or [1]
  rows = 1
  for dim in dims[:-1]:
    rows *= dim
  return max(rows, 1), max(dims[-1], 1)


# In the order in which a spec is asked what it asks for.
AXIS: axis.Axis[Type[Structure]] = axis.Axis('structure', {
    'n_of_m': NOfM,
    'block': Block,
    'channels': Channels,
    'unstructured': Unstructured,
})


def asked_for(spec: Any) -> str:
  """Returns the name of the structure that the other fields of a spec mean."""
  return next(name for name, structure in AXIS.items()
              if structure.is_asked_for(spec))
