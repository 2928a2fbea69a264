# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The state of pruned weights, and how it is rebuilt from the weights.

Pruned entries are zero in the weights themselves. So a mask that was not saved
is rebuilt as true where its weight is nonzero.
"""

from __future__ import annotations

import functools
from typing import (
  Any,
  Dict,
  Iterator,
  List,
  NamedTuple,
  Optional,
  Sequence,
  Set,
  Tuple,
)

import numpy as np
import tensorflow as tf

from model_pruning._src.core import initial_zeros
from model_pruning._src.core import projection
from model_pruning._src.core import rebuild
from model_pruning._src.core import shared_functions
from model_pruning._src.graph import variables as variables_lib
from model_pruning._src.planning import end_of_training


class WeightWithState(NamedTuple):
  """A weight, its mask in variables of the same layout, and other state."""

  weight: variables_lib.StoredTensor
  mask: variables_lib.StoredTensor
  threshold: variables_lib.StoredTensor
  gradient: Optional[variables_lib.StoredTensor] = None

  def state(self) -> List[variables_lib.StoredTensor]:
    """All fields but the weight."""
    return [held for held in self[1:] if held is not None]

  def variables(self) -> Iterator[Tuple[tf.Variable, tf.Variable]]:
    """Each variable of the weight with that of its mask."""
    return zip(self.weight.variables(), self.mask.variables())


class PruningState:
  """The state of all weights whose masks are updated at the same steps.

  The rebuilt state is:

  *   a mask is true where its weight is nonzero, and all true if the weight is
      zero everywhere: pruning never prunes all of a weight, but a dense one may
      start as zeros;
  *   a threshold is the smallest magnitude that the mask keeps;
  *   the mean of gradients, where the saliency uses it, is zero;
  *   `last_mask_update_step` is the last step up to the global step at which
      the masks change, as if training had missed no update. It is -1, for
      never, if an update at that step would have pruned more than the masks do:
      so weights that are denser than the schedule says are pruned next.

  One thing is lost: a rebuilt mask prunes, until the next update, an entry that
  the original mask kept and that happened to be zero.

  Attributes:
    weights: the weights, each with its mask and threshold.
    last_mask_update_step: int64 scalar.
    global_step: integer scalar variable that counts the optimizer updates.
    graph: the graph that they are in.
  """

  def __init__(
      self,
      rankings: Sequence[
          Tuple[Sequence[variables_lib.StoredTensor], projection.Projection]],
      global_step: tf.Variable):
    """Describes variables of a graph; adds nothing to it.

    Args:
      rankings: weights that are ranked together, in the order of the masks of
        their projection. All projections share `last_mask_update_step`.
      global_step: integer scalar variable that counts the optimizer updates.
    """
    self.weights = [
        WeightWithState(*parts) for weights, state in rankings
        for parts in zip(weights, state.masks, state.thresholds,
                         state.gradients or [None] * len(weights))]
    self._projections = [state for _, state in rankings]
    self._projection_of_each = [
        state for weights, state in rankings for _ in weights]
    self.last_mask_update_step = self._projections[0].last_mask_update_step
    self.global_step = variables_lib.StoredTensor([global_step])
    self.graph = variables_lib.primary(global_step).graph
    self._are_initialized: Optional[tf.Tensor] = None

  @property
  def state(self) -> List[variables_lib.StoredTensor]:
    """Masks, thresholds, mean gradients, and the step of the last update."""
    return [held for weight in self.weights for held in weight.state()] + [
        self.last_mask_update_step]

  @property
  def holds(self) -> bool:
    """Whether masks are fixed to the zeros with which the weights start."""
    return not self._projections[0].mask_update.follows_schedule

  def build(self) -> None:
    """Adds the ops that `rebuild_uninitialized` runs; needs an open graph."""
    if self._are_initialized is None:
      with self.graph.as_default(), tf.name_scope('rebuild_pruning_state'):
        self._are_initialized = tf.stack(
            [flag for held in self.state for flag in _are_initialized(held)])

  def are_weights_initialized(self) -> tf.Tensor:
    """Adds a bool scalar: whether all weights and the step have values."""
    with self.graph.as_default(), tf.name_scope('rebuild_pruning_state'):
      return tf.reduce_all(tf.stack([
          flag for held in (
              self.global_step, *[weight.weight for weight in self.weights])
          for flag in _are_initialized(held)]))

  def rebuild(self, session: tf.compat.v1.Session, names: Set[str]) -> None:
    """Rebuilds a part of the state, from the weights and the rest of it.

    Args:
      session: a session in which the weights and the global step have values.
      names: the names of the variables to rebuild; all others have values.
    """
    for weight in self.weights:
      missing = [held.is_among(names) for held in weight.state()]
      if any(missing):
        value = _fetch(weight.weight, session)
        # A separate graph is needed, as that of the session is finalized.
        with tf.Graph().as_default(), tf.compat.v1.Session() as scratch:
          rebuilt = scratch.run(
              _rebuilt(tf.compat.v1.placeholder_with_default(
                  value, value.shape), weight))
        for held, is_missing, state in zip(weight.state(), missing, rebuilt):
          if is_missing:
            held.load(state, session)
    if self.last_mask_update_step.is_among(names):
      masks = [_fetch(weight.mask, session) for weight in self.weights]
      step = _fetch(self.global_step, session)
      with tf.Graph().as_default(), tf.compat.v1.Session() as scratch:
        last_step = scratch.run(self._rebuilt_last_step(
            [_num_pruned(tf.compat.v1.placeholder_with_default(
                mask, mask.shape)) for mask in masks], tf.constant(step)))
      self.last_mask_update_step.load(last_step, session)

  def rebuild_uninitialized(self, session: tf.compat.v1.Session) -> List[str]:
    """Rebuilds variables without a value in `session`; returns their names."""
    if self._are_initialized is None:
      raise ValueError('`build()` must be called before the graph is used.')
    flags = iter(session.run(self._are_initialized))
    names = []
    for held in self.state:
      held_flags = [next(flags) for _ in held.variables()]
      if not all(held_flags):
        names += held.names
    if names:
      self.rebuild(session, set(names))
    return names

  def start_from_zeros(self, session: tf.compat.v1.Session
                       ) -> Dict[str, float]:
    """Sets masks that prune nothing from the zeros of sparse weights.

    Code that knows of no masks may have assigned the weights in a session.

    Args:
      session: a session in which all variables have values.

    Returns:
      The share of zeros of each mask that prunes something, by the name of the
      weight.
    """
    shares = {}
    for weight, state in zip(self.weights, self._projection_of_each):
      mask = _fetch(weight.mask, session)
      if mask.all() and (self.holds or state.keeps_sparsity):
        mask = initial_zeros.initial_mask(
            _fetch(weight.weight, session), self.holds)
        if not mask.all():
          weight.mask.load(mask, session)
      if not mask.all():
        shares[weight.weight.name] = 1.0 - float(np.mean(mask))
    return shares

  def progress(self, session: tf.compat.v1.Session
               ) -> List[end_of_training.Progress]:
    """How far each weight has come, from the masks in a session."""
    return [
        end_of_training.Progress.of(_fetch(weight.mask, session), state.target)
        for weight, state in zip(self.weights, self._projection_of_each)]

  def rebuild_after(self, assignments: Sequence[tf.Operation],
                    names: Set[str]) -> tf.Operation:
    """Adds an operation that rebuilds the state of weights.

    Masks of other weights, and the global step, are not changed. If they have
    no values, they count as all true and as 0.

    Args:
      assignments: operations that assign the weights to rebuild from.
      names: the names of the variables that they assign.

    Returns:
      The operation, which runs after `assignments`.
    """
    # The dependencies are groups: an op gets an edge from each dependency, so
    # that a list of assignments would add one edge for each of them.
    with self.graph.as_default(), tf.name_scope('rebuild_pruning_state'):
      with tf.control_dependencies([tf.group(*assignments)]):
        rebuilt = tf.group(*[part for weight in self.weights
                             if weight.weight.is_among(names)
                             for part in _assign_rebuilt(weight)])
        step = (self.global_step.read_value()
                if self.global_step.is_among(names)
                else _read_or(self.global_step, 0))
      with tf.control_dependencies([rebuilt]):
        masks = [weight.mask.read_value() if weight.weight.is_among(names)
                 else _read_or(weight.mask, True) for weight in self.weights]
      last_step = self._rebuilt_last_step(
          [_num_pruned(mask) for mask in masks], step)
      return tf.group(rebuilt, self.last_mask_update_step.assign(last_step))

  def rebuilt(self, weights: Sequence[tf.Tensor],
              step: tf.Tensor) -> List[tf.Tensor]:
    """The values of `state` that follow from these weights and this step."""
    likenesses = [
        ('rebuilt', *weight.weight.shape.as_list(), weight.weight.dtype,
         *[held.dtype for held in weight.state()]) for weight in self.weights]
    functions = shared_functions.SharedFunctions(likenesses)
    numbers, rebuilt = [], []
    for value, weight, likeness in zip(weights, self.weights, likenesses):
      number, *state = functions.call(
          likeness, functools.partial(_rebuilt_with_number, weight), [value])
      numbers.append(number)
      rebuilt += state
    return [*rebuilt, self._rebuilt_last_step(numbers, step)]

  def _rebuilt_last_step(self, numbers_pruned: Sequence[tf.Tensor],
                         step: tf.Tensor) -> tf.Tensor:
    numbers = iter(numbers_pruned)
    pruned = [tf.add_n([next(numbers) for _ in state.masks])
              for state in self._projections]
    return rebuild.last_mask_update_step(self._projections, pruned, step)


def _rebuilt(value: tf.Tensor, weight: WeightWithState) -> List[tf.Tensor]:
  """The values of `weight.state()` that follow from the weight `value`."""
  mask = rebuild.mask_of(value)
  state = [mask, rebuild.threshold_of(value, mask, weight.threshold.dtype)]
  if weight.gradient is not None:
    state.append(tf.zeros(weight.gradient.shape, weight.gradient.dtype))
  return state


def _rebuilt_with_number(weight: WeightWithState,
                         value: tf.Tensor) -> List[tf.Tensor]:
  """The number of entries that the mask prunes, then those of `_rebuilt`."""
  state = _rebuilt(value, weight)
  return [rebuild.num_pruned(state[0]), *state]


def _assign_rebuilt(weight: WeightWithState) -> List[tf.Operation]:
  """Assigns the state that follows from the value of a weight."""
  with tf.device(weight.weight.device):
    rebuilt = _rebuilt(weight.weight.read_value(), weight)
  return [held.assign(value)
          for held, value in zip(weight.state(), rebuilt)]


def _fetch(held: variables_lib.StoredTensor,
           session: tf.compat.v1.Session) -> np.ndarray:
  return held.joined(session.run(held.fetches()))


def _num_pruned(mask: tf.Tensor) -> tf.Tensor:
  """The number of false entries, int64."""
  with tf.device(mask.device):
    return rebuild.num_pruned(mask)


def _read_or(held: variables_lib.StoredTensor, value: Any) -> tf.Tensor:
  """The value of `held`, with `value` for parts that are not initialized."""
  # Both branches stay on the device, which a ref or a handle must not leave.
  return held.read(lambda variable: read_variable_or(variable, value))


def read_variable_or(variable: tf.Variable, value: Any) -> tf.Tensor:
  """The value of a variable; if it has none, `value` in all entries."""
  return tf.compat.v1.cond(
      tf.compat.v1.is_variable_initialized(variable),
      variable.read_value,
      lambda: tf.fill(variable.shape.as_list(), tf.constant(
          value, variable.dtype.base_dtype)))


def _are_initialized(held: variables_lib.StoredTensor) -> List[tf.Tensor]:
  """Whether each of the variables has a value."""
  flags = []
  for variable in held.variables():
    # A resource variable has an op that tells whether it is initialized.
    made = variables_lib.source(variable).op.name + '/IsInitialized/'
    flag = next((op.outputs[0]
                 for op in variables_lib.source(variable).consumers()
                 if op.name.startswith(made)), None)
    if flag is None:
      with tf.device(variable.device):
        flag = tf.compat.v1.is_variable_initialized(variable)
    flags.append(flag)
  return flags
