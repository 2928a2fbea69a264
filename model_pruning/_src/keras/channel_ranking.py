# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Channels of a Keras model that are ranked together, and their masks.

Pruning a channel zeroes slices of several weights. An optimizer calls the
constraints of these weights one after another, and may never update some of
them. So no weight waits for others: the first constraint that is called when
masks are due ranks the channels, with the current values of all weights, and
projects all of them. The constraints after it find the masks updated.

Optimizers of Keras 2.11 and later update all weights before the first
constraint, so the ranking sees each as the optimizer left it. Older and legacy
ones apply the constraint of a weight before they update the next: there the
ranking sees the weights after the first one as they were before the update.
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
  """The channels of one or several sets that are ranked in one list.

  Attributes:
    sets: the sets.
    rule: the rule of the ranking; its target is a share of the free channels.
    weights: the Keras variables that have these channels, by weight key.
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
      plans: the plans of the sets; all have the same rule.
      variables: the weights of the model, by weight key.
      gradients: the running means of their gradients, by weight key; empty if
        the saliency uses none.
      averages_of: returns the averages that the optimizer keeps of a weight.
      by_cost: the ranking of these sets for a budget. Default: None, no budget.
    """
    # The saliencies of channels are the scores: no saliency is taken of them.
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
    """The saliencies of the channels of each set, float64.

    If several sets are ranked together, saliencies are divided by the mean of
    their set.
    """
    return list(channel_scores.by_their_means([
        channel_scores.saliencies(one.plan, values) for one in self.sets]))

  def update_if_due(self, step: tf.Tensor, replica: Optional[int],
                    index: int, clock: Hashable) -> List[tf.Tensor]:
    """Updates the masks if they are due.

    Args:
      step: int64 scalar, the step of the weight whose constraint is called.
      replica: the replica whose variables are used; None: the local ones.
      index: the index of that weight.
      clock: a key that is the same for weights with the same steps.

    Returns:
      Tensors that are available once the update is done; none if another weight
      has asked for it in this optimizer update.
    """
    number = keras_variables.number_of_replica(
        self.sets[0].state.mask, replica)
    if self._is_asked(index, (number, clock)):
      return []
    projection = self.projection(replica)
    last_step = projection.last_mask_update_step.read_value()
    # A function is traced once, although each clock calls it.
    function = self._functions.setdefault(number, tf.function(
        functools.partial(self._update, number), autograph=False))
    return [conditional.run_if(
        projection.update_steps.is_due(step, last_step),
        lambda: function(step), [], last_step)]

  def _is_asked(self, index: int, key: Hashable) -> bool:
    """Whether another weight has asked in the same update of the same trace.

    Asking takes longer to trace than all else that is done for a weight, so it
    is done once per update. A trace may have several updates; a weight that
    asks again marks the next one. If an optimizer updates other weights in each
    of them, masks that are due in a later one wait until a weight asks again.
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
    # This includes weights without a gradient, whose constraint is not called.
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
    """The saliencies of entries, in the dtype of mean gradients if used."""
    found = dict(values)
    for key, gradient in self._gradients.items():
      if key in values:
        mean = keras_variables.on_replica(gradient, replica).read_value()
        found[key] = self._saliency.score(
            tf.cast(values[key], mean.dtype), mean)
    return found

  def _scores(self, values: Dict[Hashable, tf.Tensor]) -> List[tf.Tensor]:
    """The scores: the lowest is pruned first, infinite ones are kept."""
    found = [
        channel_scores.with_one_per_layer(one.plan, saliencies)
        for one, saliencies in zip(self.sets, self.saliencies(values))]
    return found if self._by_cost is None else self._by_cost.scores(found)

  def _rank_by_cost(self, projection: projection_lib.Projection,
                    scores: Sequence[tf.Tensor], step: tf.Tensor) -> None:
    """Converts the sparsity from a share of the cost to one of the channels."""
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
      step: the largest step of one of the weights.
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
    """Sets the masks with which training starts."""
    projection = self.projection()
    for one, saliencies in zip(self.sets, self._now(self.saliencies)):
      keras_variables.assign_value(
          one.state.mask, projection.initial_mask(saliencies))

  @property
  def target(self) -> float:
    """The final share of pruned channels among the free ones."""
    number = sum(one.number for one in self.sets)
    return 1.0 - int(counts.num_kept(
        number, self.rule.target_sparsity)) / number

  def last_mask_update_step(self) -> int:
    """The last step at which the masks changed; -1 if they never have."""
    return int(keras_variables.value_of(
        self.sets[0].state.last_mask_update_step))

  def progress(self, of_values: bool) -> List[end_of_training.Progress]:
    """See `Masks.progress`: one item per set, or one for all with a budget."""
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
    """A sentence with the budget and the current cost; '' without a budget."""
    return '' if self._by_cost is None else self._by_cost.sentence(
        ~np.concatenate(self._masks()))

  def missed_budget(self) -> str:
    """A sentence why the budget cannot be reached; '' if it can."""
    return '' if self._by_cost is None else self._by_cost.missed(self._least())

  def _least(self) -> np.ndarray:
    """Which channels the budget prunes, given the current weights."""
    assert self._by_cost is not None
    return self._by_cost.least(np.concatenate(self._now(self._scores)))

  def _masks(self) -> List[np.ndarray]:
    return [keras_variables.value_of(one.state.mask) for one in self.sets]

  def _now(self, of: Callable[[Dict[Hashable, tf.Tensor]], List[tf.Tensor]]
           ) -> List[np.ndarray]:
    """Evaluates a function of the current values of the weights."""
    with keras_variables.eager_mode():
      return [one.numpy() for one in of({
          key: tf.constant(keras_variables.value_of(weight))
          for key, weight in self.weights.items()})]


def _rule_of_free(plans: Sequence[set_plan.SetPlan]
                  ) -> weight_rule.WeightRule:
  """Converts the rule of sets to a rule of their free channels.

  The target of a set is a share of all its channels, so the share of the free
  ones is larger if others are frozen.
  """
  rule = plans[0].rule
  return dataclasses.replace(
      rule,
      target_sparsity=channel_scores.share_of_free(plans, rule.target_sparsity),
      initial_sparsity=channel_scores.share_of_free(
          plans, rule.initial_sparsity),
      structure=structures.Unstructured())
