# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tells whether the zeros of a weight come from earlier pruning.

A model may start sparse: because it was pruned and saved without its masks, or
because a new optimizer continues its training. Then its zeros are its mask.
Zeros that an initializer wrote are no mask, and neither are the few zeros that
any weight can have.
"""

from __future__ import annotations

import numpy as np

# A weight with a smaller share of zeros counts as dense. The padding row of an
# embedding, or entries that were rounded to zero, stay below this share.
MIN_SPARSITY = 0.05


def is_sparse(weight: np.ndarray) -> bool:
  """Whether the zeros of a weight come from earlier pruning.

  A weight of zeros only and a multiple of the identity count as dense, since
  initializers make these.

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
  """Whether the nonzero entries are a multiple of one identity matrix.

  The matrix is spanned by the last two dimensions, at one index of the others.
  """
  if weight.ndim < 2 or num_nonzero != min(weight.shape[-2:]):
    return False
  *outer, rows, columns = np.nonzero(weight)
  return bool(np.array_equal(rows, columns)
              and all(len(np.unique(index)) == 1 for index in outer)
              and len(np.unique(weight[weight != 0])) == 1)


def initial_mask(weight: np.ndarray, holds: bool) -> np.ndarray:
  """The mask with which a weight starts.

  Args:
    weight: the value of the weight.
    holds: if true, every zero is pruned; if false, only the zeros of a weight
      for which `is_sparse` is true. A weight with nothing but zeros keeps all
      entries in either case.

  Returns:
    A bool array of the weight's shape, true where the weight is kept.
  """
  nonzero = weight != 0
  if nonzero.any() if holds else is_sparse(weight):
    return nonzero
  return np.ones_like(nonzero)
