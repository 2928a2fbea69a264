# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Finds the variables of a Keras model that can be pruned.

A layer may say so itself (`PrunableLayer`). Else a weight is pruned if it is
trainable, floating, has two dimensions at least, and is a kernel to its layer
(`roles`); a spec may ask for others of these.
"""

from __future__ import annotations

from typing import (
  Any,
  Dict,
  Iterator,
  List,
  NamedTuple,
  Optional,
  Tuple,
)

import tensorflow as tf

from model_pruning._src.compat import keras_models
from model_pruning._src.keras.models import lora
from model_pruning._src.keras.models import named_variables
from model_pruning._src.keras.models import prunable_layer
from model_pruning._src.keras.models import roles
from model_pruning._src.planning import plan
from model_pruning._src.planning import reasons
from model_pruning._src.planning.reasons import SkipKind


class KerasWeight(NamedTuple):
  """A variable of a Keras model, and whether it can be pruned."""

  variable: Any
  candidate: plan.Candidate


def find_weights(model: Any, frozen: bool = False) -> List[KerasWeight]:
  """Returns every variable of a model, with the reason if it is not pruned.

  Args:
    model: a Keras 2 or Keras 3 model, or a layer.
    frozen: whether variables that are not trainable can be pruned as well.
      Default: false.

  Returns:
    One entry for each variable, in the order of `model.variables`.
  """
  trainable = {id(variable) for variable in (
      model.variables if frozen else model.trainable_variables)}
  decided = _decided_by_layers(model)
  # Where a wrapper holds a variable of the layer inside, Keras before TF 2.2
  # lists it twice.
  named = list({id(variable): (name, variable) for name, variable in reversed(
      named_variables.named_variables(model))}.values())[::-1]
  layers = list(_all_layers(model))
  others = roles.other_than_kernels(layers, named)
  frozen_by_lora = lora.reasons_of_frozen(layers)
  found = []
  for name, variable in named:
    dims = tuple(int(dim) for dim in variable.shape)
    on_request = False
    if id(variable) in trainable or _is_quantized(variable):
      reason = _why_never(variable, dims)
    else:
      reason = frozen_by_lora.get(
          id(variable), reasons.Reason.of(SkipKind.NOT_TRAINABLE))
    if reason is None and id(variable) in decided:
      reason = decided[id(variable)]
    elif reason is None:
      reason, on_request = _why_not(dims, SkipKind.ADAPTER if lora.is_adapter(
          name) else others.get(id(variable)))
    found.append(KerasWeight(
        variable, plan.Candidate(name, dims, reason, on_request)))
  return found


def _is_quantized(variable: Any) -> bool:
  """Whether it is a kernel of integers, which cannot be trained either."""
  return (len(variable.shape) > 1
          and tf.as_dtype(variable.dtype).is_integer)


def _why_never(variable: Any, dims: Tuple[int, ...]) -> Optional[str]:
  """Why a variable can never be pruned; None if it can."""
  dtype = tf.as_dtype(variable.dtype)
  if not dtype.is_floating:
    return reasons.dtype(dtype.name)
  return reasons.Reason.of(SkipKind.EMPTY) if 0 in dims else None


def _why_not(dims: Tuple[int, ...],
             role: Optional[SkipKind]) -> Tuple[Optional[str], bool]:
  """Why a variable is not pruned (None if it is); whether a spec may ask."""
  if len(dims) < 2:
    return reasons.dimensions(len(dims)), False
  if role is not None:
    return reasons.Reason.of(role), True
  return None, False


def _decided_by_layers(model: Any) -> Dict[int, Optional[str]]:
  """For variables of layers that decide, by id: why not pruned, or None."""
  decided: Dict[int, Optional[str]] = {}
  for layer in _all_layers(model):
    if not prunable_layer.decides(layer):
      continue
    elsewhere = {id(variable) for inner in keras_models.flatten_layers(layer)
                 if prunable_layer.decides(inner)
                 for variable in inner.variables}
    own = {id(variable) for variable in layer.variables} - elsewhere
    prunable = layer.get_prunable_weights()
    if not isinstance(prunable, (list, tuple)):
      raise TypeError(
          f'Method `get_prunable_weights` of layer {layer.name!r} must return '
          f'a list of variables. Received: {prunable!r}')
    for variable in prunable:
      if id(variable) not in own:
        raise ValueError(
            f'Method `get_prunable_weights` of layer {layer.name!r} must '
            'return variables of this layer, and none of a layer inside that '
            f'has the method too. Received: {variable!r}')
    chosen = {id(variable) for variable in prunable}
    decided.update({
        key: None if key in chosen else reasons.Reason(
            f'get_prunable_weights of layer {layer.name!r} leaves it out',
            SkipKind.LAYER)
        for key in own})
  return decided


def _all_layers(model: Any) -> Iterator[Any]:
  """The model and the layers in it at any depth, each of them once."""
  seen = set()
  for layer in [model, *keras_models.flatten_layers(model)]:
    if id(layer) not in seen:
      seen.add(id(layer))
      yield layer
