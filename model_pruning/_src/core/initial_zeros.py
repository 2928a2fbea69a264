# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which zeros of a weight are there because it was pruned before.

A model may start sparse: it was pruned and saved without its masks, or is
trained on by a new optimizer. Its zeros are a mask. Zeros that an initializer
made are none, and neither are the few that any weight can have.
"""

from __future__ import annotations

import numpy as np

# Weights of which fewer entries are zero count as dense. A row of an embedding
# for padding, or entries that rounding made zero, stay below it.
MIN_SPARSITY = 0.05


def is_sparse(weight: np.ndarray) -> bool:
  """Whether the zeros of a weight are those of a pruned one.

  All zeros, and the identity with any factor, are what initializers make.

  >>> is_sparse(np.float32([[1, 0], [0, 2]])), is_sparse(np.eye(2))
  (True, False)

  Args:
    weight: an array of any floating dtype and shape.
  """
  nonzero = weight != 0
  num_nonzero = np.count_nonzero(nonzero)
  if not num_nonzero or weight.size - num_nonzero < MIN_SPARSITY * weight.size:
    return False
  return not _is_identity(weight, num_nonzero)


def _is_identity(weight: np.ndarray, num_nonzero: int) -> bool:
  """Whether it has one value on a diagonal of its last two dimensions only."""
  if weight.ndim < 2 or num_nonzero != min(weight.shape[-2:]):
    return False
  *outer, rows, columns = np.nonzero(weight)
  return bool(np.array_equal(rows, columns)
              and all(len(np.unique(index)) == 1 for index in outer)
              and len(np.unique(weight[weight != 0])) == 1)


def initial_mask(weight: np.ndarray, holds: bool) -> np.ndarray:
  """The mask with which a weight starts.

  Args:
    weight: its value.
    holds: whether each zero counts, and not only those of a sparse weight. A
      weight with nothing but zeros keeps all entries nevertheless.

  Returns:
    A bool array of its shape, true where the weight is kept.
  """
  nonzero = weight != 0
  if nonzero.any() if holds else is_sparse(weight):
    return nonzero
  return np.ones_like(nonzero)
