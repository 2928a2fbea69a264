# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The projection as a weight constraint, which every Keras optimizer applies.

A constraint runs after each update of its variable, inside the compiled train
step, under every strategy. So it also counts the updates: the count equals the
`iterations` that the optimizer of the variable will have after the step.
"""

from __future__ import annotations

from typing import Any, Callable, Optional, Sequence, Tuple

import tensorflow as tf

from model_pruning._src.compat import keras_variables
from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.core import projection
from model_pruning._src.keras import masks as masks_lib
from model_pruning._src.keras import optimizer_view


class PrunesWeights:
  """Base of the constraints that prune; a variable has at most one of them.

  A copy of a weight is not pruned, however it was made: the copy gets the
  `wrapped` constraint in place of this one.

  Attributes:
    wrapped: the constraint that the variable had before; applied first.
  """

  wrapped: Optional[Callable[[Any], Any]]

  def __reduce__(self) -> Any:
    """Makes `copy.deepcopy` and `pickle` return the `wrapped` constraint."""
    return _same, (self.wrapped,)

  def is_on_copy(self, variable: Any) -> bool:
    """Whether `variable` has this constraint only because it is a copy."""
    raise NotImplementedError


def _same(thing: Any) -> Any:
  return thing


def constraint_of(variable: Any) -> Optional[Callable[[Any], Any]]:
  """The constraint of a Keras variable; that of a copy is unwrapped."""
  held = keras_variables.constraint_of(variable)
  while isinstance(held, PrunesWeights) and held.is_on_copy(variable):
    held = held.wrapped
  return held


class PruningConstraint(PrunesWeights):
  """Counts an update, then projects the updated weight and its averages.

  Attributes:
    wrapped: the constraint that the variable had before; applied first.
  """

  def __init__(self, masks: masks_lib.Masks, index: int,
               optimizer: optimizer_view.OptimizerView,
               before_update: Callable[[], None] = lambda: None,
               owner: Any = None):
    """Creates a constraint for a weight; the one that it has is wrapped.

    Args:
      masks: the masks of the weights of the model.
      index: the index of the weight among these.
      optimizer: the optimizer that updates the weight.
      before_update: called whenever a train step is traced; in eager mode,
        before each one. By default it does nothing.
      owner: an object to keep alive as long as the constraint. Default: None.
    """
    self._weight = masks.weights[index]
    self.wrapped: Optional[Callable[[Any], Any]] = constraint_of(self._weight)
    self._masks, self._index = masks, index
    self._optimizer, self._before_update = optimizer, before_update
    self._owner = owner

  def is_on_copy(self, variable: Any) -> bool:
    """Whether `variable` has this constraint only because it is a copy."""
    return keras_variables.is_copy_of(variable, self._weight, self)

  def __repr__(self) -> str:
    """The text that Keras shows where it refuses a constraint."""
    return (f'<pruning of {keras_variables.variable_name(self._weight)!r}; if '
            'it is refused because the gradient is sparse, call `prune` after '
            '`compile`, or with `optimizer=`>')

  def __call__(self, weight: Any) -> tf.Tensor:
    """The updated `weight` with pruned entries zero.

    Args:
      weight: the variable; before TF 2.11 the variable of one replica.

    Returns:
      A tensor of its dtype and shape.

    Raises:
      ValueError: if the saliency needs gradients and nobody recorded them, or
        several replicas would each update one variable.
    """
    if self.is_on_copy(weight):
      return weight if self.wrapped is None else self.wrapped(weight)
    _check_not_shared(self._weight)
    self._before_update()
    replica = keras_variables.replica_of(self._weight, weight)
    if self.wrapped is not None:
      weight = self.wrapped(weight)
    mask = self._masks.mask_after_update(
        self._index, tf.convert_to_tensor(weight),
        self._optimizer.update_of(self._weight), replica)
    projected = projection.zero_pruned(mask, tf.convert_to_tensor(weight))
    return projected_with_averages(
        projected, mask, self._optimizer.averages_of(self._weight), replica)


def projected_with_averages(projected: tf.Tensor, mask: tf.Tensor,
                            averages: Sequence[Any],
                            replica: Optional[int]) -> tf.Tensor:
  """Projects the averages of a weight, then returns the projected weight.

  Args:
    projected: the projected weight.
    mask: bool tensor of its shape.
    averages: variables of its shape.
    replica: the replica whose variables are used; None: the local ones.

  Returns:
    A tensor like `projected`.
  """
  assignments = []
  for average in averages:
    held = keras_variables.on_replica(average, replica)
    assignments.append(held.assign(projection.zero_pruned(
        mask, tf.convert_to_tensor(held))))
  with tf_compat.control_dependencies(assignments):
    return tf.identity(projected) if assignments else projected


class CompanionConstraint(PrunesWeights):
  """Projects weights that cannot have a constraint of their own.

  Optimizers of Keras before TF 2.11 refuse a constraint of a variable with a
  sparse gradient, such as an embedding. So such weights are projected when the
  last of the other variables is updated.

  Attributes:
    wrapped: the constraint that this variable had before.
  """

  def __init__(self, variable: Any,
               constraints: Sequence[Tuple[Any, Callable[[Any], Any]]]):
    """Creates a constraint for `variable`; the one that it has is wrapped.

    Args:
      variable: a variable that is updated after the weights.
      constraints: the weights to project, each with its constraint.
    """
    self.wrapped: Optional[Callable[[Any], Any]] = constraint_of(variable)
    self._variable, self._constraints = variable, list(constraints)

  def is_on_copy(self, variable: Any) -> bool:
    """Whether `variable` has this constraint only because it is a copy."""
    return keras_variables.is_copy_of(variable, self._variable, self)

  def release(self, variable: Any) -> None:
    """Stops projecting `variable`: another constraint prunes it from now on."""
    self._constraints = [(weight, constraint)
                         for weight, constraint in self._constraints
                         if weight is not variable]

  def __call__(self, variable: Any) -> tf.Tensor:
    """Projects the weights; returns `variable` as its own constraint does."""
    if self.is_on_copy(variable):
      return variable if self.wrapped is None else self.wrapped(variable)
    replica = keras_variables.replica_of(self._variable, variable)
    assignments = []
    for weight, constraint in self._constraints:
      held = keras_variables.on_replica(weight, replica)
      with tf_compat.after_last_update(held):
        assignments.append(held.assign(constraint(held)))
    if self.wrapped is not None:
      variable = self.wrapped(variable)
    with tf_compat.control_dependencies(assignments):
      return tf.identity(tf.convert_to_tensor(variable))


# The constraints that `prune` sets on variables.
CONSTRAINTS = (PruningConstraint, CompanionConstraint)


def _check_not_shared(weight: Any) -> None:
  """Raises an error for a variable that several replicas share.

  Optimizers of Keras 2.11 and later call constraints once per replica. A
  variable that all replicas share, as under CentralStorageStrategy, cannot be
  assigned then, and the error of TensorFlow does not say why.
  """
  context = tf.distribute.get_replica_context()
  if context is None or not tf.distribute.has_strategy():
    return
  num_devices = len(context.strategy.extended.worker_devices)
  variable = keras_variables.backend_variable(weight)
  if len(tf_compat.replicas(variable)) < num_devices:
    raise ValueError(
        'A Keras model must be pruned under a strategy whose replicas have '
        'variables of their own, such as MirroredStrategy, or be trained by '
        'an optimizer of `keras.optimizers.legacy`, because this optimizer '
        'constrains weights in each replica. Received: '
        f'{type(context.strategy).__name__}, which has one variable for '
        f'{num_devices} replicas of {keras_variables.variable_name(weight)!r}')
