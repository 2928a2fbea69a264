# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes legacy optimizers update embedding tables before other variables.

A table with a sparse gradient is projected by a companion, which has to be
updated after it (`models.companions`). Optimizers of Keras 2.4 to 2.10, and the
legacy ones since, have `gradient_transformers`, which may reorder the updates.
So the order of the variables in the model does not matter, if the optimizer is
known when the model is pruned.
"""

from __future__ import annotations

import weakref
from typing import Any, Iterable, List, Optional, Sequence, Tuple

import tensorflow as tf

_GradientsAndVariables = Iterable[Tuple[Any, Any]]


class UpdateOrder:
  """Updates some variables first, and makes the gradients of others dense."""

  def __init__(self) -> None:
    """Creates one that changes nothing."""
    self._first: List[Any] = []
    self._dense: List[Any] = []

  @classmethod
  def of(cls, optimizer: Optional[Any]) -> Optional[UpdateOrder]:
    """Adds one to an optimizer; None if it has no `gradient_transformers`.

    Optimizers of Keras 2.11 and later need none: they accept all constraints.
    """
    transformers = getattr(optimizer, 'gradient_transformers', None)
    if not isinstance(transformers, list):
      return None
    order = cls()
    transformers.append(order)
    return order

  def put_first(self, variables: Sequence[Any]) -> None:
    """Makes the optimizer update some variables before the others."""
    self._first = [weakref.ref(variable) for variable in variables]

  def make_dense(self, variables: Sequence[Any]) -> None:
    """Makes the gradients of some variables dense.

    A table without a companion, such as the only weight of a model, needs this
    to have a constraint. An optimizer with momentum then moves all of its rows
    in each step, and not only those that were looked up.
    """
    self._dense = [weakref.ref(variable) for variable in variables]

  def remove_from(self, optimizer: Any) -> None:
    """Removes this from an optimizer, which then updates as before."""
    transformers = getattr(optimizer, 'gradient_transformers', [])
    if self in transformers:
      transformers.remove(self)

  def __call__(self, gradients_and_variables: _GradientsAndVariables
               ) -> List[Tuple[Any, Any]]:
    """Returns the pairs in the order in which they are to be applied."""
    pairs = [
        (tf.convert_to_tensor(gradient)
         if isinstance(gradient, tf.IndexedSlices)
         and _is_in(self._dense, variable) else gradient, variable)
        for gradient, variable in gradients_and_variables]
    return sorted(pairs, key=lambda pair: not _is_in(self._first, pair[1]))

  def __reduce__(self) -> Any:
    """Copies change nothing: the model of a copied optimizer is not pruned."""
    return UpdateOrder, ()


def _is_in(references: Sequence[Any], variable: Any) -> bool:
  return any(reference() is variable for reference in references)
