# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Arrays that TensorFlow Lite stores without their zeros, with them again.

A tensor of TensorFlow Lite is a tree. A level stands for a dimension of the
tensor, or for one inside a block. A dense level has every index below every
node of the level above; a sparse one has those that are listed, between two
marks for each node. The values stand below the last level.
"""

from __future__ import annotations

from typing import Any, List, Mapping, Sequence

import numpy as np

_DENSE = 0


def to_dense(values: np.ndarray, shape: Sequence[int],
             parameters: Mapping[str, Any]) -> np.ndarray:
  """Returns the array that is stored, with its zeros.

  Args:
    values: the stored entries.
    shape: of the tensor.
    parameters: its `sparsity_parameters`, as an interpreter tells them.

  Raises:
    ValueError: if the parameters do not fit the values or the shape.

  >>> csr = dict(traversal_order=[0, 1], block_map=[], dim_metadata=[
  ...     dict(format=0, dense_size=2),
  ...     dict(format=1, array_segments=[0, 2, 3], array_indices=[0, 2, 1])])
  >>> to_dense(np.array([7, 8, 9]), [2, 3], csr).tolist()
  [[7, 0, 8], [0, 9, 0]]
  """
  rank = len(shape)
  levels = [int(level) for level in parameters['traversal_order']]
  block_map = [int(dim) for dim in parameters['block_map']]
  indices: List[np.ndarray] = []  # Of every level so far, one for each node.
  blocks = [1] * rank
  num_nodes = 1
  for level, stored in zip(levels, parameters['dim_metadata']):
    if stored['format'] == _DENSE:
      length = int(stored['dense_size'])
      parents = np.repeat(np.arange(num_nodes), length)
      new = np.tile(np.arange(length), num_nodes)
    else:
      marks = np.asarray(stored['array_segments'], np.int64)
      new = np.asarray(stored['array_indices'], np.int64)
      if len(marks) != num_nodes + 1 or np.any(np.diff(marks) < 0) or (
          marks[0] != 0 or marks[-1] != len(new)):
        raise ValueError('the places of its entries do not fit each other')
      parents = np.repeat(np.arange(num_nodes), np.diff(marks))
    if level >= rank:
      blocks[block_map[level - rank]] = int(stored['dense_size'])
    indices = [*(index[parents] for index in indices), new]
    num_nodes = len(new)
  places = [np.zeros(num_nodes, np.int64)] * rank
  for level, index in zip(levels, indices):
    # What stands for a dimension counts blocks, and then entries in a block.
    if level < rank:
      places[level] = places[level] + index * blocks[level]
    else:
      dim = block_map[level - rank]
      places[dim] = places[dim] + index
  values = values.reshape(-1)
  if num_nodes != len(values) or any(
      len(place) and (place.min() < 0 or place.max() >= length)
      for place, length in zip(places, shape)):
    raise ValueError(f'{len(values)} entries do not have {num_nodes} places in '
                     f'the shape {list(shape)}')
  dense = np.zeros(shape, values.dtype)
  dense[tuple(places)] = values
  return dense
