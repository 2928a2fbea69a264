# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How many entries of weights are left at a sparsity, before masks are made."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np
import tensorflow as tf

from model_pruning._src.core import num_kept
from model_pruning._src.core import pooling
from model_pruning._src.spec import weight_rule


def num_left(shapes: Sequence[Sequence[int]], structures: Sequence[Any],
             sparsities: Any) -> np.ndarray:
  """The number of entries that the masks of one ranking keep.

  It is exact, but for blocks of different sizes: these are kept until their
  entries are as near to the number as whole blocks allow.

  >>> num_left([[4, 4], [2, 2]], [weight_rule.Unstructured()] * 2, [0.0, 0.5])
  array([20, 10])

  Args:
    shapes: of the weights that are ranked together, static.
    structures: one a weight.
    sparsities: floats in [0, 1], of any shape.

  Returns:
    int64, of the shape of `sparsities`.
  """
  if isinstance(structures[0], weight_rule.NOfM):
    return _num_left_of_groups(shapes[0], structures[0].size, sparsities)
  items = [pooling.items_of(structure, tf.TensorShape(shape))
           for structure, shape in zip(structures, shapes)]
  sizes = pooling.item_sizes(items)
  item_size = max(item.item_size for item in items)
  if sizes is not None:
    return num_kept.of_array(int(sizes.sum()), item_size, sparsities)
  num_items = sum(item.num_items for item in items)
  return item_size * num_kept.of_array(num_items, 1, sparsities)


def _num_left_of_groups(shape: Sequence[int], size: int,
                        sparsities: Any) -> np.ndarray:
  """Of groups of `size` input channels; the last may be smaller."""
  dims = [int(dim) for dim in shape]
  num_inputs = dims[-2] if len(dims) > 1 else dims[0]
  num_columns = int(np.prod(dims, dtype=np.int64)) // max(num_inputs, 1)
  num_groups, rest = divmod(num_inputs, min(size, max(num_inputs, 1)))
  left = num_groups * num_kept.of_array(
      min(size, num_inputs), 1, sparsities)
  return num_columns * (left + num_kept.of_array(rest, 1, sparsities))
