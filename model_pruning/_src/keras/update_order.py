# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Legacy optimizers that update tables before all else.

A table whose gradient has rows only is projected by a companion, which has to
be updated after it (`models.companions`). Optimizers of Keras 2.4 to 2.10, and
the legacy ones since, have `gradient_transformers`, which may reorder what is
updated. So the order of the variables does not matter where the optimizer is
known when the model is pruned.
"""

from __future__ import annotations

import weakref
from typing import Any, Iterable, List, Optional, Sequence, Tuple

import tensorflow as tf

_GradientsAndVariables = Iterable[Tuple[Any, Any]]


class UpdateOrder:
  """Updates some variables first; makes gradients of others dense."""

  def __init__(self) -> None:
    """Creates one that changes nothing."""
    self._first: List[Any] = []
    self._dense: List[Any] = []

  @classmethod
  def of(cls, optimizer: Optional[Any]) -> Optional[UpdateOrder]:
    """That of an optimizer from now on; None if it has no such door.

    Those of Keras 2.11 and later need none: they let constraints be anywhere.
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

    A table without a companion, as the only weight of a model, needs it: then
    it may have a constraint. An optimizer with a momentum moves all of its
    rows in each step then, and not only those that were looked up.
    """
    self._dense = [weakref.ref(variable) for variable in variables]

  def remove_from(self, optimizer: Any) -> None:
    """Lets an optimizer update as it did before."""
    transformers = getattr(optimizer, 'gradient_transformers', [])
    if self in transformers:
      transformers.remove(self)

  def __call__(self, gradients_and_variables: _GradientsAndVariables
               ) -> List[Tuple[Any, Any]]:
    """The pairs as they are to be applied, in this order."""
    pairs = [
        (tf.convert_to_tensor(gradient)
         if isinstance(gradient, tf.IndexedSlices)
         and _is_in(self._dense, variable) else gradient, variable)
        for gradient, variable in gradients_and_variables]
    return sorted(pairs, key=lambda pair: not _is_in(self._first, pair[1]))

  def __reduce__(self) -> Any:
    """A copy of the optimizer is for a model that is not pruned."""
    return UpdateOrder, ()


def _is_in(references: Sequence[Any], variable: Any) -> bool:
  return any(reference() is variable for reference in references)
