# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The graph of layers of a functional or Sequential model."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

from model_pruning._src.compat import keras_models

_PACKAGES_OF_KERAS = ('keras', 'tf_keras', 'tensorflow', 'tensorflow_core')


class Call:
  """One use of a layer.

  Attributes:
    layer: the layer; in Keras 3 it may be an operation on tensors.
    inputs: the calls whose outputs it takes; input layers are no calls.
    consumers: the calls that take its output.
    shape: the shape of its output; None for unknown dimensions.
    is_output: whether the model returns its output.
  """

  def __init__(self, layer: Any, inputs: List[Call],
               shape: Tuple[Optional[int], ...]):
    """Creates a call, and adds it to the consumers of its inputs."""
    self.layer = layer
    self.inputs = inputs
    self.consumers: List[Call] = []
    self.shape = shape
    self.is_output = False
    for call in inputs:
      call.consumers.append(self)

  @property
  def kind(self) -> str:
    """The name of the class of Keras that says what the layer computes."""
    return kind_of(self.layer)

  @property
  def name(self) -> str:
    """The name of the layer."""
    return str(self.layer.name)


def kind_of(layer: Any) -> str:
  """The name of the class of Keras that says what a layer computes.

  A subclass that does not override `call` has the kind of its Keras base class;
  one that does is a kind of its own.
  """
  base = _class_of_keras(layer)
  return (type(layer) if base is None else base).__name__


def computes_as_keras(layer: Any) -> bool:
  """Whether the `call` of a layer is that of a class of Keras."""
  return _class_of_keras(layer) is not None


def _class_of_keras(layer: Any) -> Optional[type]:
  cls = type(layer)
  for base in cls.__mro__:
    if getattr(base, 'call', None) is not getattr(cls, 'call', None):
      break
    if base.__module__.partition('.')[0] in _PACKAGES_OF_KERAS:
      return base
  return None


class _Scope:
  """A model inside another one, and the tensors that it is called with."""

  def __init__(self, model: Any, inputs: List[Any], outer: Optional[_Scope]):
    self.model, self.inputs, self.outer = model, inputs, outer
    self.inner: Dict[Tuple[int, int], _Scope] = {}


def calls_of(model: Any) -> List[Call]:
  """The calls that the outputs of a model need; inner models are expanded.

  Args:
    model: a built functional or Sequential model.

  Returns:
    The calls in topological order.

  Raises:
    ValueError: if the model calls its layers in Python code of its own.
  """
  if not _is_graph(model):
    raise ValueError(
        'Argument `model` must be a built functional or Sequential model: '
        'the calls of a subclassed one are in code. Received: the '
        f'{type(model).__name__} {model.name!r}')
  outputs = model.outputs
  top = _Scope(model, [], None)
  calls: Dict[Any, Call] = {}
  stack = [_place(top, tensor) for tensor in reversed(outputs)]
  while stack:  # No recursion, which would be as deep as the network.
    scope, tensor, key = stack[-1]
    if key in calls:
      stack.pop()
      continue
    layer, number, _ = keras_models.keras_history(tensor)  # type: ignore[misc]
    taken = [] if _is_input(layer) else [
        _place(scope, taken)
        for taken in keras_models.inputs_of_call(layer, number)
        if keras_models.keras_history(taken) is not None]
    missing = [place for place in taken if place[2] not in calls]
    if missing:
      stack += missing
      continue
    stack.pop()
    calls[key] = Call(layer, [calls[place[2]] for place in taken],
                      _dims(tensor))
  for tensor in outputs:
    calls[_place(top, tensor)[2]].is_output = True
  return list(calls.values())


def _place(scope: _Scope, tensor: Any) -> Tuple[_Scope, Any, Any]:
  """Where a tensor is made: into models inside, and out of their inputs."""
  while True:
    layer, number, index = keras_models.keras_history(tensor)  # type: ignore[misc]
    if _is_graph(layer):
      key = (id(layer), number)
      if key not in scope.inner:
        scope.inner[key] = _Scope(
            layer, keras_models.inputs_of_call(layer, number), scope)
      scope, tensor = scope.inner[key], layer.outputs[index]
    elif _is_input(layer) and scope.outer is not None:
      owners = [keras_models.keras_history(given)[0]  # type: ignore[index]
                for given in scope.model.inputs]
      tensor = scope.inputs[[owner is layer for owner in owners].index(True)]
      scope = scope.outer
    else:
      return scope, tensor, (id(scope), id(layer), number)


def _is_graph(layer: Any) -> bool:
  """Whether it is a model whose outputs record the layers that made them."""
  outputs = getattr(layer, 'outputs', None)
  history = keras_models.keras_history(outputs[0]) if outputs else None
  # Those of a subclassed model, in a graph, know the model itself only.
  return history is not None and history[0] is not layer


def _is_input(layer: Any) -> bool:
  return type(layer).__name__ == 'InputLayer'


def _dims(tensor: Any) -> Tuple[Optional[int], ...]:
  shape = tensor.shape
  if hasattr(shape, 'as_list'):
    return tuple(shape.as_list()) if shape.rank is not None else ()
  return tuple(shape)
