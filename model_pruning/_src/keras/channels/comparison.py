# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Whether a model and the model without some channels compute the same."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Tuple

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import keras_variables
from model_pruning._src.keras.channels import interpreter

_NUM_EXAMPLES = 2
# For dimensions of inputs that a model leaves open.
_SIZES = (32, 48)
# Of the greatest output: sums of fewer terms are rounded in another order.
_TOLERANCE = {'float64': 1e-8, 'float32': 1e-3, 'float16': 5e-2,
              'bfloat16': 2e-1}
# Layers that are random in training, or compute other values each time.
_RANDOM = ('Dropout', 'Noise', 'Random')


def difference(model: Any, small: Any) -> Optional[str]:
  """Compares two models on random inputs, in inference and in training.

  Training is compared where nothing in it is random. Weights that a call
  changes, as statistics of batch normalizations, are as before afterwards.

  Args:
    model: a functional model.
    small: one of the same layers, with fewer channels in them.

  Returns:
    None if they agree, else a sentence: by how much they differ, and where.
  """
  is_random = any(word in type(layer).__name__ for layer in _layers(model)
                  for word in _RANDOM)
  for size in _SIZES if _has_unknown(model) else _SIZES[:1]:
    try:
      inputs = _random_inputs(model, size)
      expected = _run(model, inputs, False)
    except (ValueError, tf.errors.InvalidArgumentError):
      continue  # A size that the model does not take.
    for training in (False,) if is_random else (False, True):
      expected = _run(model, inputs, training)
      actual = _run(small, inputs, training)
      for one, other in zip(expected, actual):
        error = _error(one, other)
        if error is not None:
          return (f'they differ by {error:.2g} of the greatest output'
                  f'{" in training" if training else ""}; '
                  f'{_where(model, small, inputs, training)}')
  return None


def _layers(model: Any) -> List[Any]:
  return list(getattr(model, 'layers', ()))


def _has_unknown(model: Any) -> bool:
  return any(None in tuple(tensor.shape)[1:] for tensor in model.inputs)


def _random_inputs(model: Any, size: int) -> List[np.ndarray]:
  random = np.random.RandomState(0)
  found = []
  for tensor in model.inputs:
    dims = list(tensor.shape)
    shape = [_NUM_EXAMPLES if dims[0] is None else int(dims[0])] + [
        size if dim is None else int(dim) for dim in dims[1:]]
    dtype = tf.as_dtype(tensor.dtype)
    values = random.randn(*shape) if dtype.is_floating else np.zeros(shape)
    found.append(values.astype(dtype.as_numpy_dtype))
  return found


def _run(model: Any, inputs: List[np.ndarray], training: bool,
         seen: Optional[Dict[str, List[np.ndarray]]] = None
         ) -> List[np.ndarray]:
  """The outputs; in `seen`, by the name of a layer, those of its calls."""
  before = [(variable, keras_variables.value_of(variable))
            for variable in model.weights]

  def visit(call: interpreter.Call) -> List[Any]:
    kwargs = dict(call.kwargs)
    if training and _takes_training(call.layer):
      kwargs['training'] = True
    outputs = tf.nest.flatten(call.layer(*call.args, **kwargs))
    if seen is not None:
      seen.setdefault(call.layer.name, []).append(np.array(outputs[0]))
    return outputs

  try:
    outputs = interpreter.run(model, list(map(tf.constant, inputs)), visit)
  finally:
    for variable, value in before:
      keras_variables.assign_value(
          keras_variables.backend_variable(variable), value)
  return [np.array(output) for output in outputs]


def _takes_training(layer: Any) -> bool:
  return any(word in type(layer).__name__ for word in (
      'BatchNormalization', 'TimeDistributed'))


def _error(one: np.ndarray, other: np.ndarray) -> Optional[float]:
  """The greatest difference over the greatest value, if it is too large."""
  if one.shape != other.shape:
    return float('inf')
  if not one.size or one.dtype.name == 'bool':
    return None
  tolerance = _TOLERANCE.get(one.dtype.name, 1e-3)
  one, other = one.astype(np.float64), other.astype(np.float64)
  known = np.isfinite(one)
  if (known != np.isfinite(other)).any():
    return float('inf')
  largest = max(float(np.abs(one[known]).max()) if known.any() else 0.0, 1e-12)
  found = float(np.abs(one - other)[known].max()) if known.any() else 0.0
  return found / largest if found > tolerance * largest else None


def _where(model: Any, small: Any, inputs: List[np.ndarray],
           training: bool) -> str:
  """Names the first layer whose outputs are of one shape and differ."""
  seen: Tuple[Mapping[str, List[np.ndarray]], ...] = ({}, {})
  for one, found in zip((model, small), seen):
    _run(one, inputs, training, found)  # type: ignore[arg-type]
  for name, expected in seen[0].items():
    for one, other in zip(expected, seen[1].get(name, [])):
      if one.shape == other.shape and _error(one, other) is not None:
        return f'the first layer that differs is {name!r}'
  return 'no single layer of equal shape differs'
