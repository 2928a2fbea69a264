# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The variables of a Keras model by names that occur once."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

from model_pruning._src.compat import keras_variables


def named_variables(model: Any) -> List[Tuple[str, Any]]:
  """Pairs of a name and a variable, in the order of `model.variables`.

  Args:
    model: a built Keras 2 or Keras 3 model, or a layer.

  Returns:
    One pair per variable. If several have the same name, `_1`, `_2` ... is
    appended from the second one on.
  """
  named = []
  counts: Dict[str, int] = {}
  for variable in model.variables:
    name = keras_variables.variable_name(variable)
    counts[name] = counts.get(name, -1) + 1
    named.append((f'{name}_{counts[name]}' if counts[name] else name, variable))
  return named
