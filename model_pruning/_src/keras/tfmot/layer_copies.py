# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Copies trained layers, and checks that the copies are equal to them.

The configuration of a layer may lack arguments of its constructor, name classes
that cannot be found, or contain the inner objects themselves. A copy is used
only if everything that can be compared is equal.
"""

from __future__ import annotations

import types
from typing import Any, Dict, List, Optional

import numpy as np

from model_pruning._src.compat import keras_models
from model_pruning._src.compat import keras_variables

_PLAIN = (bool, int, float, complex, str, bytes, type(None))
_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType)


def new_layer(layer: Any) -> Optional[Any]:
  """A new layer of the same configuration, not built; None on failure."""
  try:
    copy = type(layer).from_config(layer.get_config())
  except Exception:  # pylint: disable=broad-except
    return None  # Somebody else's code, which may raise anything.
  if (copy is layer or type(copy) is not type(layer)
      or copy.name != layer.name or _other_functions(layer, copy)):
    return None
  return copy


def take_over(copy: Any, layer: Any) -> bool:
  """Copies the variables of `layer` into a copy that is built.

  Args:
    copy: the result of `new_layer` for `layer`.
    layer: the trained layer, which is not changed.

  Returns:
    Whether the two are now equal: the same parts, the same settings, and the
    same values in all variables, none of which they share.
  """
  parts, sources = _parts(copy), _parts(layer)
  if (list(map(type, parts)) != list(map(type, sources))
      or {id(part) for part in parts} & {id(source) for source in sources}):
    return False
  for part, source in zip(parts, sources):
    part.trainable = source.trainable  # The order of weights goes by it.
    if _other_functions(source, part) or _other_settings(source, part):
      return False
  variables, values = list(copy.variables), list(layer.variables)
  if (list(map(_kind, variables)) != list(map(_kind, values))
      or {id(variable) for variable in variables}
      & {id(variable) for variable in values}):
    return False
  copy.set_weights(layer.get_weights())
  # What is no weight: the states of random generators of Keras 3.
  weights = {id(variable) for variable in copy.weights}
  for variable, source in zip(variables, values):
    if id(variable) not in weights:
      variable.assign(keras_variables.value_of(source))
  return all(
      keras_variables.value_of(variable).tobytes()
      == keras_variables.value_of(source).tobytes()
      for variable, source in zip(variables, values))


def _parts(layer: Any) -> List[Any]:
  # Before TF 2.2 there are lists and mappings of layers among them.
  return [part for part in [layer, *keras_models.flatten_layers(layer)]
          if hasattr(type(part), 'get_config')]


def _kind(variable: Any) -> Any:
  return tuple(map(int, variable.shape)), str(variable.dtype)


def _settings(layer: Any) -> Dict[str, Any]:
  # Methods are set too: Keras 3 wraps those of a class, for each layer anew.
  return {name: value for name, value in vars(layer).items()
          if not name.startswith('_') and name != 'name'
          and not hasattr(type(layer), name)}


def _other_functions(layer: Any, copy: Any) -> bool:
  """Whether a function in an attribute differs between a layer and a copy."""
  functions = {name: value for name, value in _settings(layer).items()
               if isinstance(value, _FUNCTIONS)}
  return any(_settings(copy).get(name) is not value
             for name, value in functions.items())


def _other_settings(layer: Any, copy: Any) -> bool:
  """Whether a number, a string or a list of them differs in a copy."""
  settings, others = _settings(layer), _settings(copy)
  plain = {name for name in {*settings, *others}
           if _is_plain(settings.get(name)) and _is_plain(others.get(name))}
  return any(not _are_equal(settings.get(name), others.get(name))
             for name in plain)


def _are_equal(first: Any, second: Any) -> bool:
  if isinstance(first, (list, tuple)) and isinstance(second, (list, tuple)):
    return len(first) == len(second) and all(map(_are_equal, first, second))
  return bool(np.array_equal(first, second))


def _is_plain(value: Any) -> bool:
  if isinstance(value, (list, tuple)):
    return all(map(_is_plain, value))
  return isinstance(value, (*_PLAIN, np.ndarray, np.generic))
