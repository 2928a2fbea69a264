# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`prune`: prunes a Keras model while it trains, in place."""

from __future__ import annotations

import contextlib
import weakref
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

import numpy as np
import tensorflow as tf
from absl import logging

from model_pruning import compat
from model_pruning import plan
from model_pruning import projection
from model_pruning import report as report_lib
from model_pruning import saliency
from model_pruning import schedule
from model_pruning import spec as spec_lib
from model_pruning import weight_rule
from model_pruning.keras import constraint
from model_pruning.keras import weights as weights_lib


class Pruner(tf.Module):
  """The pruning state of one Keras model, and what can be asked of it.

  It lives as long as the model does. To resume training exactly, save it
  beside the model: `tf.train.Checkpoint(model=model, pruner=pruner)`.

  Attributes:
    spec: the `PruningSpec`.
    states: the variables of each pruned weight, in the order of the report.
  """

  def __init__(self, model: Any, spec: spec_lib.PruningSpec,
               num_steps: Optional[int] = None):
    """Creates the state of a model and puts constraints on its weights.

    `prune` is the public way to make one, and says what is raised.
    """
    super().__init__(name=spec.name)
    self.spec = spec
    found = weights_lib.find_weights(model)
    rules, self._report = plan.make_plan(
        spec, [weight.candidate for weight in found], num_steps)
    chosen = [(weight, rule) for weight, rule in zip(found, rules)
              if rule is not None]
    _check_rules(spec, chosen)
    self._names = [weight.candidate.name for weight, _ in chosen]
    self._weights = [weight.variable for weight, _ in chosen]
    self.states = [_create_state(weight) for weight in self._weights]
    compat.initialize([variable for state in self.states
                       for variable in state.all_variables()])
    for weight, (_, rule), state in zip(self._weights, chosen, self.states):
      compat.set_constraint(weight, constraint.PruningConstraint(
          spec, rule, weight, state, owner=self))
    compat.forget_train_function(model)
    weakref.finalize(self, _warn_if_nothing_was_pruned, str(spec),
                     list(self.states))

  def report(self) -> report_lib.PruningReport:
    """What is pruned and what is not, each with the reason."""
    return self._report

  @property
  def masks(self) -> Dict[str, np.ndarray]:
    """The masks by the names of their weights, as bool arrays."""
    return {name: compat.value_of(state.mask)
            for name, state in zip(self._names, self.states)}

  @property
  def step(self) -> int:
    """How many optimizer updates were counted; 0 if nothing is pruned."""
    return max((int(compat.value_of(state.num_updates))
                for state in self.states), default=0)

  def sparsity(self) -> Dict[str, float]:
    """The share of zeros in each pruned weight, by its name."""
    return {name: float(np.mean(compat.value_of(weight) == 0))
            for name, weight in zip(self._names, self._weights)}


def prune(model: Any, spec: Union[spec_lib.PruningSpec, str],
          num_steps: Optional[int] = None) -> Pruner:
  """Prunes a Keras model while it trains, in place.

      model_pruning.keras.prune(model, 'target_sparsity=0.9')
      model.compile(...)
      model.fit(...)

  The model may be Sequential, functional, subclassed, or nested in any way,
  of Keras 2 or Keras 3, trained by `fit` or by a loop of your own that calls
  a Keras optimizer. Its names, layers, weights and checkpoint keys stay as
  they are. After each optimizer update pruned entries are exactly 0.0, so
  whatever is saved at any time is sparse and needs nothing of this library.

  Call it before the first training step, and inside the scope of the
  strategy if there is one.

  Args:
    model: a built model.
    spec: a `PruningSpec`, or its string.
    num_steps: how many optimizer updates training will make in all, if known:
      then the report warns of a schedule that does not fit into them.

  Returns:
    The state of the pruning. It need not be kept.

  Raises:
    TypeError: if `model` is no Keras model.
    ValueError: if the model is not built or is pruned already, or the spec is
      not valid or has a pattern that matches none of its weights.
  """
  spec = spec_lib.PruningSpec.of(spec)
  # Of the type: an unbuilt model raises when it is asked for its variables.
  if not hasattr(type(model), 'trainable_variables'):
    raise TypeError('Argument `model` must be a Keras model. '
                    f'Received: {model!r} of type {type(model).__name__}')
  if not model.built or not model.trainable_variables:
    raise ValueError(
        'Argument `model` must be built and have trainable variables. Call it '
        'on a batch of inputs, or call `model.build(input_shape)`, before '
        f'`prune`. Received: the unbuilt model {model.name!r}')
  if (not tf.executing_eagerly() and tf.distribute.has_strategy()
      and getattr(model, 'optimizer', None) is None):
    raise ValueError(
        'Argument `model` must be compiled before `prune` in graph mode under '
        'a strategy, because compiling opens the session that the strategy '
        f'uses. Received: the model {model.name!r}, which is not compiled')
  pruner = Pruner(model, spec, num_steps)
  pruner.report().log()
  return pruner


def _check_rules(
    spec: spec_lib.PruningSpec,
    chosen: Sequence[Tuple[weights_lib.KerasWeight, weight_rule.WeightRule]]
) -> None:
  """Refuses what a constraint cannot do, before anything is changed."""
  if saliency.get(spec.prune_option).uses_gradient:
    raise ValueError(
        'Argument `spec` must have prune_option=weight for a Keras model: a '
        'constraint does not see the gradient. Received: '
        f'prune_option={spec.prune_option}')
  for weight, rule in chosen:
    if isinstance(compat.constraint_of(weight.variable),
                  constraint.PruningConstraint):
      raise ValueError(
          'Argument `model` must not be pruned already. '
          f'Received: a model whose weight {weight.candidate.name!r} is')
    if rule.group is not None:
      raise ValueError(
          'Argument `spec` must not let weights of a Keras model share a '
          'threshold: an optimizer updates them one by one. Received: weight '
          f'{weight.candidate.name!r} in group {rule.group!r}')


def _create_state(weight: Any) -> constraint.WeightState:
  """The variables for one weight, where the weight has its own."""
  variable = compat.backend_variable(weight)
  strategy = getattr(variable, 'distribute_strategy', None)
  threshold_dtype = projection.threshold_dtype(tf.as_dtype(weight.dtype))
  shape = [int(dim) for dim in weight.shape]
  with contextlib.ExitStack() as stack:
    if not tf.executing_eagerly():
      stack.enter_context(variable.graph.as_default())
    if strategy is not None:
      stack.enter_context(strategy.scope())
    return constraint.WeightState(
        _create_variable('mask', tf.ones(shape, tf.bool)),
        _create_variable('threshold', tf.zeros([], threshold_dtype)),
        _create_variable('num_updates', tf.zeros([], tf.int64)),
        _create_variable('last_mask_update_step',
                         tf.constant(schedule.NEVER, tf.int64)))


def _create_variable(name: str, initial_value: tf.Tensor) -> tf.Variable:
  # Every replica holds its own copy and changes it by itself, to the same
  # value: nothing is reduced or sent.
  return tf.compat.v2.Variable(
      initial_value, trainable=False, name=name,
      synchronization=tf.VariableSynchronization.ON_READ,
      aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)


def _warn_if_nothing_was_pruned(
    spec: str, states: List[constraint.WeightState]) -> None:
  """Runs when the model is deleted, or the program ends."""
  try:
    num_updates = max((int(compat.value_of(state.num_updates))
                       for state in states), default=0)
    pruned = any(
        compat.value_of(state.last_mask_update_step) != schedule.NEVER
        for state in states)
  except (RuntimeError, ValueError, tf.errors.OpError):
    return  # Of a graph: its session is closed, or Keras has another by now.
  if num_updates > 0 and not pruned:
    logging.warning(
        'model_pruning: training ended after %d updates and NOTHING WAS '
        'PRUNED: no mask update of %r was due.', num_updates, spec)
