# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Wrapped embeddings, which some optimizers let have no constraint."""

from __future__ import annotations

from typing import Any

from model_pruning._src.compat import keras_variables
from model_pruning._src.keras import constraint
from model_pruning._src.keras.models import weights as weights_lib
from model_pruning._src.keras.tfmot import layer_constraint
from model_pruning._src.keras.tfmot import wrapper as wrapper_lib


def move_constraints(model: Any) -> None:
  """Lets another variable have the constraints of wrapped embeddings.

  Optimizers of Keras before TF 2.11 raise an error for a constraint where the
  gradient is sparse. The variable that is updated last takes it over; which
  one that is, only the whole model tells.

  Args:
    model: with wrappers anywhere in it.
  """
  sparse = weights_lib.with_sparse_gradient(model)
  moved = []
  for layer in wrapper_lib.pruned_layers(model):
    for pruned in layer.pruned_weights:
      held = keras_variables.constraint_of(pruned.variable)
      if (id(pruned.variable) in sparse
          and isinstance(held, layer_constraint.LayerConstraint)):
        moved.append((pruned.variable, held))
  if not moved:
    return  # An unbuilt model would not say what it updates last.
  taker = weights_lib.last_updated(model, sparse)
  if taker is None:
    return
  for variable, held in moved:
    keras_variables.set_constraint(variable, held.wrapped)
  keras_variables.set_constraint(
      taker, constraint.CompanionConstraint(taker, moved))
