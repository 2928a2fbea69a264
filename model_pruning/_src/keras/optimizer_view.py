# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What pruning needs to know of the optimizer of a Keras model.

All versions of Keras share one definition of time: the step of a weight is the
number of updates made by the optimizer that updates this weight, whether or not
optimizers inside of it or around it were called more often. If a new optimizer
that has made fewer updates continues the training, the step counts on.
"""

from __future__ import annotations

import weakref
from typing import Any, Callable, List, NamedTuple, Optional, Sequence, Union

import tensorflow as tf

from model_pruning._src.compat import keras_optimizers
from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.keras import optimizer_tree
from model_pruning._src.keras.models import which_keras


class Update(NamedTuple):
  """The update during which an optimizer calls the constraint of a weight.

  Attributes:
    is_made: bool or bool scalar; false if the optimizer only accumulates
      gradients.
    step: int64 scalar, the number of updates that the optimizer will have made,
      this one included; None if it does not count them.
  """

  is_made: Union[bool, tf.Tensor]
  step: Optional[tf.Tensor]

  def num_new(self, num_before: tf.Tensor) -> tf.Tensor:
    """The number to add to the step of a weight.

    It is more than 1 if the optimizer has updated other weights while this one
    was frozen.

    Args:
      num_before: int64 scalar, the step of the weight before this update.

    Returns:
      int64 scalar.
    """
    number = tf.ones([], tf.int64)
    if self.step is not None:
      number = tf.maximum(number, self.step - num_before)
    if self.is_made is True:
      return number
    return number * tf.cast(self.is_made, tf.int64)


def _any_moved(numbers_of_calls: Sequence[tf.Tensor]) -> tf.Tensor:
  return tf.reduce_any(tf.stack(numbers_of_calls) > 1)


class OptimizerView:
  """The optimizer that updates a model, which may change while it trains."""

  def __init__(self, find: Callable[[], Optional[Any]] = lambda: None):
    """Creates a view.

    Args:
      find: returns the current optimizer, or None. By default it returns None.
    """
    self._find = find

  @classmethod
  def of(cls, model: Any, optimizer: Optional[Any]) -> OptimizerView:
    """A view of `optimizer`; if that is None, of the current one of `model`.

    The view keeps neither of them alive, as the weights' constraints keep it.
    """
    if optimizer is not None:
      return cls(weakref.ref(optimizer))
    found = weakref.ref(model)
    return cls(lambda: getattr(found(), 'optimizer', None))

  @property
  def optimizer(self) -> Optional[Any]:
    """The optimizer without the loss scaling around it; None if unknown."""
    optimizer = self._find()
    return getattr(optimizer, 'inner_optimizer', optimizer)

  def check_constrains(self) -> None:
    """Raises a ValueError if the optimizer does not apply constraints."""
    for optimizer in optimizer_tree.all_in(self._find()):
      keras = which_keras.keras_of(optimizer)
      if keras is not None and keras_optimizers.ignores_constraints(
          keras, optimizer):
        raise ValueError(
            'The optimizer of a pruned model must apply the constraints of '
            'weights. In this version of TensorFlow those of '
            '`keras.optimizers` do, and those of '
            '`keras.optimizers.experimental` do not. Received: '
            f'{type(optimizer).__name__} of {type(optimizer).__module__}')

  def num_updates(self, weights: Sequence[Any] = ()) -> int:
    """The number of updates that the optimizer has made; 0 if unknown.

    Args:
      weights: Keras variables. Default: none, for the updates of any.

    Returns:
      The largest number of updates of one of the weights.
    """
    return max(map(self.num_updates_of, weights or [None]))

  def num_updates_of(self, weight: Any) -> int:
    """The number of updates by the optimizer of a weight; 0 if unknown."""
    for optimizer in self.updating(weight):
      num_calls = keras_optimizers.num_calls_of(optimizer)
      if num_calls:
        return num_calls // keras_optimizers.num_accumulated_by(optimizer)
    return 0

  def counts_skipped_updates(self) -> bool:
    """Whether `num_updates` includes updates that loss scaling skipped."""
    return any(map(keras_optimizers.counts_skipped_updates,
                   optimizer_tree.all_in(self._find())))

  def update_of(self, weight: Any) -> Update:
    """The update of the optimizer that is calling the constraint of a weight.

    Args:
      weight: a Keras variable.
    """
    made: Optional[Update] = None
    calls_of_made: List[tf.Tensor] = []
    for optimizer in self.updating(weight):
      # An optimizer other than the caller may never have seen the weight.
      calls = (None if keras_optimizers.knows(optimizer, weight) is False
               else keras_optimizers.num_calls_at_constraint(optimizer))
      if calls is None:
        continue
      number = keras_optimizers.num_accumulated_by(optimizer)
      # These ops are added per weight, so only where they are needed.
      update = (Update(True, calls) if number == 1 else
                Update(tf.equal(calls % number, 0), calls // number))
      if made is None:
        made, calls_of_made = update, [calls]
        continue
      # An inner optimizer that only computes for its outer one is not called.
      is_outer = (calls > 1) & ~_any_moved(calls_of_made)
      made = Update(*[
          inner if outer is inner else tf_compat.where(
              is_outer, tf.convert_to_tensor(outer),
              tf.convert_to_tensor(inner))
          for outer, inner in zip(update, made)])
      calls_of_made.append(calls)
    if made is None:
      return Update(True, None)
    if self.counts_skipped_updates() or tf_compat.workers_are_asynchronous():
      return made._replace(step=None)
    return made

  def averages_of(self, weight: Any) -> List[Any]:
    """The averages of a weight that the optimizer or an inner one keeps."""
    return [average for optimizer in optimizer_tree.all_in(self._find())
            for average in keras_optimizers.averages_of(optimizer, weight)]

  def updating(self, weight: Any) -> List[Any]:
    """The optimizers that update, or may update, a weight; for None, all."""
    optimizer = self._find()
    if weight is None:
      return optimizer_tree.all_in(optimizer)
    return optimizer_tree.updating(optimizer, weight)
