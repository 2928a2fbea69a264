# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Pruning of whole channels of a frozen graph, at once."""

from __future__ import annotations

from typing import Any, Mapping, Optional

import tensorflow as tf

from model_pruning._src.axes import distributions
from model_pruning._src.channels import cost_ranking
from model_pruning._src.channels import one_shot
from model_pruning._src.graph.channels import trace
from model_pruning._src.multiply_adds import count as count_lib
from model_pruning._src.planning import report as report_lib
from model_pruning._src.spec import budget as budget_lib
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
    spec: gives the distribution, and the budget.
    rules: what the spec makes of each kernel, by the name of the constant; see
      `one_shot.prune`.
    report: the same, to read.

  Returns:
    The report: which weights have lost channels, and why others have not.

  Raises:
    ValueError: if the graph cannot be run on random inputs, or multiply-adds
      are asked for and are not known.
  """
  traced = trace.trace(graph_def, source)
  pruned = one_shot.prune(
      traced.dependency, traced.values(), rules,
      distributions.AXIS.entry(spec.sparsity_distribution).is_one_ranking,
      spec.budget and _asked(spec.budget, graph_def))
  for name, value in pruned.changed.items():
    traced.constants[name].attr['value'].tensor.CopyFrom(
        tf.make_tensor_proto(value))
  return pruned.reported(report, {str(name): name for name in rules})


def _asked(budget: budget_lib.Budget, graph_def: Any) -> cost_ranking.Asked:
  """A budget with what each constant costs, by name."""
  tensors = {node.name: node.attr['value'].tensor for node in graph_def.node
             if node.op == 'Const'}
  return cost_ranking.Asked.of(
      budget,
      {name: [dim.size for dim in tensor.tensor_shape.dim]
       for name, tensor in tensors.items()
       if tf.as_dtype(tensor.dtype).is_floating},
      lambda: count_lib.count(graph_def).weights,
      {name: name for name in tensors})
