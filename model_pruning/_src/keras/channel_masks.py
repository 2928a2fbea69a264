# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Masks of channels, from which the masks of all their weights follow."""

from __future__ import annotations

import dataclasses
import math
from typing import (
  Any,
  Dict,
  Hashable,
  Iterable,
  List,
  NamedTuple,
  Optional,
  Sequence,
  Set,
  Tuple,
)

import numpy as np
import tensorflow as tf

from model_pruning._src.axes import saliencies
from model_pruning._src.channels import set_plan
from model_pruning._src.compat import keras_variables
from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.core import channel_scores
from model_pruning._src.core import projection as projection_lib
from model_pruning._src.core import schedule
from model_pruning._src.keras import channel_ranking
from model_pruning._src.keras import masks
from model_pruning._src.keras import optimizer_view
from model_pruning._src.keras import ranked_sets
from model_pruning._src.keras import state_variables
from model_pruning._src.keras.channels import asked
from model_pruning._src.keras.channels import channel_plan
from model_pruning._src.keras.channels import trace
from model_pruning._src.keras.models import weights as weights_lib
from model_pruning._src.planning import end_of_training
from model_pruning._src.planning import plan
from model_pruning._src.planning import report as report_lib
from model_pruning._src.spec import budget as budget_lib
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule


class MemberState(tf.Module):
  """The pruning state of one weight whose channels are pruned.

  Attributes:
    num_updates: int64 scalar, the step of the weight: the number of updates
      that its optimizer had made at the last update of the weight.
    channels: one `ChannelState` per set of channels that the weight has; all
      weights with these channels share it.
    gradient: floating, shape of the weight: the running mean that the saliency
      needs of the gradient; None if it needs none.
  """

  def __init__(self, num_updates: tf.Variable,
               channels: Sequence[ranked_sets.ChannelState],
               gradient: Optional[tf.Variable] = None):
    """Wraps variables that exist; a checkpoint has them by these names."""
    super().__init__(name='member_state')
    self.num_updates = num_updates
    self.channels = list(channels)
    self.gradient = gradient

  def all_variables(self) -> Tuple[tf.Variable, ...]:
    """The variables, including those of the channels."""
    return (self.num_updates, *(
        variable for state in self.channels for variable in (
            state.mask, state.threshold, state.last_mask_update_step)),
            *([] if self.gradient is None else [self.gradient]))


class ChannelMasks(masks.Masks):
  """Masks of channels; those of weights follow from them.

  Attributes:
    states: one `MemberState` per weight that has free channels.
  """

  def __init__(self, spec: spec_lib.PruningSpec, model: Any,
               found: Sequence[weights_lib.KerasWeight],
               num_steps: Optional[int],
               optimizer: optimizer_view.OptimizerView, inputs: Any = None):
    """Traces the channels of a model, and creates their variables.

    Args:
      spec: the specification, with its steps resolved to numbers.
      model: a Keras model.
      found: the weights of the model.
      num_steps: the number of optimizer updates of the training; None if
        unknown.
      optimizer: the optimizer that updates the model.
      inputs: a batch as the `call` of a subclassed model takes it. Default:
        None, for other models.
    """
    _check(spec)
    self._spec = spec
    self._optimizer = optimizer
    rules, report = plan.make_plan(
        budget_lib.by_weights(spec), [weight.candidate for weight in found],
        num_steps)
    trained = {id(variable) for variable in model.trainable_variables}
    traced = trace.trace(model, 'prune', inputs)
    planned = channel_plan.make_plan(traced, found, rules, trained)
    variables: Dict[Hashable, Any] = {
        id(weight.variable): weight.variable for weight in found}
    budget = asked.asked_for(spec, traced)
    self._has_gradient: Set[int] = set()
    gradients: Dict[Hashable, tf.Variable] = {}
    if saliencies.AXIS.entry(spec.prune_option).uses_gradient:
      for key in dict.fromkeys(slices.weight for one in planned.sets
                               for slices in one.slices):
        gradients[key] = state_variables.mean_gradient(variables[key])
    self._rankings = []
    for indices in weight_rule.ranked_together(
        [one.rule for one in planned.sets]):
      sets = [planned.sets[i] for i in indices]
      self._rankings.append(channel_ranking.ChannelRanking(
          spec, sets, variables, gradients, optimizer.averages_of,
          budget and budget.ranking(
              traced.dependency, [one.channels for one in sets])))
    self._places = [
        [_Place(ranking, one, slices) for ranking in self._rankings
         for one in ranking.sets for slices in one.plan.slices
         if slices.weight == id(weight.variable)] for weight in found]
    members = [(weight, places) for weight, places in zip(found, self._places)
               if places]
    self._places = [places for _, places in members]
    super().__init__(
        _reported(spec, report, members, found, planned, [
            missed for missed in (
                one.missed_budget() for one in self._rankings) if missed]),
        [weight.candidate.name for weight, _ in members],
        [weight.variable for weight, _ in members],
        [_state(weight.variable, places, gradients.get(id(weight.variable)))
         for weight, places in members])

  def mask_after_update(self, index: int, weight: tf.Tensor,
                        update: optimizer_view.Update,
                        replica: Optional[int]) -> tf.Tensor:
    """See `Masks`."""
    places = self._places[index]
    if (self.states[index].gradient is not None
        and index not in self._has_gradient):
      raise ValueError(masks.no_gradient(
          self._spec.prune_option, self.weights[index]))
    step = masks.counted_step(keras_variables.on_replica(
        self.states[index].num_updates, replica), update)
    updates: List[tf.Tensor] = []
    if self._spec.follows_schedule:
      clock = tuple(map(id, self._optimizer.updating(self.weights[index])))
      for ranking in _distinct(place.ranking for place in places):
        updates += ranking.update_if_due(step, replica, index, clock)
    with tf_compat.control_dependencies(updates):
      return channel_scores.mask_of(weight.shape, [
          (keras_variables.on_replica(
              place.channels.state.mask, replica).read_value(), place.slices)
          for place in places])

  def record_gradient(self, index: int, gradient: tf.Tensor) -> None:
    """See `Masks`."""
    projection_lib.mean_after(
        self.states[index].gradient, gradient,
        saliencies.AXIS.entry(self._spec.prune_option),
        self._spec.gradient_decay_rate)
    self._has_gradient.add(index)

  def rebuild(self, steps: Sequence[int]) -> bool:
    """See `Masks`. A channel is pruned if all entries of it are zero."""
    for state, step in zip(self.states, steps):
      keras_variables.assign_value(state.num_updates, np.int64(step))
      if state.gradient is not None:
        state_variables.forget(state.gradient)
    steps_of = self._steps_of_rankings(steps)
    are_dense = [ranking.rebuild(steps_of[id(ranking)])
                 for ranking in self._rankings]
    return any(are_dense)

  def start(self) -> Dict[str, float]:
    """See `Masks`."""
    for ranking in self._rankings:
      ranking.start()
    shares = {name: 1.0 - float(np.mean(self.mask_of(i)))
              for i, name in enumerate(self.names)}
    return {name: share for name, share in shares.items() if share}

  def mask_of(self, index: int) -> np.ndarray:
    """See `Masks`. An entry is kept if all of its channels are kept."""
    with keras_variables.eager_mode():
      mask: np.ndarray = channel_scores.mask_of(self.weights[index].shape, [
          (tf.constant(keras_variables.value_of(place.channels.state.mask)),
           place.slices) for place in self._places[index]]).numpy()
      return mask

  def last_mask_update_step(self) -> int:
    """See `Masks`."""
    return max((ranking.last_mask_update_step() for ranking in self._rankings),
               default=schedule.NEVER)

  def num_updates(self) -> List[int]:
    """See `Masks`. Weights that share channels share their step too."""
    steps = self._steps_of_rankings(super().num_updates())
    return [max(steps[id(place.ranking)] for place in places)
            for places in self._places]

  def _steps_of_rankings(self, steps: Sequence[int]) -> Dict[int, int]:
    """The largest step of a weight of each ranking, by the ranking's `id`."""
    found: Dict[int, int] = {}
    for step, places in zip(steps, self._places):
      for place in places:
        key = id(place.ranking)
        found[key] = max(found.get(key, 0), step)
    return found

  def budget(self) -> str:
    """See `Masks`."""
    return ' '.join(ranking.budget() for ranking in self._rankings)

  def progress(self, indices: Sequence[int], of_values: bool = False
               ) -> List[end_of_training.Progress]:
    """See `Masks`. There is one item per set of channels."""
    return [one for ranking in _distinct(
        place.ranking for i in indices for place in self._places[i])
            for one in ranking.progress(of_values)]


class _Place(NamedTuple):
  """A set of channels along an axis of a weight, and the set's ranking."""

  ranking: channel_ranking.ChannelRanking
  channels: ranked_sets.RankedSet
  slices: set_plan.Slices


def _distinct(rankings: Iterable[channel_ranking.ChannelRanking]
              ) -> List[channel_ranking.ChannelRanking]:
  return list({id(one): one for one in rankings}.values())


def _state(weight: Any, places: Sequence[_Place],
           gradient: Optional[tf.Variable]) -> MemberState:
  with state_variables.beside(weight):
    return MemberState(
        state_variables.local_variable('num_updates', tf.zeros([], tf.int64)),
        [place.channels.state for place in places], gradient)


def _check(spec: spec_lib.PruningSpec) -> None:
  """Raises a ValueError for fields that do not go with channels."""
  if tf_compat.workers_are_asynchronous():
    raise ValueError(
        'Argument `spec` must not have structure=channels under a '
        'ParameterServerStrategy, whose workers would change the weights of a '
        'channel while another ranks it. Received: '
        f'{str(spec)!r}')


def _target(places: Sequence[_Place]) -> float:
  """The final share of zeros of a weight, given the targets of its sets."""
  by_axis: Dict[int, Any] = {}
  for ranking, channels, slices in places:
    by_axis[slices.axis] = by_axis.get(slices.axis, 1.0) * np.where(
        slices.places < channels.number, 1.0 - ranking.target, 1.0)
  return 1.0 - float(np.prod([np.mean(kept) for kept in by_axis.values()]))


def _reported(spec: spec_lib.PruningSpec, report: report_lib.PruningReport,
              members: Sequence[Tuple[weights_lib.KerasWeight,
                                      Sequence[_Place]]],
              found: Sequence[weights_lib.KerasWeight],
              planned: channel_plan.ChannelPlan,
              missed: Sequence[str]) -> report_lib.PruningReport:
  """Converts a report of weights by themselves into one of their channels."""
  pruned = tuple(
      report_lib.PrunedWeight(
          weight.candidate.name, weight.candidate.shape,
          _target(places) if spec.follows_schedule and spec.budget is None
          else math.nan, 'channels',
          places[0].ranking.rule.group) for weight, places in members)
  names = {weight.name for weight in pruned}
  whole = {weight.candidate.name: planned.whole.get(
      id(weight.variable), 'none of its channels can go') for weight in found}
  reasons = {weight.name: weight.reason for weight in report.skipped}
  skipped = tuple(
      report_lib.SkippedWeight(
          weight.candidate.name, weight.candidate.shape,
          reasons.get(weight.candidate.name, whole[weight.candidate.name]))
      for weight in found if weight.candidate.name not in names)
  warnings = [*report.warnings, *missed]
  if report.pruned and not pruned:
    warnings.append(report_lib.NO_CHANNEL)
  if planned.untrained:
    warnings.append(
        'All channels stay that go with slices of weights which are not '
        'trained, and so cannot become zero: '
        + end_of_training.names(list(planned.untrained)))
  return dataclasses.replace(
      report, spec=str(spec), pruned=pruned, skipped=skipped,
      warnings=tuple(warnings))
