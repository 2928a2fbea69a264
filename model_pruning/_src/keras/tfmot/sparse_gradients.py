# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Moves constraints of wrapped weights with sparse gradients to companions."""

from __future__ import annotations

from typing import Any

from model_pruning._src.compat import keras_variables
from model_pruning._src.keras import constraint
from model_pruning._src.keras import optimizer_view
from model_pruning._src.keras.models import companions
from model_pruning._src.keras.tfmot import layer_constraint
from model_pruning._src.keras.tfmot import wrapper as wrapper_lib


def move_constraints(model: Any) -> None:
  """Gives wrapped weights the optimizer of their model, and tables companions.

  Optimizers of Keras before TF 2.11 raise an error for a constraint where the
  gradient is sparse. Which variable takes it over, only the whole model tells,
  and so it does which optimizer updates a weight.

  Args:
    model: with wrappers anywhere in it.
  """
  _release_from_earlier_companions(model)
  optimizer = optimizer_view.OptimizerView.of(model, None)
  held = {}
  for layer in wrapper_lib.pruned_layers(model):
    for pruned in layer.pruned_weights:
      found = keras_variables.constraint_of(pruned.variable)
      if isinstance(found, layer_constraint.LayerConstraint):
        found.optimizer = optimizer
      # One of the layer's own says that the gradient is dense.
      if (isinstance(found, layer_constraint.LayerConstraint)
          and found.wrapped is None):
        held[id(pruned.variable)] = (pruned.variable, found)
  if not held:
    return  # An unbuilt model would not say what it updates last.
  for companion in companions.companions_of(
      model, [variable for variable, _ in held.values()]):
    for variable in companion.weights:
      keras_variables.set_constraint(variable, None)
    keras_variables.set_constraint(
        companion.variable, constraint.CompanionConstraint(
            companion.variable,
            [held[id(variable)] for variable in companion.weights]))


def _release_from_earlier_companions(model: Any) -> None:
  """Lets weights that were wrapped again be pruned by the last wrapper only."""
  again = [pruned.variable for layer in wrapper_lib.pruned_layers(model)
           for pruned in layer.pruned_weights
           if keras_variables.constraint_of(pruned.variable) is not None]
  if not again:
    return
  for variable in model.trainable_variables:
    held = keras_variables.constraint_of(variable)
    while isinstance(held, constraint.PrunesWeights):
      if isinstance(held, constraint.CompanionConstraint):
        for weight in again:
          held.release(weight)
      held = held.wrapped
