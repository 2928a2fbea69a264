# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`strip_pruning`: the trained model without its wrappers."""

from __future__ import annotations

from typing import Any, Dict, List, Set, Tuple

import numpy as np
from absl import logging

from model_pruning._src.compat import keras_variables
from model_pruning._src.keras.tfmot import cloning
from model_pruning._src.keras.tfmot import layer_copies
from model_pruning._src.keras.tfmot import model_outputs
from model_pruning._src.keras.tfmot import wrapper as wrapper_lib

_ADVICE = ('The trained layer of each wrapper in it is `wrapper.layer`: put '
           'that where the wrapper is.')


def strip_pruning(model: Any) -> Any:
  """The model without wrappers, as it was before `prune_low_magnitude`.

  Pruned entries are exactly 0.0. The returned model has the trained weights and
  computes the same as `model`: both are checked, the outputs on random inputs.

  Its layers are copies with weights of their own. A layer of which no equal
  copy can be made (of a class or with a function that is not registered, of a
  configuration that leaves something out) is the trained layer itself, which
  both models share from then on: it goes on being pruned if it is trained.

  Args:
    model: a Sequential or functional model, or a single wrapper.

  Returns:
    A new model, not compiled; the layer that is in a single wrapper.

  Raises:
    ValueError: if `model` is neither, or is or has in it a subclassed model;
      if what is returned would not compute the same. What was trained is in
      `model` still.
  """
  if isinstance(model, wrapper_lib.PruningWrapper):
    _project(model)
    return model.layer
  if not cloning.is_model(model):
    raise ValueError('Argument `model` must be a Keras model. '
                     f'Received: model={model!r} of type {type(model)}')
  cloning.check_is_graph_network(model, 'model', _ADVICE)
  for wrapper in wrapper_lib.pruned_layers(model):
    _project(wrapper)
  wanted = model_outputs.Comparison(model)
  if wanted.why_not:
    logging.info('model_pruning: strip_pruning compares weights, and no '
                 'outputs, of model %r: %s', model.name, wanted.why_not)
  shared: Set[int] = set()
  while True:
    stripping = _Stripping(model, shared)
    unlike = stripping.unlike()
    if not unlike and not wanted.differs(stripping.stripped):
      stripping.tell()
      return stripping.stripped
    if not stripping.copied:
      raise ValueError(
          'Argument `model` must compute the same without its wrappers. Its '
          'trained weights are in it still: `wrapper.layer` is the layer that '
          f'was trained. Received: the model {model.name!r}')
    # If single copies differ, only those are replaced; else no copy is used.
    shared |= unlike or stripping.copied


class _Stripping:
  """One attempt to make a model from copies of layers.

  Attributes:
    stripped: the model.
    copied: the ids of the layers of which it has a copy.
  """

  def __init__(self, model: Any, shared: Set[int]):
    """Makes a model, in which the layers with the ids in `shared` are used."""
    self._shared = shared
    self._made: Dict[int, Tuple[Any, Any]] = {}
    try:
      self.stripped = self._strip(model)
    except Exception:  # pylint: disable=broad-except
      if not self.copied:
        raise
      # A copy cannot be called: somebody else's code, which may raise anything.
      self._shared = shared | self.copied
      self._made = {}
      self.stripped = self._strip(model)

  @property
  def copied(self) -> Set[int]:
    """The ids of the layers of which the model has a copy."""
    return {key for key, (source, made) in self._made.items()
            if made is not source and not cloning.is_model(source)}

  def _strip(self, layer: Any) -> Any:
    inner = (layer.layer if isinstance(layer, wrapper_lib.PruningWrapper)
             else layer)
    # A layer may be in several models inside: it is one layer in all of them.
    if id(inner) not in self._made:
      self._made[id(inner)] = inner, self._new(inner)
    return self._made[id(inner)][1]

  def _new(self, layer: Any) -> Any:
    if cloning.is_model(layer):
      cloning.check_is_graph_network(layer, 'model', _ADVICE)
      return cloning.clone_model(layer, self._strip)
    if id(layer) in self._shared:
      return layer
    copy = layer_copies.new_layer(layer)
    return layer if copy is None else copy

  def unlike(self) -> Set[int]:
    """Copies the weights; returns the ids of layers whose copy differs."""
    return {key for key, (source, made) in self._made.items()
            if key in self.copied and source.built
            and not layer_copies.take_over(made, source)}

  def tell(self) -> None:
    """Logs which layers are shared by both models from now on."""
    names: List[str] = sorted({
        source.name for source, made in self._made.values()
        if made is source and source.weights})
    if names:
      logging.info(
          'model_pruning: strip_pruning returns a model that shares these '
          'layers with the wrapped one, because no equal copy can be made of '
          'them: %s', ', '.join(names))


def _project(wrapper: Any) -> None:
  """Sets the pruned entries of a wrapped layer to zero.

  They are zero already, unless the weights were set or loaded since.
  """
  for pruned in wrapper.pruned_weights:
    value = keras_variables.value_of(pruned.variable)
    mask = keras_variables.value_of(pruned.mask).astype(bool)
    projected = np.where(mask, value, np.zeros_like(value))
    if not np.array_equal(projected, value):
      keras_variables.assign_value(
          keras_variables.backend_variable(pruned.variable), projected)
