# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Weights of a Keras model that are ranked together, and their masks.

An optimizer calls the constraints of its weights one after another. Some
optimizers have updated all weights by then, others update the next weight after
the constraint. So a ranking waits until all of its weights are updated: the
constraints return their weights unchanged, and the last one projects all.
"""

from __future__ import annotations

from typing import Any, List, Optional, Sequence, Set, Tuple

import tensorflow as tf

from model_pruning._src.compat import keras_variables
from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.core import projection as projection_lib
from model_pruning._src.core import schedule
from model_pruning._src.keras import masks as masks_lib
from model_pruning._src.keras import optimizer_view
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule


class WeightState(tf.Module):
  """The pruning state of one weight.

  Attributes:
    mask: bool, shape of the weight; true is kept.
    threshold: floating scalar, the smallest saliency that is kept.
    num_updates: int64 scalar, the step of the weight: the number of updates
      that its optimizer had made at the last update of the weight.
    last_mask_update_step: int64 scalar, -1 before the first update. Weights
      that are ranked together share the variable.
    gradient: floating, shape of the weight: the running mean that the saliency
      needs of the gradient; None if it needs none.
  """

  def __init__(self, mask: tf.Variable, threshold: tf.Variable,
               num_updates: tf.Variable, last_mask_update_step: tf.Variable,
               gradient: Optional[tf.Variable] = None):
    """Wraps variables that exist; a checkpoint has them by these names."""
    super().__init__(name='weight_state')
    self.mask = mask
    self.threshold = threshold
    self.num_updates = num_updates
    self.last_mask_update_step = last_mask_update_step
    self.gradient = gradient

  def all_variables(self) -> Tuple[tf.Variable, ...]:
    """The variables in the order of the constructor's arguments."""
    variables = (self.mask, self.threshold, self.num_updates,
                 self.last_mask_update_step, self.gradient)
    return tuple(variable for variable in variables if variable is not None)

  def on_replica(self, replica: Optional[int]) -> WeightState:
    """The variables of one replica; None: those of the current context."""
    if replica is None:
      return self
    return WeightState(*[tf_compat.replicas(variable)[replica]
                         for variable in self.all_variables()])


class Ranking:
  """Weights that are ranked in one list: a single weight, or a group.

  Attributes:
    weights: the Keras variables.
    states: one per weight.
  """

  def __init__(self, spec: spec_lib.PruningSpec,
               rules: Sequence[weight_rule.WeightRule],
               weights: Sequence[Any], states: Sequence[WeightState]):
    """Creates the ranking of `weights`.

    Args:
      spec: the specification.
      rules: the rule of each weight; all have the same target.
      weights: the Keras variables.
      states: their states, created under the strategy of the weights.
    """
    self._spec, self._rules = spec, list(rules)
    self.weights, self.states = list(weights), list(states)
    self._has_gradient: Set[int] = set()

  def projection(self, replica: Optional[int] = None
                 ) -> projection_lib.Projection:
    """The projection with the variables of one replica."""
    states = [state.on_replica(replica) for state in self.states]
    return projection_lib.Projection(
        self._spec, self._rules, [state.mask for state in states],
        [state.threshold for state in states],
        states[0].last_mask_update_step,
        [state.gradient for state in states if state.gradient is not None])

  def record_gradient(self, index: int, gradient: tf.Tensor) -> None:
    """Adds the gradient of one update to the mean of a weight."""
    projection = self.projection()
    projection.gradients = [projection.gradients[index]]
    projection.means_after([gradient])
    self._has_gradient.add(index)

  def mask_after_update(self, index: int, weight: tf.Tensor,
                        update: optimizer_view.Update,
                        replica: Optional[int]) -> tf.Tensor:
    """See `masks.Masks`; `index` counts the weights of this ranking."""
    state = self.states[index].on_replica(replica)
    if state.gradient is not None and index not in self._has_gradient:
      raise ValueError(masks_lib.no_gradient(
          self._spec.prune_option, self.weights[index]))
    step = masks_lib.counted_step(state.num_updates, update)
    projection = self.projection(replica)
    if len(self.weights) == 1:
      [mask] = projection.masks_after([weight], step)
      return mask
    return self._mask_of_group(index, weight, step, projection, replica)

  def _mask_of_group(self, index: int, weight: tf.Tensor, step: tf.Tensor,
                     projection: projection_lib.Projection,
                     replica: Optional[int]) -> tf.Tensor:
    all_updated = tf.reduce_all(tf.stack([
        tf.equal(state.on_replica(replica).num_updates, step)
        for state in self.states]))
    others = [keras_variables.on_replica(other, replica)
              for other in self.weights]
    weights = [tf.convert_to_tensor(other) for other in others]
    weights[index] = weight
    masks = projection.masks_after(
        weights, schedule.step_if(all_updated, step))
    with tf_compat.control_dependencies(masks):
      last_step = projection.last_mask_update_step.read_value()

    def project_others() -> tf.Tensor:
      assignments = [
          other.assign(projection_lib.zero_pruned(mask, value))
          for i, (other, value, mask) in enumerate(zip(others, weights, masks))
          if i != index]
      with tf_compat.control_dependencies(assignments):
        return tf.constant(True)

    is_projected = tf.compat.v1.cond(
        all_updated & tf.equal(last_step, step), project_others,
        lambda: tf.constant(False))
    waits = tf.logical_not(all_updated) & projection.update_steps.is_due(
        step, last_step)
    with tf_compat.control_dependencies([is_projected]):
      return tf.logical_or(masks[index], waits)


def rankings_of(spec: spec_lib.PruningSpec,
                rules: Sequence[weight_rule.WeightRule],
                weights: Sequence[Any],
                states: Sequence[WeightState]) -> List[Tuple[Ranking, int]]:
  """For each weight: its ranking, and its index in that ranking."""
  found: List[Any] = [None] * len(weights)
  for indices in weight_rule.ranked_together(rules):
    ranking = Ranking(spec, [rules[i] for i in indices],
                      [weights[i] for i in indices],
                      [states[i] for i in indices])
    for place, i in enumerate(indices):
      found[i] = (ranking, place)
  return found
