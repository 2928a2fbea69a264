# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks that a model is built, so that its weights can be read."""

from __future__ import annotations

from typing import Any, Optional, Sequence

from model_pruning._src.compat import keras_models
from model_pruning._src.keras.models import which_keras


def check_built(model: Any, before: str) -> None:
  """Raises unless `model` is a Keras model with weights.

  Args:
    model: the model that the user passed.
    before: the function that the user called.

  Raises:
    TypeError: if `model` is no Keras model, or one of keras up to 2.3.
    RuntimeError: if its Keras computes with another backend than TensorFlow.
    ValueError: if it is not built, or nothing of it is trainable.
  """
  which_keras.keras_of(model)  # It checks the Keras.
  # The type is asked, as an unbuilt model raises when its variables are read.
  if not hasattr(type(model), 'trainable_variables'):
    raise TypeError('Argument `model` must be a Keras model. '
                    f'Received: {model!r} of type {type(model).__name__}')
  waiting = None if model.built else _unbuilt_part(model)
  if waiting is None and _trainable_variables(model):
    return  # Models without `call` are never built, and need not be.
  if model.built and model.variables:
    raise ValueError(
        'Argument `model` must have trainable variables. Set `trainable` of '
        f'what is to be pruned before `{before}`. Received: {model.name!r}, '
        f'whose {len(model.variables)} variables are all frozen')
  raise ValueError(
      'Argument `model` must be built and have trainable variables. Call it '
      'on a batch of inputs, or call `model.build(input_shape)`, before '
      f'`{before}`. Received: the unbuilt model {model.name!r}' + (
          '' if waiting is None or waiting is model else
          f', whose layer {waiting.name!r} has no weights yet'))


def _trainable_variables(model: Any) -> Sequence[Any]:
  try:
    variables: Sequence[Any] = model.trainable_variables
    return variables
  except ValueError:  # Models of Keras 2 raise it until they are built.
    return ()


def _unbuilt_part(model: Any) -> Optional[Any]:
  """A layer that has an initializer but no weights yet, if there is one."""
  for layer in keras_models.flatten_layers(model):
    if not getattr(layer, 'built', True) and any(
        name.endswith('_initializer') and value is not None
        for name, value in vars(layer).items()):
      return layer
  return None
