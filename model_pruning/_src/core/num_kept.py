# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How many of the entries of a weight, or of its blocks, are kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf


def of_items(num_items: int, sparsity: Any) -> tf.Tensor:
  """``max(n - round_half_up(n * sparsity), 1)``, or 0 of no items.

  Args:
    num_items: n.
    sparsity: share to prune, float64 scalar in [0, 1] (a Python float is one).

  Returns:
    int64 scalar.
  """
  return of_sizes(num_items, 1, sparsity)


def of_sizes(total: Any, item_size: Any, sparsity: Any) -> tf.Tensor:
  """How much of `total` to keep, where items of `item_size` come whole.

  It is where ``total * (1 - sparsity)`` less half an item is passed, so that
  what is kept is as near to the wanted share as whole items allow.
  """
  if not tf.is_tensor(sparsity):
    sparsity = np.float64(sparsity)  # `tf.cast` makes float32 of a float first.
  # round_half_up(x) is (floor(2x) + 1) // 2: a product and integers, which
  # no compiler fuses. float64: float32 is wrong above 2**24 entries.
  twice_pruned = tf.cast(
      2.0 * total * tf.cast(sparsity, tf.float64), tf.int64)
  keep = (2 * total - item_size + 1 - twice_pruned) // 2
  return tf.minimum(tf.maximum(keep, 1), total)


def of_array(total: int, item_size: int, sparsities: Any) -> np.ndarray:
  """`of_sizes` in NumPy, for many sparsities at once.

  Args:
    total: how many entries there are.
    item_size: how many of them come whole.
    sparsities: floats in [0, 1], of any shape.

  Returns:
    int64, of the shape of `sparsities`.
  """
  twice_pruned = (2.0 * total * np.asarray(sparsities, np.float64)).astype(
      np.int64)
  keep = (2 * total - item_size + 1 - twice_pruned) // 2
  return np.minimum(np.maximum(keep, 1), total)
