# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The projection as a weight constraint, which every Keras optimizer applies.

A constraint runs after each update of its variable, inside the compiled train
step, under every strategy. So it also counts the updates: the count is what
`optimizer.iterations` will be when the step is over.
"""

from __future__ import annotations

from typing import Any, Callable, Optional, Tuple

import tensorflow as tf

from model_pruning import compat
from model_pruning import projection as projection_lib
from model_pruning import spec as spec_lib
from model_pruning import weight_rule


class WeightState(tf.Module):
  """The variables that pruning one weight takes.

  Attributes:
    mask: bool, shape of the weight; true is kept.
    threshold: floating scalar, the smallest saliency kept.
    num_updates: int64 scalar, how often an optimizer updated the weight.
    last_mask_update_step: int64 scalar, -1 before the first update.
  """

  def __init__(self, mask: tf.Variable, threshold: tf.Variable,
               num_updates: tf.Variable, last_mask_update_step: tf.Variable):
    """Wraps variables that exist; a checkpoint has them by these names."""
    super().__init__(name='weight_state')
    self.mask = mask
    self.threshold = threshold
    self.num_updates = num_updates
    self.last_mask_update_step = last_mask_update_step

  def all_variables(self) -> Tuple[tf.Variable, ...]:
    """The variables in the order of the constructor's arguments."""
    return (self.mask, self.threshold, self.num_updates,
            self.last_mask_update_step)


class PruningConstraint:
  """Counts an update, then projects the updated weight.

  Attributes:
    wrapped: the constraint that the variable had before; applied first.
  """

  def __init__(self, spec: spec_lib.PruningSpec, rule: weight_rule.WeightRule,
               weight: Any, state: WeightState, owner: Any):
    """Creates a constraint for `weight`, which keeps the one it has.

    Args:
      spec: the specification.
      rule: what it makes of this weight.
      weight: the Keras variable.
      state: its variables, created under the strategy of the weight.
      owner: kept alive as long as the constraint is.
    """
    self.wrapped: Optional[Callable[[Any], Any]] = compat.constraint_of(weight)
    self._spec, self._rule = spec, rule
    self._weight, self._state = weight, state
    self._owner = owner

  def __call__(self, weight: Any) -> tf.Tensor:
    """The updated `weight` with pruned entries zero.

    Args:
      weight: the variable; before TF 2.11 that of one replica.

    Returns:
      A tensor like it.
    """
    state = self._state
    replica = compat.replica_of(self._weight, weight)
    if replica is not None:
      state = WeightState(*[compat.replicas(variable)[replica]
                            for variable in state.all_variables()])
    if self.wrapped is not None:
      weight = self.wrapped(weight)
    with compat.control_dependencies([state.num_updates.assign_add(1)]):
      step = tf.identity(state.num_updates)
    projection = projection_lib.Projection(
        self._spec, [self._rule], [state.mask], [state.threshold],
        state.last_mask_update_step)
    [projected] = projection.project([tf.convert_to_tensor(weight)], step)
    return projected
