# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks that a model without some channels computes the same as before."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional

import numpy as np
import tensorflow as tf

from model_pruning._src.channels import difference as difference_lib
from model_pruning._src.compat import keras_variables
from model_pruning._src.keras.channels import interpreter
from model_pruning._src.keras.models import example_inputs

_NUM_EXAMPLES = 2
# Sizes to try for unknown dimensions of inputs; the first two that work count.
_SIZES = (32, 48, 64, 128, 224)


class Norm(NamedTuple):
  """A normalization that computes with fewer channels than before.

  Attributes:
    small: the new layer.
    axis: the axis of the channels in its input.
    kept: bool array, one entry per channel of the old layer.
  """

  small: Any
  axis: int
  kept: np.ndarray

  def of(self, tensor: Any) -> Any:
    """Applies the new layer to the kept channels; the others become zero."""
    left = tf.gather(tensor, np.flatnonzero(self.kept), axis=self.axis)
    made = tf.convert_to_tensor(self.small(left))
    zeros = tf.zeros_like(tf.gather(made, [0], axis=self.axis))
    # The zeros are appended, and gathered where a channel is not kept.
    places = np.where(self.kept, np.cumsum(self.kept) - 1, self.kept.sum())
    return tf.gather(tf.concat([made, zeros], self.axis), places,
                     axis=self.axis)


def difference(model: Any, small: Any,
               norms: Optional[Mapping[int, Norm]] = None) -> Optional[str]:
  """Compares two models on random inputs, in inference and in training.

  In training, batch normalizations use the statistics of the batch; dropout is
  off. Weights that a call changes, such as moving statistics, are restored.

  Args:
    model: a functional model.
    small: a model of the same layers, with fewer channels in them.
    norms: by the `id` of a layer of `model`, the norm to compute in its place.
      Default: None, no layer is replaced.

  Returns:
    None if they agree, else a sentence that says by how much and where they
    differ.
  """
  tolerance = _tolerance(model)
  num_sizes = 0
  problem: Optional[Exception] = None
  for size in _SIZES:
    inputs = example_inputs.random_inputs(
        model.inputs, _num_examples(model), size)
    try:
      _run(model, inputs, False)
    except (ValueError, tf.errors.OpError) as raised:
      problem = raised  # A size that the model does not take, for one.
      continue
    for training in (False, True):
      expected = _run(model, inputs, training, norms=norms)
      actual = _run(small, inputs, training)
      for one, other in zip(expected, actual):
        error = difference_lib.difference(one, other)
        if error > tolerance:
          return (f'they differ by {error:.2g} of the greatest output'
                  f'{" in training" if training else ""}; '
                  f'{_where(model, small, inputs, training, tolerance, norms)}')
    num_sizes += 1
    if num_sizes == (2 if _has_unknown(model) else 1):
      return None
  return None if num_sizes else (
      f'the model does not run on random inputs: {problem}')


def change(model: Any, small: Any) -> float:
  """Returns by how much the outputs for random inputs differ.

  Args:
    model: a functional model that runs on random inputs.
    small: another, of the same inputs and outputs.

  Returns:
    The largest difference, relative to the largest value of that output.
  """
  for size in _SIZES:
    inputs = example_inputs.random_inputs(
        model.inputs, _num_examples(model), size)
    try:
      expected = _run(model, inputs, False)
    except (ValueError, tf.errors.OpError):
      continue  # A size that the model does not take.
    return max(map(difference_lib.difference, expected,
                   _run(small, inputs, False)))
  raise AssertionError('`difference` has refused such a model before.')


def _tolerance(model: Any) -> float:
  """The tolerance of the least precise dtype that a layer computes in."""
  dtypes = [getattr(layer, 'compute_dtype', None) or layer.dtype
            for layer in getattr(model, 'layers', ())]
  return max(difference_lib.TOLERANCES.get(tf.as_dtype(dtype).name, 0.0)
             for dtype in [*filter(None, dtypes), 'float64'])


def _has_unknown(model: Any) -> bool:
  return any(None in tuple(tensor.shape)[1:] for tensor in model.inputs)


def _num_examples(model: Any) -> int:
  """Two, or the batch size that the model was built for."""
  batch = tuple(model.inputs[0].shape)[0]
  return _NUM_EXAMPLES if batch is None else int(batch)


def _run(model: Any, inputs: List[np.ndarray], training: bool,
         seen: Optional[Dict[str, List[np.ndarray]]] = None,
         norms: Optional[Mapping[int, Norm]] = None) -> List[np.ndarray]:
  """Returns the outputs; adds those of each layer, by its name, to `seen`."""
  before = [(variable, keras_variables.value_of(variable))
            for variable in model.weights]

  def visit(call: interpreter.Call) -> List[Any]:
    kwargs = dict(call.kwargs)
    if training and _takes_training(call.layer):
      kwargs['training'] = True
    norm = (norms or {}).get(id(call.layer))
    outputs = tf.nest.flatten(
        call.layer(*call.args, **kwargs) if norm is None
        else norm.of(call.tensors[0]))
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
  inner = getattr(layer, 'layer', layer)  # TimeDistributed wraps a layer.
  return 'BatchNormalization' in type(inner).__name__


def _where(model: Any, small: Any, inputs: List[np.ndarray], training: bool,
           tolerance: float, norms: Optional[Mapping[int, Norm]]) -> str:
  """Names the first layer whose outputs differ, though their shape is equal."""
  seen: List[Dict[str, List[np.ndarray]]] = [{}, {}]
  for one, found in zip((model, small), seen):
    _run(one, inputs, training, found, norms)
  for name, expected in seen[0].items():
    for one, other in zip(expected, seen[1].get(name, [])):
      if one.shape == other.shape and (
          difference_lib.difference(one, other) > tolerance):
        return f'the first layer that differs is {name!r}'
  return 'no single layer of equal shape differs'
