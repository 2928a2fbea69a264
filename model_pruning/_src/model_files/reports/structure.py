# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What structure the zeros of an array really have."""

from __future__ import annotations

from typing import List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from model_pruning._src.axes import structures

# Groups whose N:M is looked for, first the one that hardware has kernels for.
_GROUPS = (4, 8, 16)
# Blocks that are looked for, the largest first. Height by width of the weight
# as a matrix of inputs by outputs.
_BLOCKS = ((32, 32), (16, 16), (8, 8), (4, 4), (16, 1), (1, 16), (8, 1),
           (1, 8), (4, 1), (1, 4), (2, 2), (2, 1), (1, 2))
# Below this share of zeros, hardly a pattern would be one by chance alone.
_LEAST = 0.05


class Zeros(NamedTuple):
  """Where the zeros of an array are.

  Attributes:
    zeros: how many entries are zero.
    outputs: how many output channels (indices of the last axis) are zero
      altogether.
    inputs: how many input channels (of the last axis but one) are.
    n_of_m: (n, m) if exactly n of every m neighbouring inputs are zero; for
      m = 4 also if at least n are.
    block: (height, width) of the largest blocks that are zero or not as a
      whole, of the array as a matrix of inputs by outputs.
  """

  zeros: int
  outputs: int
  inputs: int
  n_of_m: Optional[Tuple[int, int]]
  block: Optional[Tuple[int, int]]

  def describe(self, shape: Sequence[int]) -> str:
    """The structure in a few words; '' if there is none."""
    words: List[str] = []
    if self.outputs:
      words.append(f'{self.outputs} of {shape[-1]} outputs')
    if self.inputs:
      words.append(f'{self.inputs} of {shape[-2]} inputs')
    if self.n_of_m:
      words.append(f'{self.n_of_m[0]} of {self.n_of_m[1]}')
    if self.block:
      words.append(f'blocks {self.block[0]}x{self.block[1]}')
    return ', '.join(words)


def zeros_of(array: np.ndarray) -> Zeros:
  """Finds out where the zeros of an array are.

  Args:
    array: numbers, of any shape.
  """
  is_zero = np.asarray(array) == 0
  zeros = int(np.count_nonzero(is_zero))
  if is_zero.ndim < 2 or zeros in (0, is_zero.size):
    everything = bool(zeros) and is_zero.ndim >= 2
    return Zeros(zeros, is_zero.shape[-1] if everything else 0,
                 is_zero.shape[-2] if everything else 0, None, None)
  outputs = is_zero.all(axis=tuple(range(is_zero.ndim - 1)))
  inputs = is_zero.all(axis=(*range(is_zero.ndim - 2), is_zero.ndim - 1))
  n_of_m = block = None
  if zeros >= _LEAST * is_zero.size:
    n_of_m = _n_of_m(is_zero)
    block = _block(is_zero.reshape(structures.matrix_shape(is_zero.shape)))
  return Zeros(zeros, int(outputs.sum()), int(inputs.sum()), n_of_m, block)


def _n_of_m(is_zero: np.ndarray) -> Optional[Tuple[int, int]]:
  """The smallest groups of inputs that have the same number of zeros.

  Hardware for 4 does not mind more zeros than it needs.
  """
  inputs = is_zero.shape[-2]
  for size in _GROUPS:
    if inputs % size == 0:
      counts = is_zero.reshape((
          *is_zero.shape[:-2], inputs // size, size, is_zero.shape[-1])).sum(
              axis=-2)
      least = int(counts.min())
      if least and (size == _GROUPS[0] or least == counts.max()):
        return least, size
  return None


def _block(is_zero: np.ndarray) -> Optional[Tuple[int, int]]:
  """The largest blocks that are zero as a whole or have no zero."""
  rows, columns = is_zero.shape
  for height, width in _BLOCKS:
    if rows % height or columns % width or (rows, columns) == (height, width):
      continue
    blocks = is_zero.reshape(rows // height, height, columns // width, width)
    first = blocks[:, :1, :, :1]
    if np.array_equal(blocks, np.broadcast_to(first, blocks.shape)):
      return height, width
  return None
