# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Keras optimizers that record the gradients that they apply.

A constraint sees only weights. A saliency that needs gradients gets them from a
copy of the user's optimizer, whose class is derived from that optimizer's.
"""

from __future__ import annotations

import weakref
from typing import Any, Callable, Iterable, List, Optional, Sequence, Tuple

import tensorflow as tf

_GradientsAndVariables = Iterable[Tuple[Any, Any]]
# Called with gradients and variables, and whether the gradients are the sum
# over all replicas already.
Recorder = Callable[[_GradientsAndVariables, bool], None]

_CLASSES: Any = weakref.WeakKeyDictionary()


def recording(optimizer: Any, record: Recorder) -> Any:
  """An optimizer like `optimizer` that calls `record` before each update.

  Args:
    optimizer: a Keras optimizer that has not been used yet.
    record: a function that is called before each update, in the same context.

  Returns:
    A new optimizer with the same configuration. Models save it as what
    `optimizer` is.

  Raises:
    TypeError: if `optimizer` is no Keras optimizer.
    ValueError: if it wraps another, or has been used.
  """
  if not hasattr(optimizer, 'apply_gradients') or not hasattr(
      optimizer, 'get_config'):
    raise TypeError(
        'Argument `optimizer` must be an optimizer object of Keras. '
        f'Received: {optimizer!r} of type {type(optimizer).__name__}')
  if hasattr(optimizer, 'inner_optimizer'):
    raise ValueError(
        'Argument `optimizer` must be the optimizer inside of the '
        f'{type(optimizer).__name__}, put the new one into that. '
        f'Received: {optimizer!r}')
  if getattr(optimizer, 'built', False):
    raise ValueError(
        'Argument `optimizer` must not be used already: the new one has a '
        f'state of its own. Received: {optimizer!r}')
  twin = _class_of(type(optimizer)).from_config(optimizer.get_config())
  twin.record_gradients = _Recorder(record)
  return twin


class _Recorder:
  """Calls a recorder. Copies of the optimizer record nothing."""

  def __init__(self, record: Optional[Recorder] = None):
    self._record = record

  def __call__(self, gradients_and_variables: _GradientsAndVariables,
               are_sums: bool) -> None:
    if self._record is not None:
      self._record(gradients_and_variables, are_sums)

  def __reduce__(self) -> Any:
    return _Recorder, ()


def _class_of(kind: type) -> Any:
  if kind not in _CLASSES:
    mixin = _Keras3 if hasattr(kind, 'apply') else _Keras2
    # Files of a model refer to the class by its name and module.
    _CLASSES[kind] = type(kind.__name__, (mixin, kind),
                          {'__module__': kind.__module__})
  return _CLASSES[kind]


class _Keras3:
  """A mixin for an optimizer class of Keras 3."""

  record_gradients: Recorder

  def apply(self, grads: Any, trainable_variables: Any = None) -> Any:
    """As in Keras."""
    variables: Any = trainable_variables
    if variables is None:
      variables = self._trainable_variables  # type: ignore[attr-defined]
    grads, scale = list(grads), self.loss_scale_factor  # type: ignore[attr-defined]
    self.record_gradients(
        [(_divided(gradient, scale), variable)
         for gradient, variable in zip(grads, variables)], False)
    return super().apply(grads, trainable_variables)  # type: ignore[misc]


class _Keras2:
  """A mixin for an optimizer class of Keras 2, legacy ones included."""

  record_gradients: Recorder

  def apply_gradients(self, grads_and_vars: Any, *args: Any,
                      **kwargs: Any) -> Any:
    """As in Keras."""
    grads_and_vars = list(grads_and_vars)
    # Loss scaling passes this if it has summed the gradients over replicas.
    is_sum = (kwargs.get('skip_gradients_aggregation', False)
              or not kwargs.get('experimental_aggregate_gradients', True))
    self.record_gradients(grads_and_vars, is_sum)
    return super().apply_gradients(  # type: ignore[misc]
        grads_and_vars, *args, **kwargs)


def _divided(gradient: Any, scale: Any) -> Any:
  return gradient if gradient is None or scale is None else gradient / scale


def dense_sums(gradients: Sequence[Any], are_sums: bool) -> List[tf.Tensor]:
  """Gradients as tensors of their variables' shapes, summed over replicas.

  Args:
    gradients: one per variable; those of embeddings may be `IndexedSlices`.
    are_sums: whether they are summed over the replicas already.
  """
  dense = [tf.convert_to_tensor(gradient) for gradient in gradients]
  context = tf.distribute.get_replica_context()
  if are_sums or context is None or context.num_replicas_in_sync == 1:
    return dense
  return list(context.all_reduce(tf.distribute.ReduceOp.SUM, dense))
