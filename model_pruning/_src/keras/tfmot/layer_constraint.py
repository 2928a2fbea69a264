# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The projection as a constraint whose state a wrapper layer owns."""

from __future__ import annotations

from typing import Any, Callable, NamedTuple, Optional, Sequence

import tensorflow as tf

from model_pruning._src.compat import keras_variables
from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.core import projection
from model_pruning._src.core import schedule
from model_pruning._src.keras import constraint
from model_pruning._src.keras import optimizer_view
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule


class WrappedWeight(NamedTuple):
  """A weight of a wrapped layer, with the Keras variables that prune it.

  Attributes:
    variable: the weight.
    mask: bool, shape of the weight; true is kept. Floating if a file of tfmot
      has it.
    threshold: floating scalar, the smallest saliency kept.
    step: int64 scalar, how often an optimizer updated the weight.
    counts: whether an update of this weight is counted in `step`; false if
      `step` is that of another weight of the layer.
  """

  variable: Any
  mask: Any
  threshold: Any
  step: Any
  counts: bool = True

  def state(self) -> Sequence[Any]:
    """The TensorFlow variables of all fields but the weight."""
    return [keras_variables.backend_variable(variable)
            for variable in (self.mask, self.threshold, self.step)]


class LayerConstraint(constraint.PrunesWeights):
  """Counts an update, then projects the updated weight.

  Attributes:
    wrapped: the constraint that the layer itself has; applied first.
    pruned: the weight, with the variables that prune it.
    was_called: whether an optimizer has called it, or traced a step with it.
    optimizer: what updates the weight, where the model around it is known.
  """

  def __init__(self, spec: spec_lib.PruningSpec, rule: weight_rule.WeightRule,
               timing: schedule.Timing, pruned: WrappedWeight):
    """Creates a constraint for a weight.

    Args:
      spec: gives the saliency.
      rule: gives the structure.
      timing: when masks change, and how sparse they are then.
      pruned: the weight; a constraint of another wrapper is replaced.

    Raises:
      ValueError: if `prune` prunes the weight.
    """
    held = constraint.constraint_of(pruned.variable)
    while isinstance(held, (LayerConstraint, constraint.CompanionConstraint)):
      held = held.wrapped
    if isinstance(held, constraint.PruningConstraint):
      raise ValueError(
          'Argument `to_prune` must not have weights that '
          '`model_pruning.keras.prune` prunes already. Received: weight '
          f'{keras_variables.variable_name(pruned.variable)!r}')
    self.wrapped: Optional[Callable[[Any], Any]] = held
    self._spec, self._rule, self._timing = spec, rule, timing
    self.pruned = pruned
    self.was_called = False
    self.optimizer = optimizer_view.OptimizerView()

  def is_on_copy(self, variable: Any) -> bool:
    """Whether `variable` has this constraint only because it is a copy."""
    return keras_variables.is_copy_of(variable, self.pruned.variable, self)

  def for_copy(self, pruned: WrappedWeight) -> LayerConstraint:
    """A constraint for the copy of the weight in a copy of the wrapper."""
    return LayerConstraint(self._spec, self._rule, self._timing, pruned)

  def __call__(self, weight: Any) -> tf.Tensor:
    """The updated `weight` with pruned entries zero.

    Args:
      weight: the variable; before TF 2.11 that of one replica.

    Returns:
      A tensor like it.
    """
    if self.is_on_copy(weight):
      return weight if self.wrapped is None else self.wrapped(weight)
    self.was_called = True
    state = self.pruned.state()
    replica = keras_variables.replica_of(self.pruned.variable, weight)
    if replica is not None:
      state = [tf_compat.replicas(variable)[replica] for variable in state]
    mask, threshold, counter = state
    if mask.dtype.base_dtype != tf.bool:
      mask = _FloatMask(mask)
    if self.wrapped is not None:
      weight = self.wrapped(weight)
    is_update = tf.convert_to_tensor(
        self.optimizer.update_of(self.pruned.variable).is_made)
    step = self._count(counter, is_update)
    masks = projection.Projection(
        self._spec, [self._rule], [mask], [threshold], _PreviousStep(step),
        timing=self._timing)
    [kept] = masks.masks_after([tf.convert_to_tensor(weight)],
                               schedule.step_if(is_update, step))
    return constraint.projected_with_averages(
        projection.zero_pruned(kept, tf.convert_to_tensor(weight)), kept,
        self.optimizer.averages_of(self.pruned.variable), replica)

  def _count(self, counter: tf.Variable, is_update: tf.Tensor) -> tf.Tensor:
    """The step of the weight, which files save: it counts its own updates."""
    if not self.pruned.counts:
      return tf.identity(counter.read_value())
    # Files of other writers have -1 before the first update.
    step = tf.maximum(counter.read_value(), 0) + tf.cast(is_update, tf.int64)
    with tf_compat.control_dependencies([counter.assign(step)]):
      return tf.identity(step)


class _FloatMask:
  """Adapts a floating mask of a tfmot file (1.0 is kept) to a bool mask."""

  def __init__(self, variable: tf.Variable):
    self._variable = variable
    self.dtype = tf.bool
    self.shape = variable.shape

  def read_value(self) -> tf.Tensor:
    """The mask as bools."""
    return tf.cast(self._variable.read_value(), tf.bool)

  def assign(self, mask: tf.Tensor) -> Any:
    """Sets the mask from bools."""
    return self._variable.assign(tf.cast(mask, self._variable.dtype))


class _PreviousStep:
  """A `last_mask_update_step` that is computed, as no update is missed."""

  def __init__(self, step: tf.Tensor):
    self._step = step

  def read_value(self) -> tf.Tensor:
    """The latest step at which the mask can have been updated."""
    return schedule.step_before(self._step)

  def assign(self, step: tf.Tensor) -> tf.Tensor:
    """Does nothing: there is no variable to assign."""
    return tf.identity(step)
