# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The state of pruned Keras weights: created anew, or rebuilt from zeros."""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Iterator, List, Sequence

import numpy as np
import tensorflow as tf

from model_pruning._src.axes import saliencies
from model_pruning._src.compat import keras_variables
from model_pruning._src.core import projection
from model_pruning._src.core import rebuild as rebuild_lib
from model_pruning._src.core import schedule
from model_pruning._src.keras import ranking as ranking_lib
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule


def create(spec: spec_lib.PruningSpec,
           rules: Sequence[weight_rule.WeightRule],
           weights: Sequence[Any]) -> List[ranking_lib.WeightState]:
  """Creates the states of weights, on their devices; masks are all true.

  Args:
    spec: the specification, which says whether the saliency uses gradients.
    rules: one per weight; weights of one group share `last_mask_update_step`.
    weights: Keras variables.

  Returns:
    One state per weight.
  """
  uses_gradient = saliencies.AXIS.entry(spec.prune_option).uses_gradient
  created: List[Any] = [None] * len(weights)
  for indices in weight_rule.ranked_together(rules):
    clock = None
    for i in indices:
      created[i] = _create(weights[i], uses_gradient, clock)
      clock = created[i].last_mask_update_step
  keras_variables.initialize([
      variable for state in created for variable in state.all_variables()])
  return created


def _create(weight: Any, uses_gradient: bool,
            clock: Any) -> ranking_lib.WeightState:
  dtype = projection.threshold_dtype(tf.as_dtype(weight.dtype))
  shape = [int(dim) for dim in weight.shape]
  with beside(weight):
    return ranking_lib.WeightState(
        local_variable('mask', tf.ones(shape, tf.bool)),
        local_variable('threshold', tf.zeros([], dtype)),
        local_variable('num_updates', tf.zeros([], tf.int64)),
        local_variable('last_mask_update_step', tf.constant(
            schedule.NEVER, tf.int64)) if clock is None else clock,
        mean_gradient(weight) if uses_gradient else None)


def mean_gradient(weight: Any) -> tf.Variable:
  """Creates the mean gradient of a weight: zeros of its shape."""
  dtype = projection.threshold_dtype(tf.as_dtype(weight.dtype))
  with beside(weight):
    return local_variable('gradient', tf.zeros(
        [int(dim) for dim in weight.shape], dtype))


def forget(gradient: tf.Variable) -> None:
  """Resets a mean gradient to zero."""
  keras_variables.assign_value(gradient, np.zeros(
      gradient.shape.as_list(), gradient.dtype.as_numpy_dtype))


@contextlib.contextmanager
def beside(weight: Any) -> Iterator[None]:
  """Context manager: creates variables with a Keras variable's strategy."""
  variable = keras_variables.backend_variable(weight)
  strategy = getattr(variable, 'distribute_strategy', None)
  with contextlib.ExitStack() as stack:
    if not tf.executing_eagerly():
      stack.enter_context(variable.graph.as_default())
    if strategy is not None:
      stack.enter_context(strategy.scope())
    yield


def local_variable(name: str, initial_value: tf.Tensor) -> tf.Variable:
  """Creates a variable that is not trained, with one copy per replica."""
  # Every replica holds its own copy and changes it by itself, to the same
  # value: nothing is reduced or sent.
  return tf.compat.v2.Variable(
      initial_value, trainable=False, name=name,
      synchronization=tf.VariableSynchronization.ON_READ,
      aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)


def rebuild(rankings: Sequence[ranking_lib.Ranking],
            num_updates_of: Callable[[Any], int]) -> bool:
  """Reconstructs the pruning state from the weights and their steps.

  Args:
    rankings: the rankings of all pruned weights; one may occur several times.
    num_updates_of: returns the number of updates that the optimizer of a weight
      has made.

  Returns:
    Whether the schedule has pruned entries by now, and the weights have not.
  """
  rankings = list({id(ranking): ranking for ranking in rankings}.values())
  if not rankings:  # A session does not run an empty graph.
    return False
  steps = [[num_updates_of(weight) for weight in ranking.weights]
           for ranking in rankings]
  values = [[keras_variables.value_of(weight) for weight in ranking.weights]
            for ranking in rankings]
  projections = [ranking.projection() for ranking in rankings]
  # A separate graph works in eager mode and in a graph of the caller alike.
  with tf.Graph().as_default(), tf.compat.v1.Session() as session:
    masks, thresholds, last_steps = session.run(
        _rebuilt(projections, values, list(map(max, steps))))
  is_dense = any(
      state.update_steps.last_up_to(max(held)) != schedule.NEVER
      and last == schedule.NEVER
      for state, held, last in zip(projections, steps, last_steps))
  for i, ranking in enumerate(rankings):
    last = last_steps[i]
    for state, value, mask, threshold, step in zip(
        ranking.states, values[i], masks[i], thresholds[i], steps[i]):
      if last == schedule.NEVER:
        mask = ranking.projection().initial_mask(value)
        threshold = threshold if not mask.all() else np.zeros_like(threshold)
      keras_variables.assign_value(state.mask, mask)
      keras_variables.assign_value(state.threshold, threshold)
      keras_variables.assign_value(state.num_updates, np.int64(step))
      keras_variables.assign_value(state.last_mask_update_step, np.int64(last))
      if state.gradient is not None:
        forget(state.gradient)
  return bool(is_dense)


def start(ranking: ranking_lib.Ranking, index: int) -> float:
  """Sets the mask with which the training of a weight starts.

  Args:
    ranking: the weights that are ranked with it.
    index: its index among them.

  Returns:
    The share of zeros that the mask has.
  """
  mask = ranking.projection().initial_mask(
      keras_variables.value_of(ranking.weights[index]))
  state = ranking.states[index]
  if not np.array_equal(keras_variables.value_of(state.mask), mask):
    keras_variables.assign_value(state.mask, mask)
  return 1.0 - float(np.mean(mask))


def _rebuilt(projections: Sequence[projection.Projection],
             values: Sequence[Sequence[np.ndarray]],
             steps: Sequence[int]) -> Any:
  weights = [[tf.compat.v1.placeholder_with_default(value, value.shape)
              for value in held] for held in values]
  masks = [[rebuild_lib.mask_of(weight) for weight in held]
           for held in weights]
  thresholds = [
      [rebuild_lib.threshold_of(weight, mask, held.dtype)
       for weight, mask, held in zip(parts, kept, state.thresholds)]
      for parts, kept, state in zip(weights, masks, projections)]
  pruned = [tf.add_n([rebuild_lib.num_pruned(mask) for mask in held])
            for held in masks]
  # A weight that was frozen may be behind schedule while the others are not.
  return masks, thresholds, [
      rebuild_lib.last_mask_update_step(
          [state], [number], tf.constant(step, tf.int64))
      for state, number, step in zip(projections, pruned, steps)]
