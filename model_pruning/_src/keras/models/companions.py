# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Finds companions for weights that cannot have a constraint of their own.

Optimizers of Keras before TF 2.11, and the legacy ones since, raise an error
for a constraint of a variable with a sparse gradient, such as an embedding. The
weight is then projected in the constraint of another variable, its companion,
which the optimizer updates after it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Set, Tuple

import tensorflow as tf

from model_pruning._src.compat import keras_models
from model_pruning._src.keras.models import which_keras

# Modules whose layers are known to gather from a weight or not, by their class.
# Wrappers of this library do nothing with the weights of the layer inside.
_KNOWN = ('keras.', 'tf_keras.', 'tensorflow.python.keras.',
          'tensorflow_core.python.keras.', 'model_pruning.')


class Companion(NamedTuple):
  """A variable with the weights that are projected when it is updated.

  Attributes:
    variable: a variable that may have a constraint.
    weights: weights that may not; `variable` is updated after each of them.
  """

  variable: Any
  weights: Tuple[Any, ...]


def companions_of(model: Any, weights: Iterable[Any],
                  in_any_order: bool = False) -> List[Companion]:
  """Finds companions for weights whose gradient may be sparse.

  Among the layers of Keras only an `Embedding` gathers from its weight. Whether
  other layers do is not known before the optimizer is called, so their weights
  have companions too. The companion comes from the innermost layer or model
  around the weight that has one, so that parts of a model can be trained alone.

  Args:
    model: a Keras model or layer, or `parts.Parts`.
    weights: Keras variables.
    in_any_order: whether the optimizer will update weights that have
      companions before all others. Default: in the order of the model.

  Returns:
    Each weight at most once. A weight is left out if its gradient is dense,
    its optimizer never refuses a constraint, as none of Keras 3 does, or no
    variable is updated after it.
  """
  layers = [model, *keras_models.flatten_layers(model)]
  if not in_any_order and not which_keras.is_layer(model):
    layers = layers[1:]  # The order of several parts is not known.
  inside = [list(layer.trainable_variables) for layer in layers]
  dense = _surely_dense(layers, inside)
  order = {id(variable): i for i, variable in enumerate(
      model.trainable_variables)}
  innermost_first = sorted(inside, key=len)
  found: Dict[int, Tuple[Any, List[Any]]] = {}
  for weight in weights:
    if (id(weight) in dense or id(weight) not in order
        or not isinstance(weight, tf.compat.v2.Variable)):
      continue
    companion = next(filter(lambda found: found is not None, (
        _last_after(-1 if in_any_order else order[id(weight)],
                    [one for one in variables if one is not weight],
                    order, dense)
        for variables in innermost_first
        if any(variable is weight for variable in variables))), None)
    if companion is not None:
      found.setdefault(id(companion), (companion, []))[1].append(weight)
  return [Companion(companion, tuple(members))
          for companion, members in found.values()]


def _last_after(position: int, variables: List[Any], order: Dict[int, int],
                dense: Set[int]) -> Optional[Any]:
  """The last of `variables` that may have a constraint; None if there is none.

  Variables whose gradient is surely dense are preferred to vectors, which are
  mostly biases, but from which a custom layer may gather.
  """
  later = sorted((variable for variable in variables
                  if order.get(id(variable), -1) > position),
                 key=lambda variable: order[id(variable)])
  surely = [variable for variable in later if id(variable) in dense]
  vectors = [variable for variable in later if len(variable.shape) < 2]
  return (surely or vectors or [None])[-1]


def _surely_dense(layers: List[Any], inside: List[List[Any]]) -> Set[int]:
  """The ids of variables whose gradient is always dense."""
  # A wrapper has the variables of the layer inside, and both may use them.
  owners: Dict[int, Tuple[int, List[Any]]] = {}
  for layer, variables in zip(layers, inside):
    for variable in variables:
      size, users = owners.get(id(variable), (len(variables) + 1, []))
      if len(variables) < size:
        owners[id(variable)] = len(variables), [layer]
      elif len(variables) == size:
        users.append(layer)
  return {key for key, (_, users) in owners.items()
          if all(map(_gathers_not, users))}


def _gathers_not(layer: Any) -> bool:
  """Whether a layer is known not to gather from its weights."""
  call = getattr(type(layer), 'call', None)
  module = getattr(call, '__module__', None) or ''
  return (module + '.').startswith(_KNOWN) and not any(
      kind.__name__ == 'Embedding' for kind in type(layer).__mro__)
