# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Traces the channels of a Keras model."""

from __future__ import annotations

from typing import Any, Dict, Hashable, List, NamedTuple, Optional, Tuple

import numpy as np
import tensorflow as tf

from model_pruning._src.channels import dependency as dependency_lib
from model_pruning._src.compat import keras_variables

# Imported for the rules that they register.
from model_pruning._src.keras.channels import attention  # noqa: F401
from model_pruning._src.keras.channels import contractions  # noqa: F401
from model_pruning._src.keras.channels import copies
from model_pruning._src.keras.channels import interpreter
from model_pruning._src.keras.channels import layer_call
from model_pruning._src.keras.channels import movements  # noqa: F401
from model_pruning._src.keras.channels import norms as norms_lib
from model_pruning._src.keras.channels import recurrent  # noqa: F401
from model_pruning._src.keras.channels import rules
from model_pruning._src.keras.channels import slices  # noqa: F401

# Sizes to try for unknown dimensions of inputs; the first one that works.
_SIZES = (32, 64, 128, 224)


class Traced(NamedTuple):
  """A functional model, and the dependencies of its channels.

  Attributes:
    model: a functional or Sequential model; for a subclassed one, its graph of
      layers.
    dependency: the channels; the key of a weight or layer is its `id`.
    norms: normalizations that may lose channels, by the `id` of the layer.
  """

  model: Any
  dependency: dependency_lib.Dependency
  norms: Dict[int, norms_lib.Recomputed]

  def values(self) -> Dict[Hashable, np.ndarray]:
    """The values of the weights of the model, by weight key."""
    return {id(weight): keras_variables.value_of(weight)
            for weight in self.model.weights}


def trace(model: Any, verb: str, inputs: Any = None,
          norms: str = norms_lib.CHOICES[0]) -> Traced:
  """Traces the channels of a model.

  Args:
    model: a built Keras model.
    verb: the public function that the user called, for messages.
    inputs: inputs as the `call` of a subclassed model takes them, of any batch
      size, or Keras tensors like them. Default: None.
    norms: 'exact' keeps all channels that a layer normalizes together,
      'recompute' does not. Default: 'exact'.

  Returns:
    The model, as a graph of layers, and its channels.

  Raises:
    ValueError: if the model is not built, is subclassed and its `call` takes
      no symbolic tensors, `norms` is none of the choices, or TensorFlow is not
      in eager mode.
  """
  recomputed: Dict[int, norms_lib.Recomputed] = {}
  is_recompute = norms_lib.is_recompute(norms, verb)
  if not tf.executing_eagerly():
    raise ValueError(f'`{verb}` needs eager mode: layers that move data are '
                     'run to see where channels go')
  model = copies.functional(model, verb, inputs)
  dependency = dependency_lib.Dependency()
  followed, originals = _with_known_sizes(model, verb)
  inside = {id(weight) for weight in model.weights}

  def visit(call: interpreter.Call) -> List[np.ndarray]:
    layer = originals.get(id(call.layer), call.layer)
    shapes = [_shape(output) for output in call.outputs]
    of_layer = layer_call.LayerCall(
        dependency, call, shapes, layer, recomputed if is_recompute else None)
    outputs = rules.follow(of_layer)
    for output, shape in zip(outputs, shapes):
      if tuple(output.shape) != shape:
        raise ValueError(
            f'The rule of the layer {of_layer.name!r} ({of_layer.kind}) must '
            'return the channels of each output in its shape, '
            f'{shape}. Received: an array of shape {tuple(output.shape)}')
    return outputs

  given = []
  for tensor in followed.inputs:
    shape = _shape(tensor)
    ids = dependency.ids.fresh(shape[-1] if len(shape) > 1 else 1)
    dependency.freeze(ids, 'they are inputs of the model')
    given.append(np.broadcast_to(ids, shape) if shape else ids[0])
  for output in interpreter.run(followed, given, visit):
    dependency.freeze(output, 'they are outputs of the model')
  for use in dependency.uses:
    if use.weight not in inside:
      dependency.freeze(use.channels, f'{use.name} is no weight of the model')
  return Traced(model, dependency, recomputed)


def _shape(tensor: Any) -> Tuple[int, ...]:
  """The shape of a symbolic tensor, with a batch of 1."""
  dims = [1 if dim is None else int(dim) for dim in tensor.shape]
  return (1, *dims[1:]) if dims else ()


def _with_known_sizes(model: Any, verb: str) -> Tuple[Any, Dict[int, Any]]:
  """The model, or a copy of it whose dimensions but the batch are all known.

  Returns:
    The model, and the original layers by the `id` of their copies.
  """
  if not any(None in tuple(tensor.shape)[1:] for tensor in model.inputs):
    return model, {}
  error: Optional[Exception] = None
  for size in _SIZES:
    shapes = [[size if dim is None else int(dim)
               for dim in tuple(tensor.shape)[1:]] for tensor in model.inputs]
    try:
      copy, pairs = copies.copy_of(model, shapes=shapes)
      return copy, {id(new): old for old, new in pairs}
    except (ValueError, TypeError, tf.errors.InvalidArgumentError) as raised:
      error = raised
  raise ValueError(
      f'Argument `model` of `{verb}` has inputs of unknown size, and takes '
      f'none of the sizes {", ".join(map(str, _SIZES))}: {error}. Build it '
      'with the size that it is used with')


