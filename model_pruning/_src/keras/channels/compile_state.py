# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Carries the compile and optimizer state of a model over to a smaller one."""

from __future__ import annotations

from typing import Any, Callable, List, Optional, Sequence, Tuple

import numpy as np
from absl import logging

from model_pruning._src.compat import keras_optimizers
from model_pruning._src.compat import keras_variables

_Weights = Sequence[Tuple[Any, Any]]
_Cut = Callable[[Any, np.ndarray], np.ndarray]


def carry_over(model: Any, small: Any, weights: _Weights, cut: _Cut) -> None:
  """Compiles a model like another one, with the state of its optimizer.

  A warning names what cannot be carried over.

  Args:
    model: the old model, which may be compiled.
    small: the new model, which is not compiled.
    weights: pairs of a weight of `model` and the weight of `small` for it.
    cut: a function of a weight of `model` and an array of its shape; returns
      the array without the channels that are removed.
  """
  optimizer = getattr(model, 'optimizer', None)
  if optimizer is None:
    return
  if not hasattr(model, 'get_compile_config'):
    small.compile(type(optimizer).from_config(optimizer.get_config()),
                  model.loss)
    logging.warning(
        'model_pruning: the smaller model %r is compiled without metrics: '
        'this Keras does not tell those of a model', small.name)
  else:
    try:
      small.compile_from_config(model.get_compile_config())
    except (AttributeError, TypeError, ValueError) as error:
      logging.warning('model_pruning: compile the smaller model %r, which '
                      'could not be compiled as before: %s', small.name, error)
      return
  if keras_optimizers.num_calls_of(optimizer):
    _copy_slots(optimizer, small.optimizer, [
        pair for pair in weights if pair[0].trainable], cut)


def _copy_slots(old: Any, new: Any, weights: _Weights, cut: _Cut) -> None:
  # In the order in which the old optimizer has them.
  keras_optimizers.create_slots(new, [small for _, small in weights])
  pairs = list(zip(keras_optimizers.variables_of(old),
                   keras_optimizers.variables_of(new)))
  for before, after in pairs:
    value = keras_variables.value_of(before)
    owner = _owner(before, [weight for weight, _ in weights])
    if owner is not None and value.shape == tuple(owner.shape):
      value = cut(owner, value)
    if value.shape != tuple(after.shape):
      logging.warning(
          'model_pruning: the state %r of the optimizer starts anew',
          keras_variables.variable_name(before))
      continue
    keras_variables.assign_value(keras_variables.backend_variable(after),
                                 value)


def _owner(slot: Any, weights: Sequence[Any]) -> Optional[Any]:
  """The weight whose name is part of a slot's name; the longest such name."""
  name = keras_variables.variable_name(slot)
  found: List[Tuple[int, Any]] = []
  for weight in weights:
    own = keras_variables.variable_name(weight)
    if own in name or own.replace('/', '_') in name:
      found.append((len(own), weight))
  return max(found, key=lambda one: one[0])[1] if found else None
