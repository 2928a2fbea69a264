# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Clones models, with a function that returns the new layers."""

from __future__ import annotations

from typing import Any

from model_pruning._src.compat import keras_models
from model_pruning._src.keras.models import which_keras


def is_model(thing: Any) -> bool:
  """Whether it is a model of any Keras."""
  keras = which_keras.keras_of(thing)
  return keras is not None and isinstance(thing, keras.Model)


def check_is_graph_network(model: Any, argument: str, advice: str) -> None:
  """Raises a ValueError for a subclassed model, which cannot be cloned.

  Args:
    model: any Keras model.
    argument: the name of the argument that the user passed.
    advice: a sentence that says what to do instead.
  """
  if not keras_models.is_graph_network(model):
    raise ValueError(
        f'Argument `{argument}` must not be or have in it a subclassed model, '
        f'which cannot be cloned. {advice} '
        f'Received: the model {model.name!r} of type {type(model)}')


def clone_model(model: Any, clone_layer: Any) -> Any:
  """Clones `model` with the layers that `clone_layer` returns.

  Args:
    model: Sequential or functional.
    clone_layer: called once for each layer that is no InputLayer.

  Returns:
    A model, built if `model` is.
  """
  keras: Any = which_keras.keras_of(model)
  cloned = keras.models.clone_model(
      model, input_tensors=keras_models.new_inputs(keras, model),
      clone_function=clone_layer)
  if model.built and not cloned.built:
    cloned.build(model.input_shape)
  return cloned
