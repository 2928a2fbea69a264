# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What differs between Keras packages about layers and models.

Differences are found by looking for the feature, not for a version. Private
API is used in this folder only; each use says on which versions it was tried.
"""

from __future__ import annotations

import gc
from typing import Any, Dict, List, Optional, Sequence, Tuple

import tensorflow as tf


def flatten_layers(model: Any) -> List[Any]:
  """All layers in `model`, at any depth; Keras 2 or Keras 3.

  There is no public walk: Keras 3 layers are no `tf.Module`, and on a compiled
  model of TF 1.14 to 2.1 `tf.Module.submodules` fails. `_flatten_layers` was
  tried on TF 2.5 to 2.21 (Keras 2.5 to 3.15), `_layers` on TF 1.14 to 2.1.
  """
  if hasattr(model, '_flatten_layers'):
    return list(model._flatten_layers(include_self=False))  # pylint: disable=protected-access
  found = []
  parts = getattr(model, '_layers', None) or getattr(model, 'layers', None)
  for part in parts or ():
    found += [part, *flatten_layers(part)]  # A part may be a list of layers.
  return found


def keras_history(tensor: Any) -> Optional[Tuple[Any, int, int]]:
  """The layer that made a symbolic tensor of Keras; None of other tensors.

  There is no public way to ask. `_keras_history` was tried on TF 1.14 to 2.21.

  Returns:
    The layer, the number of its call, and the index among its outputs.
  """
  history = getattr(tensor, '_keras_history', None)
  return None if history is None else tuple(history[:3])


def inputs_of_call(layer: Any, call: int) -> List[Any]:
  """The symbolic tensors that a call of a layer took.

  The list of calls has no public name in Keras 3; `_inbound_nodes` was tried
  on TF 1.14 to 2.21. `keras_inputs` has what operators of tensors took, too.
  """
  node = layer._inbound_nodes[call]  # pylint: disable=protected-access
  tensors = getattr(node, 'keras_inputs', None)
  return tf.nest.flatten(node.input_tensors if tensors is None else tensors)


def forget_train_function(model: Any) -> None:
  """Makes `fit` trace its step anew, with constraints set since.

  Only a model that was trained before has one. The public attribute is the
  same, and None makes it anew, on TF 1.14 to 2.21. Eager Keras before TF 2.2
  keeps functions in a cache of its own as well (tried on TF 1.15 to 2.1).
  """
  if getattr(model, 'train_function', None) is not None:
    model.train_function = None
  getattr(model, '_distributed_function_cache', {}).clear()


def forget_train_functions(models: Sequence[Any], kinds: Sequence[type],
                           variables: Sequence[Any]) -> None:
  """The same for every living model that trains one of some variables.

  A sub-model does not know of the models that it is in, or that share its
  layers, and nobody keeps a list of models: they are looked for.

  Args:
    models: some that are among them.
    kinds: classes of models.
    variables: Keras variables.
  """
  for model in models:
    forget_train_function(model)
  wanted = {id(variable) for variable in variables}
  new, known = set(kinds), set(kinds)
  while new:
    new = {kind for base in new for kind in base.__subclasses__()} - known
    known |= new
  for model in [thing for thing in gc.get_objects() if type(thing) in known]:
    if (getattr(model, 'train_function', None) is not None
        or getattr(model, '_distributed_function_cache', None)) and (
            not wanted.isdisjoint(map(id, model.variables))):
      forget_train_function(model)


def merges_lora(layer: Any) -> Dict[str, Any]:
  """What files of a layer have that `enable_lora` was called of.

  Files hold the sum of the frozen weight and the product of the adapters,
  which is the public attribute. `_kernel` and `_embeddings`, the weight alone,
  were tried on Keras 3.3 to 3.15.

  Returns:
    The weight and the public value of it, as `weight` and `merged`; empty if
    the layer has no adapters.
  """
  if not getattr(layer, 'lora_enabled', False):
    return {}
  for name in ('kernel', 'embeddings'):
    weight = getattr(layer, f'_{name}', None)
    if weight is not None:
      return {'weight': weight, 'merged': getattr(layer, name)}
  return {}


def dtype_policy_of(layer: Any) -> Any:
  """The dtype policy of a Keras layer; its dtype before TF 2.4."""
  return getattr(layer, 'dtype_policy', layer.dtype)


def input_shape_arguments(layer: Any) -> Dict[str, Any]:
  """The input shape that was given to a layer, as arguments for another.

  A Keras 2 layer has it in its config, that of Keras 3 in no public place:
  `_input_shape_arg` was tried on Keras 3.15.
  """
  batch_shape = getattr(layer, '_batch_input_shape', None)
  if batch_shape is not None:
    return {'batch_input_shape': batch_shape}
  shape = getattr(layer, '_input_shape_arg', None)
  return {} if shape is None else {'input_shape': shape}


def builds_in_build(layer: Any) -> bool:
  """Whether a layer can create weights in `build` only: Keras 3."""
  return not isinstance(layer, tf.Module)


def build_by_call(keras: Any, layer: Any, args: Sequence[Any],
                  kwargs: Dict[str, Any]) -> None:
  """Builds a Keras 3 layer as a call with these arguments would.

  Args:
    keras: its Keras.
    layer: not built.
    args: of the call; tensors, symbolic or not, in any structure.
    kwargs: likewise.
  """
  def symbol(value: Any) -> Any:
    if hasattr(value, 'shape') and hasattr(value, 'dtype'):
      return keras.KerasTensor(value.shape, keras.backend.standardize_dtype(
          value.dtype))
    return value

  args, kwargs = tf.nest.map_structure(symbol, (tuple(args), dict(kwargs)))
  layer(*args, **kwargs)


def is_graph_network(model: Any) -> bool:
  """Whether a Keras model is a graph of layers: functional or Sequential.

  There is no public way to ask. `_is_graph_network` was tried on TF 1.14 to
  2.15; from TF 2.3 on the classes of such models have one base.
  """
  return getattr(model, '_is_graph_network', False) or any(
      base.__name__ in ('Functional', 'Sequential')
      for base in type(model).__mro__)


def new_inputs(keras: Any, model: Any) -> Any:
  """Inputs for `clone_model` of a model, where it would not keep their names.

  Returns:
    Symbolic tensors in the structure of the inputs of a functional model of
    Keras 3; else None, and `clone_model` makes them as they were.
  """
  if not builds_in_build(model) or isinstance(model, keras.Sequential):
    return None
  names = {id(layer.output): layer.name for layer in model.layers
           if isinstance(layer, keras.layers.InputLayer)}
  return tf.nest.map_structure(
      lambda tensor: keras.Input(
          batch_shape=tensor.shape, dtype=tensor.dtype, sparse=tensor.sparse,
          name=names.get(id(tensor))), model.input)


def call_of(layer: Any, call: int) -> Tuple[Tuple[Any, ...], Dict[str, Any],
                                            List[Any]]:
  """The arguments and the symbolic outputs of a call of a layer.

  There is no public list of calls. `_inbound_nodes` was tried on TF 2.5 to
  2.21, with `arguments` of Keras 3, and `call_args` of Keras 2.

  Raises:
    ValueError: if the calls of this Keras tell the tensors among their
      arguments only, as those before TensorFlow 2.4 do.
  """
  node = layer._inbound_nodes[call]  # pylint: disable=protected-access
  if hasattr(node, 'call_args'):
    args, kwargs = node.call_args, node.call_kwargs
  elif hasattr(node.arguments, 'args'):
    args, kwargs = node.arguments.args, node.arguments.kwargs
  else:
    raise ValueError(
        f'The calls of the Keras of TensorFlow {tf.__version__} do not tell '
        'their arguments: to follow channels needs TensorFlow 2.4 or newer')
  return tuple(args), dict(kwargs), tf.nest.flatten(node.outputs)
