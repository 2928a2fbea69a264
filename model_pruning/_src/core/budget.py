# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How many entries masks prune, before the masks are computed."""

from __future__ import annotations

from typing import Any, NamedTuple, Sequence

import numpy as np
import tensorflow as tf

from model_pruning._src.core import num_kept
from model_pruning._src.core import pooling
from model_pruning._src.spec import weight_rule


class Budget(NamedTuple):
  """What is known of the number of false entries before the ranking is.

  Of `total`, what `num_kept` leaves is pruned `times` over, less `slack`.
  """

  total: int
  item_size: int
  times: int
  slack: int


def of(shapes: Sequence[tf.TensorShape], structures: Sequence[Any]) -> Budget:
  """The budget of one weight, or of several that share a item.

  Args:
    shapes: of the weights, static.
    structures: as for `masks_of`.
  """
  if len(structures) == 1 and isinstance(structures[0], weight_rule.NOfM):
    dims = shapes[0].as_list()
    num_inputs = dims[-2] if len(dims) > 1 else dims[0]
    size = min(structures[0].size, num_inputs)
    num_groups = (num_inputs // max(size, 1)) * (
        shapes[0].num_elements() // max(num_inputs, 1))
    return Budget(size, 1, num_groups, 0)
  items = [pooling.items_of(structure, shape)
              for structure, shape in zip(structures, shapes)]
  item_size = max(item.item_size for item in items)
  sizes = pooling.item_sizes(items)
  if sizes is None:
    num_items = sum(item.num_items for item in items)
    return Budget(num_items, 1, item_size, 0)
  # The last item that is kept may reach over what is to be kept.
  return Budget(int(sizes.sum()), item_size, 1, item_size)


def min_num_pruned(budgets: Sequence[Budget], sparsity: Any) -> tf.Tensor:
  """How many entries masks prune at least.

  It is the exact number, unless blocks or groups of different sizes are
  ranked together.

  Args:
    budgets: one a item.
    sparsity: float64 scalar in [0, 1].

  Returns:
    int64 tensor, one number a item.
  """
  total, item_size, times, slack = np.array(budgets, np.int64).T
  kept = num_kept.of_sizes(total, item_size, sparsity)
  return tf.maximum((total - kept) * times - slack, 0)
