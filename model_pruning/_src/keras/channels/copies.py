# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Copies a model with changed configurations of its layers."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

import tensorflow as tf

from model_pruning._src.compat import keras_models
from model_pruning._src.keras.channels import interpreter
from model_pruning._src.keras.models import which_keras

# New numbers in a configuration, by the keys that lead to each.
Changes = Mapping[Tuple[Any, ...], int]


def functional(model: Any, verb: str, inputs: Any = None) -> Any:
  """The graph of layers of a model.

  Args:
    model: a built Keras model.
    verb: the public function that the user called, for messages.
    inputs: inputs as the `call` of a subclassed model takes them. Default:
      None.

  Raises:
    TypeError: if it is no Keras model.
    ValueError: if it is not built, or is subclassed and its `call` cannot be
      traced.
  """
  keras = which_keras.keras_of(model)
  if keras is None or not isinstance(model, keras.Model):
    raise TypeError(f'Argument `model` of `{verb}` must be a Keras model. '
                    f'Received: {model!r} of type {type(model)}')
  if keras_models.is_graph_network(model):
    if not model.built or not getattr(model, 'outputs', None):
      raise ValueError(
          f'Argument `model` of `{verb}` must be built: call it with a batch, '
          f'or `build` it. Received: the model {model.name!r}')
    return model
  if inputs is None:
    raise ValueError(
        f'Argument `inputs` of `{verb}` must be given for a subclassed model: '
        'a batch as its `call` takes it, which shows the shapes. Received: '
        f'inputs=None for the {type(model).__name__} {model.name!r}')
  symbols = tf.nest.map_structure(
      lambda one: one if keras_models.keras_history(one) is not None
      else keras.Input(tuple(one.shape)[1:], dtype=tf.as_dtype(one.dtype).name),
      inputs)
  try:
    return keras.Model(symbols, model.call(symbols), name=model.name)
  except Exception as error:
    raise ValueError(
        f'Argument `model` of `{verb}` must be functional, or have a `call` '
        'that takes symbolic tensors of Keras. That of the '
        f'{type(model).__name__} {model.name!r} does not: {error}') from error


def copy_of(model: Any,
            changes: Optional[Mapping[int, Changes]] = None,
            shapes: Optional[Sequence[Sequence[int]]] = None
            ) -> Tuple[Any, List[Tuple[Any, Any]]]:
  """A new model of new layers with newly initialized weights.

  Models inside are replaced by their layers.

  Args:
    model: a built functional or Sequential model.
    changes: the changes of a layer's configuration, by the `id` of the layer.
      Default: None, no changes.
    shapes: the shapes of the inputs, without the batch. Default: those of the
      model.

  Returns:
    The copy, and pairs of a layer of the model and its copy.
  """
  keras: Any = which_keras.keras_of(model)
  changes = changes or {}
  inputs = []
  for i, tensor in enumerate(model.inputs):
    layer = keras_models.keras_history(tensor)[0]  # type: ignore[index]
    inputs.append(keras.Input(
        tuple(tensor.shape)[1:] if shapes is None else tuple(shapes[i]),
        batch_size=None if shapes is not None else _batch_of(tensor),
        dtype=tf.as_dtype(tensor.dtype).name, name=layer.name))
  made: Dict[int, Any] = {}
  pairs: List[Tuple[Any, Any]] = []
  names: Dict[str, int] = {}

  def visit(call: interpreter.Call) -> List[Any]:
    layer = call.layer
    if id(layer) not in made:
      made[id(layer)] = _new_layer(layer, changes.get(id(layer), {}), names)
      pairs.append((layer, made[id(layer)]))
    args, kwargs = _changed_arguments(call, changes.get(id(layer), {}))
    return tf.nest.flatten(made[id(layer)](*args, **kwargs))

  outputs = interpreter.run(model, inputs, visit)
  if not isinstance(model, keras.Sequential):  # It has no input structure.
    inputs = tf.nest.pack_sequence_as(model.input, inputs)
    outputs = tf.nest.pack_sequence_as(model.output, outputs)
  return keras.Model(inputs, outputs, name=model.name), pairs


def _batch_of(tensor: Any) -> Optional[int]:
  dims = tuple(tensor.shape)
  return int(dims[0]) if dims and dims[0] is not None else None


def _new_layer(layer: Any, changes: Changes, names: Dict[str, int]) -> Any:
  """A layer, or an operation of Keras 3, like another one but for changes."""
  config = _not_built(layer.get_config())
  if changes:
    config = _without_arrays(config)
  for path, value in changes.items():
    if path[0] not in ('args', 'kwargs'):
      config = _changed(config, path, value)
  if which_keras.is_layer(layer):
    # Layers of models inside may have the name of one outside.
    number = names[layer.name] = names.get(layer.name, -1) + 1
    if number and 'name' in config:
      config['name'] = f'{layer.name}_{number}'
  new = type(layer).from_config(config)
  if which_keras.is_layer(layer):
    new.trainable = layer.trainable
  return new


def _not_built(config: Any) -> Any:
  """A configuration without the shapes that layers in it were built with."""
  if isinstance(config, dict):
    return {key: _not_built(value) for key, value in config.items()
            if key != 'build_config'}
  if isinstance(config, (list, tuple)):
    parts = map(_not_built, config)
    return tuple(parts) if isinstance(config, tuple) else list(parts)
  return config


def _without_arrays(config: Any) -> Any:
  """A configuration without initial values, whose shape has changed."""
  if not isinstance(config, dict):
    return config
  if config.get('class_name') == 'Constant' and not isinstance(
      config['config'].get('value'), (int, float)):
    return {**config, 'class_name': 'Zeros', 'config': {}}
  return {key: _without_arrays(value) for key, value in config.items()}


def _changed_arguments(call: interpreter.Call,
                       changes: Changes) -> Tuple[Any, Any]:
  arguments: Any = {'args': list(call.args), 'kwargs': dict(call.kwargs)}
  for path, value in changes.items():
    if path[0] in arguments:
      arguments = _changed(arguments, path, value)
  return arguments['args'], arguments['kwargs']


def _changed(thing: Any, path: Tuple[Any, ...], value: int) -> Any:
  """A nested structure with the number at `path` replaced by `value`."""
  if not path:
    return value
  first, rest = path[0], path[1:]
  if isinstance(thing, dict):
    return {**thing, first: _changed(thing[first], rest, value)}
  if isinstance(thing, slice):
    ends = {'start': thing.start, 'stop': thing.stop}
    ends[first] = _changed(ends[first], rest, value)
    return slice(ends['start'], ends['stop'], thing.step)
  if isinstance(thing, tf.TensorShape):
    return tf.TensorShape(_changed(thing.as_list(), path, value))
  if isinstance(thing, (list, tuple)):
    items = list(thing)
    items[first] = _changed(items[first], rest, value)
    return tuple(items) if isinstance(thing, tuple) else items
  return value  # A number that stands for a structure with a single item.
