# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prunes whole channels of a trained Keras model in one step."""

from __future__ import annotations

from typing import Any, Dict, Hashable, Optional, Sequence

from model_pruning._src.axes import distributions
from model_pruning._src.channels import one_shot
from model_pruning._src.compat import keras_variables
from model_pruning._src.keras.channels import asked
from model_pruning._src.keras.channels import norms as norms_lib
from model_pruning._src.keras.channels import trace
from model_pruning._src.keras.models import weights as weights_lib
from model_pruning._src.planning import report as report_lib
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule


def prune_channels(model: Any, spec: spec_lib.PruningSpec,
                   found: Sequence[weights_lib.KerasWeight],
                   rules: Sequence[Optional[weight_rule.WeightRule]],
                   report: report_lib.PruningReport,
                   inputs: Any = None, norms: str = 'exact'
                   ) -> report_lib.PruningReport:
  """Zeroes all entries of the channels with the lowest saliencies.

  Args:
    model: a built model.
    spec: the specification: its distribution and budget are used here.
    found: the weights of the model.
    rules: the rule that the spec gives each of them; see `one_shot.prune`.
    report: the report of these rules.
    inputs: a batch of a subclassed model. Default: None.
    norms: as in `trace`. Default: 'exact'.

  Returns:
    The report: which weights have lost channels, and why others have not.
  """
  traced = trace.trace(model, 'prune_now', inputs, norms)
  by_weight: Dict[Hashable, Any] = {
      id(weight.variable): rule for weight, rule in zip(found, rules)}
  pruned = one_shot.prune(
      traced.dependency, traced.values(), by_weight,
      distributions.AXIS.entry(spec.sparsity_distribution).is_one_ranking,
      asked.asked_for(spec, traced))
  variables: Dict[Hashable, Any] = {
      id(weight): weight for weight in traced.model.weights}
  for key, value in pruned.changed.items():
    keras_variables.assign_value(
        keras_variables.backend_variable(variables[key]), value)
  report = pruned.reported(report, {
      weight.candidate.name: id(weight.variable) for weight in found})
  return report.with_warning(norms_lib.WARNING) if traced.norms else report
