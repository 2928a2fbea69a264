# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What `tf.compat.v1.train.Saver` asks of the variables that it lists.

A Saver asks an object of the class `SaveableObject` itself what to save and how
to restore it. There is no public way to give a variable an answer of its own.
"""

from __future__ import annotations

import types
from typing import Any, Dict, List, Sequence

import tensorflow as tf
from tensorflow.python.training.saving import saveable_object

_CLASSES: Dict[type, type] = {}


class _AsksRestorer:
  """Mixed into the class of a variable: its restorer answers for it."""

  _restorer: Any

  @property
  def specs(self) -> List[Any]:
    """What a Saver saves, or reads before it calls `restore`."""
    return list(self._restorer.specs(self))

  def restore(self, restored_tensors: Sequence[tf.Tensor],
              restored_shapes: Any) -> tf.Operation:
    """The operation that restores the variable."""
    del restored_shapes  # The restorer knows the shape.
    return self._restorer.restore(self, restored_tensors)

  def _gather_saveables_for_checkpoint(self) -> Dict[str, Any]:
    """What `tf.train.Checkpoint` asks: it knows what a file lacks by itself."""
    gathered = super()._gather_saveables_for_checkpoint()  # type: ignore[misc]
    # The tensor that stands for a variable is saved as that of any variable.
    return {key: self._as_graph_element() if held is self else held  # type: ignore[attr-defined]
            for key, held in gathered.items()}


def set_restorer(variable: tf.Variable, restorer: Any) -> None:
  """Makes Savers that list a variable ask `restorer` about it.

  `SaveableObject`, and the methods by which Savers and `tf.train.Checkpoint`
  ask, were tried on TF 1.14, 1.15, 2.5, 2.15 and 2.21.

  Args:
    variable: any, also a distributed one. It gets a class of the same name
      that is derived from its own.
    restorer: its `specs(variable)` returns a list of what `save_spec` does, and
      its `restore(variable, tensors)` an operation, given what was read.
  """
  base = type(variable)
  if base not in _CLASSES:
    _CLASSES[base] = types.new_class(base.__name__, (
        _AsksRestorer, base, saveable_object.SaveableObject))
  variable.__class__ = _CLASSES[base]
  variable._restorer = restorer  # pylint: disable=protected-access


def save_spec(tensor: tf.Tensor, slice_spec: str, key: str,
              dtype: tf.DType) -> Any:
  """Says that `tensor` is saved, or a tensor of `dtype` restored, as `key`.

  Tried on the versions of `set_restorer`.
  """
  spec = saveable_object.SaveSpec(tensor, slice_spec, key)
  spec.dtype = dtype
  return spec
