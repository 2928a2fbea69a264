# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Pruning of whole channels of a frozen graph, at once."""

from __future__ import annotations

from typing import Any, Mapping, Optional

import tensorflow as tf

from model_pruning._src.axes import distributions
from model_pruning._src.channels import one_shot
from model_pruning._src.graph.channels import trace
from model_pruning._src.planning import report as report_lib
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule


def prune_channels(
    graph_def: Any, source: str, spec: spec_lib.PruningSpec,
    rules: Mapping[Any, Optional[weight_rule.WeightRule]],
    report: report_lib.PruningReport) -> report_lib.PruningReport:
  """Zeroes all that belongs to the channels that matter least.

  Args:
    graph_def: a frozen GraphDef; its constants are changed in place.
    source: what it was read from, for errors.
    spec: gives the distribution.
    rules: what the spec makes of each kernel, by the name of the constant; see
      `one_shot.prune`.
    report: the same, to read.

  Returns:
    The report: which weights have lost channels, and why others have not.

  Raises:
    ValueError: if the graph cannot be run on random inputs.
  """
  traced = trace.trace(graph_def, source)
  pruned = one_shot.prune(
      traced.dependency, traced.values(), rules,
      distributions.AXIS.entry(spec.sparsity_distribution).is_one_ranking)
  for name, value in pruned.changed.items():
    traced.constants[name].attr['value'].tensor.CopyFrom(
        tf.make_tensor_proto(value))
  return pruned.reported(report, {str(name): name for name in rules})
