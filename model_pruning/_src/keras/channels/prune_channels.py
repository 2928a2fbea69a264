# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Pruning of whole channels of a trained Keras model, at once."""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, Hashable, Mapping, Optional, Sequence, Set, Tuple

import numpy as np

from model_pruning._src.axes import counts
from model_pruning._src.axes import distributions
from model_pruning._src.channels import channel_sets
from model_pruning._src.channels import removal
from model_pruning._src.compat import keras_variables
from model_pruning._src.keras.channels import channel_plan
from model_pruning._src.keras.channels import trace
from model_pruning._src.keras.models import weights as weights_lib
from model_pruning._src.planning import report as report_lib
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule

_Set = channel_sets.ChannelSet


def prune_channels(model: Any, spec: spec_lib.PruningSpec,
                   found: Sequence[weights_lib.KerasWeight],
                   rules: Sequence[Optional[weight_rule.WeightRule]],
                   report: report_lib.PruningReport,
                   inputs: Any = None) -> report_lib.PruningReport:
  """Zeroes all that belongs to the channels that matter least.

  A channel matters by the mean of the squares of all entries that belong to
  it. Channels that depend on each other make a set, which is ranked by itself;
  or all are ranked together where the distribution is global, each by its share
  of the mean of its set.

  Args:
    model: a built model.
    spec: gives the distribution.
    found: the weights of the model.
    rules: what the spec makes of each if it is pruned by itself: a set has the
      least sparsity of the kernels that make its channels, and stays whole
      where one of them has no rule.
    report: the same, to read.
    inputs: of a subclassed model, a batch.

  Returns:
    The report: which weights have lost channels, and why others have not.
  """
  traced = trace.trace(model, 'prune_now', inputs)
  values = traced.values()
  planned = channel_plan.make_plan(traced, found, rules)
  targets = [(one.channels, one.rule.target_sparsity) for one in planned.sets]
  is_global = distributions.AXIS.entry(
      spec.sparsity_distribution).is_one_ranking
  removed = (_least_of_all if is_global else _least_of_each)(
      targets, removal.saliencies_of(traced.dependency, values))
  removed = removal.with_one_left(
      [one for one, _ in targets], removed, traced.dependency)
  changed = removal.zeroed(traced.dependency, values, removed)
  variables: Dict[Hashable, Any] = {
      id(weight): weight for weight in traced.model.weights}
  for key, value in changed.items():
    keras_variables.assign_value(
        keras_variables.backend_variable(variables[key]), value)
  return _reported(report, found, changed, planned.whole)


def _least_of_each(targets: Sequence[Tuple[_Set, float]],
                   saliencies: Mapping[int, float]) -> Set[int]:
  return {channel for one, target in targets
          for channel in removal.least(one, saliencies, target)}


def _least_of_all(targets: Sequence[Tuple[_Set, float]],
                  saliencies: Mapping[int, float]) -> Set[int]:
  total = sum(len(one.classes) for one, _ in targets)
  ranked = []
  for one, _ in targets:
    mean = np.mean([saliencies.get(channel, 0.0) for channel in one.classes])
    ranked += [(saliencies.get(channel, 0.0) / (mean or 1.0), channel)
               for channel in one.free]
  share = max([target for _, target in targets], default=0.0)
  number = total - counts.num_kept(total, share)
  return {channel for _, channel in sorted(ranked)[:number]}


def _reported(report: report_lib.PruningReport,
              found: Sequence[weights_lib.KerasWeight],
              changed: Mapping[Any, np.ndarray],
              whole: Mapping[Any, str]) -> report_lib.PruningReport:
  """The report of what has really become zero."""
  keys = {weight.candidate.name: id(weight.variable) for weight in found}
  pruned, skipped = [], list(report.skipped)
  for one in report.pruned:
    key = keys[one.name]
    if key in changed:
      zeros = 1.0 - np.count_nonzero(changed[key]) / changed[key].size
      pruned.append(dataclasses.replace(
          one, structure='channels', target_sparsity=float(zeros), group=None))
    else:
      skipped.append(report_lib.SkippedWeight(
          one.name, one.shape, whole.get(key, 'none of its channels goes')))
  return dataclasses.replace(
      report, pruned=tuple(pruned), skipped=tuple(skipped))
