# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Channels of a Keras model that are ranked together, and their masks.

A channel goes with slices of several weights, which an optimizer hands to
their constraints one after another, and some of which it may never update. So
no weight waits for others: the first constraint that is called when masks are
due ranks, with the values that all weights have at that moment, and projects
all of them. The constraints after it find the masks updated.

Optimizers of Keras 2.11 and later update all weights before the first
constraint, so the ranking sees each as the optimizer left it. Older and legacy
ones apply the constraint of a weight before they update the next: there it
sees those after the first as they were one update before.
"""

from __future__ import annotations

import dataclasses
import functools
import weakref
from typing import (
  Any,
  Callable,
  Dict,
  Hashable,
  List,
  Mapping,
  Optional,
  Sequence,
  Set,
  Tuple,
)

import numpy as np
import tensorflow as tf

from model_pruning._src.axes import counts
from model_pruning._src.axes import saliencies as saliencies_lib
from model_pruning._src.axes import structures
from model_pruning._src.channels import cost_ranking
from model_pruning._src.channels import set_plan
from model_pruning._src.compat import keras_variables
from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.core import channel_scores
from model_pruning._src.core import conditional
from model_pruning._src.core import projection as projection_lib
from model_pruning._src.core import rebuild as rebuild_lib
from model_pruning._src.core import schedule
from model_pruning._src.keras import constraint
from model_pruning._src.keras import ranked_sets
from model_pruning._src.keras import state_variables
from model_pruning._src.planning import end_of_training
from model_pruning._src.spec import budget as budget_lib
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule


class ChannelRanking:
  """Channels with one list of saliencies: those of a set, or of several.

  Attributes:
    sets: these sets.
    rule: how many of the channels that can go are pruned.
    weights: the Keras variables that have slices of them, by their keys.
  """

  def __init__(self, spec: spec_lib.PruningSpec,
               plans: Sequence[set_plan.SetPlan],
               variables: Mapping[Hashable, Any],
               gradients: Mapping[Hashable, tf.Variable],
               averages_of: Callable[[Any], Sequence[Any]],
               by_cost: Optional[cost_ranking.CostRanking] = None):
    """Creates the variables of sets of channels.

    Args:
      spec: the specification.
      plans: the sets; all have the same rule.
      variables: the weights of the model by their keys.
      gradients: the means of their gradients; empty if none are used.
      averages_of: the averages that the optimizer keeps of a weight.
      by_cost: how these sets are ranked for a budget. Default: None, there is
        no budget.
    """
    # Saliencies of channels are ranked as they are.
    self._spec = spec.replace(prune_option='weight')
    self._averages_of = averages_of
    self._saliency = saliencies_lib.AXIS.entry(spec.prune_option)
    self._gradients, self._by_cost = gradients, by_cost
    self.rule = _rule_of_free(plans)
    if by_cost is not None:
      # Scores are ranked by number, and keep the bounds themselves.
      self._spec = budget_lib.by_weights(self._spec)
      self.rule = dataclasses.replace(
          plans[0].rule, structure=structures.Unstructured())
    self.weights = {slices.weight: variables[slices.weight]
                    for one in plans for slices in one.slices}
    self.sets: List[ranked_sets.RankedSet] = []
    with state_variables.beside(next(iter(self.weights.values()))):
      for one in plans:
        clock = (self.sets[0].state.last_mask_update_step if self.sets
                 else None)
        self.sets.append(ranked_sets.RankedSet(
            one, ranked_sets.ChannelState(len(one.channels.free), clock)))
    self._functions: Dict[int, Any] = {}
    self._asked: Dict[Hashable, Tuple[Callable[[], Any], Set[int]]] = {}

  def projection(self, replica: Optional[int] = 0
                 ) -> projection_lib.Projection:
    """The projection of the channels, with the variables of one replica."""
    def local(variable: tf.Variable) -> tf.Variable:
      return keras_variables.on_replica(variable, replica)

    return projection_lib.Projection(
        self._spec, [self.rule] * len(self.sets),
        [local(one.state.mask) for one in self.sets],
        [local(one.state.threshold) for one in self.sets],
        local(self.sets[0].state.last_mask_update_step))

  def saliencies(self, values: Dict[Hashable, tf.Tensor]) -> List[tf.Tensor]:
    """For each set the saliencies of its channels, float64.

    Where several sets are ranked together, a channel counts by its share of
    the mean of its set.
    """
    return list(channel_scores.by_their_means([
        channel_scores.saliencies(one.plan, values) for one in self.sets]))

  def update_if_due(self, step: tf.Tensor, replica: Optional[int],
                    index: int, clock: Hashable) -> List[tf.Tensor]:
    """Updates the masks if they are due.

    Args:
      step: int64 scalar, that of the weight whose constraint is called.
      replica: which replica's variables are meant; None: the local ones.
      index: which weight that is.
      clock: weights with the same one have the same steps.

    Returns:
      Tensors that are there when it is done; none if another weight of this
      update asked before.
    """
    number = keras_variables.number_of_replica(
        self.sets[0].state.mask, replica)
    if self._is_asked(index, (number, clock)):
      return []
    projection = self.projection(replica)
    last_step = projection.last_mask_update_step.read_value()
    # A function, because each clock has a call of it.
    function = self._functions.setdefault(number, tf.function(
        functools.partial(self._update, number), autograph=False))
    return [conditional.run_if(
        projection.update_steps.is_due(step, last_step),
        lambda: function(step), [], last_step)]

  def _is_asked(self, index: int, key: Hashable) -> bool:
    """Whether another weight has asked, in the same update of the same trace.

    Each time takes longer to trace than all else that is done for a weight. A
    weight whose turn comes again is updated a second time: a trace may have
    several updates. If one optimizer updates other weights of these in each of
    them, masks that are due at a later one wait for the next trace or turn.
    """
    graph = tf.compat.v1.get_default_graph()
    if tf.executing_eagerly() or not graph.building_function:
      return False
    of_graph, seen = self._asked.get(key, (lambda: None, set()))
    is_asked = of_graph() is graph and index not in seen
    if not is_asked:
      seen = set()
      self._asked[key] = weakref.ref(graph), seen
    seen.add(index)
    return is_asked

  def _update(self, replica: int, step: tf.Tensor) -> tf.Tensor:
    """Updates the masks, and projects all weights."""
    local = {key: keras_variables.on_replica(weight, replica)
             for key, weight in self.weights.items()}
    values = {key: tf.convert_to_tensor(variable)
              for key, variable in local.items()}
    projection = self.projection(replica)
    scores = self._scores(self._saliencies_of_entries(values, replica))
    if self._by_cost is not None:
      self._rank_by_cost(projection, scores, step)
    masks = projection.masks_after(scores, step)
    parts: Dict[Hashable, List[channel_scores.Part]] = {
        key: [] for key in local}
    for one, mask in zip(self.sets, masks):
      for slices in one.plan.slices:
        parts[slices.weight].append((mask, slices))
    # Those too that no constraint is called for, as they have no gradient.
    assignments = []
    for key, variable in local.items():
      mask = channel_scores.mask_of(values[key].shape, parts[key])
      assignments.append(variable.assign(constraint.projected_with_averages(
          projection_lib.zero_pruned(mask, values[key]), mask,
          self._averages_of(self.weights[key]), replica)))
    with tf_compat.control_dependencies(assignments):
      return tf.identity(step)

  def _saliencies_of_entries(self, values: Dict[Hashable, tf.Tensor],
                             replica: int) -> Dict[Hashable, tf.Tensor]:
    """What the squares are taken of: with mean gradients, in their dtype."""
    found = dict(values)
    for key, gradient in self._gradients.items():
      if key in values:
        mean = keras_variables.on_replica(gradient, replica).read_value()
        found[key] = self._saliency.score(
            tf.cast(values[key], mean.dtype), mean)
    return found

  def _scores(self, values: Dict[Hashable, tf.Tensor]) -> List[tf.Tensor]:
    """What is ranked: the least goes first, and infinite ones stay."""
    found = [
        channel_scores.with_one_per_layer(one.plan, saliencies)
        for one, saliencies in zip(self.sets, self.saliencies(values))]
    return found if self._by_cost is None else self._by_cost.scores(found)

  def _rank_by_cost(self, projection: projection_lib.Projection,
                    scores: Sequence[tf.Tensor], step: tf.Tensor) -> None:
    """Makes shares of the cost shares of channels, as many as these cost."""
    assert self._by_cost is not None
    removed = None
    if projection.keeps_sparsity:
      removed = tf.logical_not(tf.concat(
          [mask.read_value() for mask in projection.masks], axis=0))
      projection.keeps_sparsity = False
    sparsity = self._by_cost.sparsity(
        tf.concat(scores, axis=0), projection.sparsity(step), removed)
    projection.sparsity = lambda step: sparsity

  def rebuild(self, step: int) -> bool:
    """Reconstructs the state from the weights; see `Masks.rebuild`.

    Args:
      step: the most updates that one of the weights has had.
    """
    projection = self.projection()
    saliencies = self._now(self.saliencies)
    masks = [rebuild_lib.mask_of(tf.constant(one)).numpy()
             for one in saliencies]
    num_pruned = sum(int(np.sum(~mask)) for mask in masks)
    if self._by_cost is None:
      last = int(rebuild_lib.last_mask_update_step(
          [projection], [tf.constant(num_pruned, tf.int64)],
          tf.constant(step, tf.int64)))
    else:
      last = projection.update_steps.last_up_to(step)
      if num_pruned < self._by_cost.num_pruned(
          np.concatenate(self._now(self._scores)), projection.sparsity(last)):
        last = schedule.NEVER
    if last == schedule.NEVER:
      masks = list(map(projection.initial_mask, saliencies))
    for one, mask, saliency in zip(self.sets, masks, saliencies):
      keras_variables.assign_value(one.state.mask, mask)
      keras_variables.assign_value(one.state.threshold, np.float64(
          0.0 if mask.all() else saliency[mask].min()))
    keras_variables.assign_value(
        self.sets[0].state.last_mask_update_step, np.int64(last))
    return (last == schedule.NEVER
            and projection.update_steps.last_up_to(step) != schedule.NEVER)

  def start(self) -> None:
    """Gives masks the values with which training starts."""
    projection = self.projection()
    for one, saliencies in zip(self.sets, self._now(self.saliencies)):
      keras_variables.assign_value(
          one.state.mask, projection.initial_mask(saliencies))

  @property
  def target(self) -> float:
    """The share of the channels that can go which is pruned in the end."""
    number = sum(one.number for one in self.sets)
    return 1.0 - int(counts.num_kept(
        number, self.rule.target_sparsity)) / number

  def last_mask_update_step(self) -> int:
    """The last step at which the masks have changed; -1 if they never have."""
    return int(keras_variables.value_of(
        self.sets[0].state.last_mask_update_step))

  def progress(self, of_values: bool) -> List[end_of_training.Progress]:
    """How far each set has come; see `Masks.progress`. All, with a budget."""
    kept = self._now(self.saliencies) if of_values else self._masks()
    if self._by_cost is None:
      return [end_of_training.Progress.of(one, self.rule.target_sparsity)
              for one in kept]
    total = self._by_cost.cost.total
    share, target = map(self._by_cost.removed_share, (
        np.concatenate(kept) == 0, self._least()))
    return [end_of_training.Progress(
        int(total), int(total * share),
        min(float(target), self.rule.target_sparsity))]

  def budget(self) -> str:
    """What is asked for and what masks leave now, a sentence; '' if none is."""
    return '' if self._by_cost is None else self._by_cost.sentence(
        ~np.concatenate(self._masks()))

  def missed_budget(self) -> str:
    """Why the budget cannot be reached, a sentence; '' if it can."""
    return '' if self._by_cost is None else self._by_cost.missed(self._least())

  def _least(self) -> np.ndarray:
    """Which channels go for the budget, if weights stay as they are."""
    assert self._by_cost is not None
    return self._by_cost.least(np.concatenate(self._now(self._scores)))

  def _masks(self) -> List[np.ndarray]:
    return [keras_variables.value_of(one.state.mask) for one in self.sets]

  def _now(self, of: Callable[[Dict[Hashable, tf.Tensor]], List[tf.Tensor]]
           ) -> List[np.ndarray]:
    """Something of the weights that they have now."""
    with keras_variables.eager_mode():
      return [one.numpy() for one in of({
          key: tf.constant(keras_variables.value_of(weight))
          for key, weight in self.weights.items()})]


def _rule_of_free(plans: Sequence[set_plan.SetPlan]
                  ) -> weight_rule.WeightRule:
  """The rule of the channels that can go, of sets with this rule.

  The share is one of all channels of the sets, so that of those which can go
  is larger if others cannot.
  """
  rule = plans[0].rule
  return dataclasses.replace(
      rule,
      target_sparsity=channel_scores.share_of_free(plans, rule.target_sparsity),
      initial_sparsity=channel_scores.share_of_free(
          plans, rule.initial_sparsity),
      structure=structures.Unstructured())
