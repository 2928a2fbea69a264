# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Masks of the weights of a graph that lose the slices of whole channels.

Each weight has a mask of its shape, as in any other pruning, so the code that
saves, rebuilds and projects weights need not know of channels. Only the code
that computes new masks does: it ranks channels by all the weights that have
slices of them, so all these weights share one ranking.
"""

from __future__ import annotations

import dataclasses
from typing import (
  Dict,
  Hashable,
  List,
  Mapping,
  NamedTuple,
  Optional,
  Sequence,
  Tuple,
)

import numpy as np
import tensorflow as tf

from model_pruning._src.axes import distributions
from model_pruning._src.axes import mask_updates
from model_pruning._src.axes import structures
from model_pruning._src.channels import channel_sets
from model_pruning._src.channels import dependency as dependency_lib
from model_pruning._src.channels import set_plan
from model_pruning._src.channels import set_rule
from model_pruning._src.core import channel_scores
from model_pruning._src.core import mask as mask_lib
from model_pruning._src.core import mask_update
from model_pruning._src.core import projection as projection_lib
from model_pruning._src.graph import weights as weights_lib
from model_pruning._src.graph.channels import training_trace
from model_pruning._src.graph.training import state_variables
from model_pruning._src.planning import plan
from model_pruning._src.planning import report as report_lib
from model_pruning._src.spec import budget as budget_lib
from model_pruning._src.spec import pruning_spec as spec_lib


@dataclasses.dataclass(frozen=True, eq=False)
class _NewMasks:
  """Makes the masks of weights from a ranking of their channels.

  Attributes:
    plans: the plans of the sets of channels of all weights in `names`.
    names: the names of the weights, in the order of the ranking.
    is_one_ranking: whether the sets are ranked together.
    target: the final share of pruned channels of each set.
  """

  plans: Tuple[set_plan.SetPlan, ...]
  names: Tuple[str, ...]
  is_one_ranking: bool
  target: float

  def __call__(self, ranking: mask_update.Ranking) -> mask_lib.Masks:
    """Returns the masks of the weights, and the smallest saliency kept."""
    values: Dict[Hashable, tf.Tensor] = dict(
        zip(self.names, ranking.saliencies))
    found = [channel_scores.saliencies(one, values) for one in self.plans]
    if self.is_one_ranking:
      found = list(channel_scores.by_their_means(found))
    scores = [channel_scores.with_one_per_layer(one, score)
              for one, score in zip(self.plans, found)]
    before = self._before(ranking)
    indices = list(range(len(self.plans)))
    new: Dict[int, tf.Tensor] = {}
    thresholds = []
    for together in [indices] if self.is_one_ranking else [
        [i] for i in indices]:
      plans = [self.plans[i] for i in together]
      made = mask_lib.masks_of(
          [scores[i] for i in together],
          [structures.Unstructured()] * len(together),
          channel_scores.share_of_free(plans, ranking.sparsity),
          ranking.bounds, mask_lib.Floor(
              [before[i] for i in together], channel_scores.share_of_free(
                  plans, self.target)) if ranking.keeps_sparsity else None)
      new.update(zip(together, made.masks))
      thresholds.append(made.threshold)
    parts: Dict[Hashable, List[channel_scores.Part]] = {
        name: [] for name in self.names}
    for i, one in enumerate(self.plans):
      for slices in one.slices:
        parts[slices.weight].append((new[i], slices))
    return mask_lib.Masks(
        [channel_scores.mask_of(values[name].shape.as_list(), parts[name])
         for name in self.names], tf.reduce_min(tf.stack(thresholds)))

  def _before(self, ranking: mask_update.Ranking) -> List[tf.Tensor]:
    """The current masks of channels: one is kept if any entry of it is."""
    if not ranking.keeps_sparsity:
      return []
    kept: Dict[Hashable, tf.Tensor] = {
        name: tf.cast(mask, tf.float64)
        for name, mask in zip(self.names, ranking.masks)}
    return [channel_scores.saliencies(one, kept) > 0 for one in self.plans]


class Planned(NamedTuple):
  """The plan of pruning the channels of a graph.

  Attributes:
    weights: the weights that have free channels; they share one ranking.
    report: what is pruned and what is not.
    target: the lowest final share of zeros among these weights.
    new_masks: computes their masks.
  """

  weights: List[state_variables.WeightWithRule]
  report: report_lib.PruningReport
  target: float
  new_masks: _NewMasks

  def give_to(self, projection: projection_lib.Projection) -> None:
    """Makes the projection of the weights rank channels."""
    projection.mask_update = mask_updates.MaskUpdate(self.new_masks)
    projection.target = self.target


def make_plan(graph: tf.Graph, spec: spec_lib.PruningSpec,
              found: Sequence[weights_lib.GraphWeight],
              num_steps: Optional[int], updated: Mapping[str, object],
              others: Mapping[str, str]) -> Planned:
  """Finds the channels of a graph that can only be pruned together.

  Args:
    graph: a training graph with losses.
    spec: the specification, with structure=channels.
    found: its trainable variables.
    num_steps: the number of optimizer updates of the training; None if unknown.
    updated: the operations that update each weight, by its name; may be empty.
    others: the reasons why other variables are not trained, by their names.

  Raises:
    ValueError: if the spec has a budget, holds zeros, or gives sets different
      targets; variables are mirrored; or the graph cannot be followed.
  """
  _check(spec, found)
  rules, report = plan.make_plan(
      budget_lib.by_weights(spec), [weight.candidate for weight in found],
      num_steps, others=others)
  by_name: set_rule.Rules = {
      weight.candidate.name: rule for weight, rule in zip(found, rules)}
  dependency = training_trace.trace(graph).dependency
  plans: List[set_plan.SetPlan] = []
  whole: Dict[Hashable, str] = {}
  for one in channel_sets.sets_of(dependency):
    rule, reason = set_rule.rule_of(one, by_name)
    fixed = [use.name for use in one.uses if not updated.get(str(use.weight))
             and use.role is not dependency_lib.Role.COUNTS]
    if rule is not None and fixed:
      rule, reason = None, (f'its channels go with those of {fixed[0]}, which '
                            'is not trained')
    if rule is None:
      whole.update((use.weight, reason) for use in one.uses)
    else:
      plans.append(set_plan.plan_of(one, rule, dependency))
  targets = sorted({one.rule.target_sparsity for one in plans})
  if len(targets) > 1:
    raise ValueError(
        'A spec with structure=channels must give all kernels of a graph one '
        f'target. Received: the targets {targets} in {str(spec)!r}')
  shares = {
      weight.candidate.name: _share(weight.candidate.name, plans)
      for weight in found}
  chosen = [weight for weight in found if shares[weight.candidate.name]]
  members = [
      state_variables.WeightWithRule(weight, dataclasses.replace(
          plans[0].rule, structure=structures.Unstructured(), group='channels'))
      for weight in chosen]
  new_masks = _NewMasks(
      tuple(plans), tuple(weight.name for weight in members),
      distributions.AXIS.entry(spec.sparsity_distribution).is_one_ranking,
      targets[0] if targets else 0.0)
  return Planned(
      members, _reported(spec, report, found, shares, whole),
      min(filter(None, shares.values()), default=0.0), new_masks)


def _check(spec: spec_lib.PruningSpec,
           found: Sequence[weights_lib.GraphWeight]) -> None:
  """Raises a ValueError for what is supported for Keras models only."""
  if spec.budget is not None:
    raise ValueError(
        f'Field `{spec.budget.field}` must be left out where a graph is pruned '
        f'while it trains: give target_sparsity. Received: {str(spec)!r}')
  for weight in found:
    if len(weight.stored.variables()) > len(weight.stored.parts):
      raise ValueError(
          'A spec with structure=channels must not go with a strategy that '
          'mirrors the variables of a graph. Received: the mirrored weight '
          f'{weight.candidate.name!r}')
  if not spec.follows_schedule:
    raise ValueError(
        'Field `mask_update` must be rank for structure=channels of a graph: '
        'zeros of a sparse model are held without it. Received: '
        f'{str(spec)!r}')


def _share(name: str, plans: Sequence[set_plan.SetPlan]) -> float:
  """The final share of zeros of a weight, given the target of each set."""
  kept: Dict[int, np.ndarray] = {}
  for one in plans:
    number = len(one.channels.free)
    share = channel_scores.share_of_free([one], one.rule.target_sparsity)
    left = 1.0 - np.floor(share * number) / number
    for slices in one.slices:
      if slices.weight == name:
        kept[slices.axis] = kept.get(slices.axis, 1.0) * np.where(
            slices.places < number, left, 1.0)
  return 1.0 - float(np.prod([np.mean(one) for one in kept.values()]))


def _reported(spec: spec_lib.PruningSpec, report: report_lib.PruningReport,
              found: Sequence[weights_lib.GraphWeight],
              shares: Mapping[str, float],
              whole: Mapping[Hashable, str]) -> report_lib.PruningReport:
  reasons = {weight.name: weight.reason for weight in report.skipped}
  pruned, skipped = [], []
  for weight in found:
    name, shape = weight.candidate.name, weight.candidate.shape
    if shares[name]:
      pruned.append(report_lib.PrunedWeight(
          name, shape, shares[name], 'channels', None))
    else:
      skipped.append(report_lib.SkippedWeight(name, shape, reasons.get(
          name, whole.get(name, 'none of its channels can go'))))
  warnings = list(report.warnings)
  if report.pruned and not pruned:
    warnings.append(report_lib.NO_CHANNEL)
  return dataclasses.replace(
      report, spec=str(spec), pruned=tuple(pruned), skipped=tuple(skipped),
      warnings=tuple(warnings))
