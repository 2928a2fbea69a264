# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a model must be before its weights can be looked at."""

from __future__ import annotations

from typing import Any

from model_pruning._src.keras import which_keras


def check_built(model: Any, before: str) -> None:
  """Raises unless `model` is a Keras model with weights.

  Args:
    model: what the user gave.
    before: what the user called.

  Raises:
    TypeError: if `model` is no Keras model, or one of keras up to 2.3.
    RuntimeError: if its Keras computes with another backend than TensorFlow.
    ValueError: if it is not built.
  """
  which_keras.keras_of(model)  # It checks the Keras.
  # Of the type: an unbuilt model raises when it is asked for its variables.
  if not hasattr(type(model), 'trainable_variables'):
    raise TypeError('Argument `model` must be a Keras model. '
                    f'Received: {model!r} of type {type(model).__name__}')
  if not model.built or not model.trainable_variables:
    raise ValueError(
        'Argument `model` must be built and have trainable variables. Call it '
        'on a batch of inputs, or call `model.build(input_shape)`, before '
        f'`{before}`. Received: the unbuilt model {model.name!r}')
