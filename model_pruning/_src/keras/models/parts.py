# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Containers of layers, models and variables that are pruned like one model.

A list of two sub-models, a dict of layers or a `tf.Module` can be passed to
`prune` like a model. A `tf.Module` does not find the variables of Keras 3
layers, which are no modules.
"""

from __future__ import annotations

from typing import Any, Iterator, List, Optional

import tensorflow as tf

from model_pruning._src.keras.models import which_keras


class Parts:
  """Several things together, with the attributes of a model.

  Attributes:
    whole: the container that the user passed.
    name: the name of its class.
    layers: the layers and models in it, outermost only.
  """

  def __init__(self, whole: Any, members: List[Any]):
    """Takes the outermost layers, models and variables of `whole`."""
    self.whole = whole
    self.name = type(whole).__name__
    self.layers = [member for member in members if not _is_variable(member)]
    self._members = members

  @property
  def built(self) -> bool:
    """Whether all layers are built."""
    return all(layer.built for layer in self.layers)

  @property
  def variables(self) -> List[Any]:
    """All variables, each of them once."""
    return _once([variable for member in self._members for variable in (
        [member] if _is_variable(member) else member.variables)])

  @property
  def trainable_variables(self) -> List[Any]:
    """All trainable variables."""
    return _once([variable for member in self._members for variable in (
        ([member] if member.trainable else []) if _is_variable(member)
        else member.trainable_variables)])

  @property
  def optimizer(self) -> Optional[Any]:
    """The optimizer of all the models; None if they have several."""
    optimizers = _once([
        layer.optimizer for layer in self.layers
        if getattr(layer, 'optimizer', None) is not None])
    return optimizers[0] if len(optimizers) == 1 else None


def as_model(thing: Any) -> Any:
  """Returns an object with the attributes of a model.

  Args:
    thing: a Keras model or layer, a `tf.Module`, or a list, tuple or dict of
      such and of variables.

  Raises:
    TypeError: if it is something else.
  """
  if which_keras.is_layer(thing):
    return thing
  is_module = isinstance(thing, tf.Module)
  if is_module or isinstance(thing, (list, tuple, dict)) and thing:
    members = list(_members(thing, set(), is_module))
    if all(which_keras.is_layer(member) or _is_variable(member)
           for member in members):
      return Parts(thing, members)
  elif hasattr(type(thing), 'trainable_variables'):
    return thing
  raise TypeError(
      'Argument `model` must be a Keras model or layer, a tf.Module, or a '
      f'list, tuple or dict of these. Received: {thing!r} of type '
      f'{type(thing).__name__}')


def _members(thing: Any, seen: Any, in_module: bool) -> Iterator[Any]:
  """The outermost layers, models and variables, each once.

  Args:
    thing: any object.
    seen: the ids of the objects visited before.
    in_module: whether it is found in a `tf.Module`, which may hold anything;
      else what is neither is returned too, for an error.
  """
  if id(thing) in seen:
    return
  seen.add(id(thing))
  if _is_variable(thing) or which_keras.is_layer(thing):
    yield thing
  elif isinstance(thing, tf.Module):
    for name in sorted(vars(thing)):
      if not name.startswith('_self_'):  # Checkpoint bookkeeping.
        yield from _members(vars(thing)[name], seen, True)
  elif isinstance(thing, dict):
    for key in thing:
      yield from _members(thing[key], seen, in_module)
  elif isinstance(thing, (list, tuple)):
    for value in thing:
      yield from _members(value, seen, in_module)
  elif not in_module:
    yield thing


def _is_variable(thing: Any) -> bool:
  """Whether it is a variable of TensorFlow or of Keras 3."""
  return isinstance(thing, tf.compat.v2.Variable) or (
      hasattr(thing, 'assign') and hasattr(thing, 'constraint')
      and hasattr(thing, 'trainable'))


def _once(things: List[Any]) -> List[Any]:
  return list({id(thing): thing for thing in things}.values())
