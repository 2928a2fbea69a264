# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The budget of a spec, with the costs of the weights of a Keras model."""

from __future__ import annotations

from typing import Any, Dict, Hashable, Mapping, Optional

from model_pruning._src.channels import cost_ranking
from model_pruning._src.compat import keras_variables
from model_pruning._src.keras.channels import trace
from model_pruning._src.keras.models import multiply_adds
from model_pruning._src.spec import pruning_spec as spec_lib


def asked_for(spec: spec_lib.PruningSpec, traced: trace.Traced
              ) -> Optional[cost_ranking.Asked]:
  """Returns the budget of a spec, with the cost of each weight.

  Args:
    spec: the specification.
    traced: the model, whose weight keys are their `id`.

  Returns:
    The budget; None if the spec has none.

  Raises:
    ValueError: if multiply-adds are asked for and are not known.
  """
  if spec.budget is None:
    return None
  weights: Dict[Hashable, Any] = {
      id(weight): weight for weight in traced.model.weights}

  def count() -> Mapping[Any, Optional[int]]:
    counts = multiply_adds.count(traced.model)
    if counts.problem:
      raise ValueError(cost_ranking.unknown_multiply_adds(counts.problem))
    return counts.of

  return cost_ranking.Asked.of(
      spec.budget,
      {key: [int(length) for length in weight.shape]
       for key, weight in weights.items()}, count,
      {key: keras_variables.variable_name(weight)
       for key, weight in weights.items()})
