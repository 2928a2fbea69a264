# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Compares the outputs of models on random inputs."""

from __future__ import annotations

from typing import Any, List, Tuple

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import keras_models
from model_pruning._src.compat import keras_variables
from model_pruning._src.keras.models import which_keras

# Sizes of unknown dimensions: the sides of an image, and any others.
_SIDE, _LENGTH = 32, 8


class Comparison:
  """The outputs of a model, to compare with the outputs of others.

  Attributes:
    why_not: why the outputs could not be computed; empty if they were.
  """

  def __init__(self, model: Any):
    """Computes the outputs, without changing any variable of the model."""
    self.why_not = ''
    self._inputs: Any = None
    self._outputs: List[np.ndarray] = []
    if not model.built or not getattr(model, 'inputs', None):
      self.why_not = 'it is not built'
    elif any(getattr(layer, 'stateful', False)
             for layer in keras_models.flatten_layers(model)):
      self.why_not = 'it has a state that every call changes'
    else:
      self._compute(model)

  def _compute(self, model: Any) -> None:
    random = np.random.RandomState(0)
    keras: Any = which_keras.keras_of(model)
    try:
      # A Sequential model of Keras 3 that no model is around has no `input`.
      self._inputs = tf.nest.map_structure(
          lambda tensor: _values(tensor, random), model.inputs[0]
          if isinstance(model, keras.Sequential) else model.input)
      self._outputs = _outputs(model, self._inputs)
      again = _outputs(model, self._inputs)
    except Exception as error:  # pylint: disable=broad-except
      # Layers may want inputs of a kind that their shape does not tell.
      self.why_not = f'it does not take random inputs: {error}'
      return
    if not _are_close(self._outputs, again):
      self.why_not = 'two calls of it differ'

  def differs(self, model: Any) -> bool:
    """Whether another model has different outputs."""
    return not self.why_not and not _are_close(
        self._outputs, _outputs(model, self._inputs))


def _values(tensor: Any, random: np.random.RandomState) -> np.ndarray:
  """Values for a symbolic input; a dimension that is not known is small."""
  dims = list(tensor.shape)
  unknown = _SIDE if len(dims) == 4 else _LENGTH
  shape = [int(dim) if dim is not None and getattr(dim, 'value', dim)
           else (unknown if i else 1) for i, dim in enumerate(dims)]
  dtype = tf.as_dtype(tensor.dtype)
  if dtype == tf.string:
    return np.full(shape, 'a', object)
  if dtype.is_floating or dtype.is_complex:
    return random.standard_normal(shape).astype(dtype.as_numpy_dtype)
  return random.randint(0, 2, shape).astype(dtype.as_numpy_dtype)


def _outputs(model: Any, inputs: Any) -> List[np.ndarray]:
  """The outputs of a model for `inputs`; its variables are restored."""
  saved: List[Tuple[Any, np.ndarray]] = [
      (variable, keras_variables.value_of(variable))
      for variable in getattr(model, 'non_trainable_variables', ())]
  try:
    if tf.executing_eagerly():
      outputs = model(tf.nest.map_structure(tf.convert_to_tensor, inputs),
                      training=False)
      return [np.array(tensor) for tensor in tf.nest.flatten(outputs)]
    keras: Any = which_keras.keras_of(model)
    return keras.backend.function(model.inputs, model.outputs)(
        tf.nest.flatten(inputs))
  finally:
    for variable, value in saved:
      if keras_variables.value_of(variable).tobytes() != value.tobytes():
        keras_variables.assign_value(
            keras_variables.backend_variable(variable), value)


def _are_close(first: List[Any], second: List[Any]) -> bool:
  return len(first) == len(second) and all(
      np.shape(one) == np.shape(other) and _is_close(one, other)
      for one, other in zip(first, second))


def _is_close(first: Any, second: Any) -> bool:
  """Whether arrays are equal up to the rounding of sums in another order."""
  first, second = np.asarray(first), np.asarray(second)
  if first.dtype.kind not in 'fc' and first.dtype.kind != 'V':
    return bool(np.array_equal(first, second))
  first, second = (array.astype(np.complex128 if array.dtype.kind == 'c'
                                else np.float64) for array in (first, second))
  magnitudes = np.abs(np.where(np.isfinite(first), first, 0.0))
  scale = float(np.max(magnitudes)) if magnitudes.size else 0.0
  return bool(np.allclose(first, second, rtol=1e-3, atol=1e-3 * scale,
                          equal_nan=True))

