# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the graph of layers of a functional model on values of any kind."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, NamedTuple, Sequence, Tuple

import tensorflow as tf

from model_pruning._src.compat import keras_models


class Call(NamedTuple):
  """A call of a layer, or of an operation on tensors.

  Attributes:
    layer: the layer or operation that is called.
    args: its positional arguments, with values in place of symbolic tensors.
    kwargs: its other arguments, likewise.
    tensors: those values, in order.
    outputs: the symbolic tensors of the model that are its outputs.
  """

  layer: Any
  args: Tuple[Any, ...]
  kwargs: Dict[str, Any]
  tensors: List[Any]
  outputs: List[Any]


def run(model: Any, inputs: Sequence[Any],
        visit: Callable[[Call], Sequence[Any]]) -> List[Any]:
  """Runs a functional model; layers of inner models are visited one by one.

  Args:
    model: a built functional or Sequential model.
    inputs: a value for each of its inputs.
    visit: a function that returns the values of the outputs of a call. It is
      called for each call that the outputs depend on, in topological order.

  Returns:
    The values of the outputs.
  """
  values: Dict[Any, Any] = {
      _key(tensor): value for tensor, value in zip(model.inputs, inputs)}
  stack = [(model.outputs[i], False) for i in reversed(range(
      len(model.outputs)))]
  while stack:  # No recursion, which would be as deep as the network.
    tensor, is_ready = stack.pop()
    if _key(tensor) in values:
      continue
    layer, number, _ = keras_models.keras_history(tensor)  # type: ignore[misc]
    args, kwargs, outputs = keras_models.call_of(layer, number)
    taken = [one for one in tf.nest.flatten((args, kwargs))
             if keras_models.keras_history(one) is not None]
    if not is_ready:
      stack.append((tensor, True))
      stack += [(one, False) for one in reversed(taken)]
      continue
    found = _run_call(layer, args, kwargs, outputs, values, visit)
    values.update((_key(one), value) for one, value in zip(outputs, found))
  return [values[_key(tensor)] for tensor in model.outputs]


def _run_call(layer: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any],
              outputs: List[Any], values: Dict[Any, Any],
              visit: Callable[[Call], Sequence[Any]]) -> Sequence[Any]:
  tensors: List[Any] = []

  def value_of(one: Any) -> Any:
    if keras_models.keras_history(one) is None:
      return one
    tensors.append(values[_key(one)])
    return tensors[-1]

  args, kwargs = tf.nest.map_structure(value_of, (args, kwargs))
  if keras_models.is_graph_network(layer):
    return run(layer, tensors[:len(layer.inputs)], visit)
  return visit(Call(layer, args, kwargs, tensors, outputs))


def _key(tensor: Any) -> Tuple[int, int, int]:
  layer, number, index = keras_models.keras_history(tensor)  # type: ignore[misc]
  return id(layer), number, index
