# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`remove_channels`: a model without the channels that have no effect."""

from __future__ import annotations

from typing import Any, Dict, List, Set, Tuple

from absl import logging

from model_pruning._src.channels import channel_sets
from model_pruning._src.channels import removal
from model_pruning._src.compat import keras_variables
from model_pruning._src.keras.channels import comparison
from model_pruning._src.keras.channels import compile_state
from model_pruning._src.keras.channels import copies
from model_pruning._src.keras.channels import trace

_VERB = 'remove_channels'


def remove_channels(model: Any, round_to: int = 1, inputs: Any = None) -> Any:
  """Makes a smaller model with the same outputs.

      model_pruning.keras.prune_now(
          model, 'structure=channels,target_sparsity=0.5')
      small = model_pruning.keras.remove_channels(model)

  A channel is left out if every kernel that takes it in is zero there, so that
  it has no effect, whatever it holds. Pruning with `structure=channels` makes
  such channels. The new model is a plain one of Keras, of new layers with the
  names of before; models inside are replaced by their layers. If the model is
  compiled, the new one is, and where the optimizer has trained its slots are
  those of before, so that training goes on.

  Both models are run on random inputs before the new one is returned.

  Args:
    model: a built model, functional or Sequential; or a subclassed one whose
      `call` takes symbolic tensors. It stays as it is.
    round_to: leaves numbers of channels that are multiples of it, or as many
      as before. Default: 1, all that can go are left out.
    inputs: of a subclassed model, a batch as its `call` takes it.

  Returns:
    A functional model.

  Raises:
    TypeError: if `model` is no Keras model, or `round_to` no integer.
    ValueError: if the model is not built or cannot be followed, `round_to` is
      not positive, or the models do not compute the same: then the message
      names the layer where they part.
  """
  removal.check_round_to(round_to)
  traced = trace.trace(model, _VERB, inputs)
  values = traced.values()
  removed = removal.with_one_left(
      channel_sets.sets_of(traced.dependency),
      removal.without_effect(traced.dependency, values),
      traced.dependency, round_to)
  small, weights = _without(traced, values, removed)
  problem = comparison.difference(traced.model, small)
  if problem:
    raise ValueError(
        f'`{_VERB}` would change what the model {model.name!r} computes, so '
        f'nothing is removed: {problem}. If that layer is your own, see '
        '`model_pruning.keras.register_rule`')
  logging.info(
      'model_pruning: %d channels removed; parameters: %d of %d left',
      len(removed), small.count_params(), model.count_params())
  compile_state.carry_over(model, small, weights, lambda weight, value: (
      removal.cut(traced.dependency, {id(weight): value}, removed)[id(weight)]))
  return small


def _without(traced: trace.Traced, values: Dict[Any, Any],
             removed: Set[int]) -> Tuple[Any, List[Tuple[Any, Any]]]:
  """A model without channels, with the weights that are left.

  Returns:
    The model, and each weight of the old one with that of the new one.
  """
  dependency = traced.dependency
  changes: Dict[Any, Dict[Tuple[Any, ...], int]] = {}
  for (layer, path), channels in dependency.sizes.items():
    left = removal.num_left(dependency, channels, removed)
    if left != len(channels):
      changes.setdefault(layer, {})[path] = left
  small, layers = copies.copy_of(traced.model, changes)
  weights = [pair for old, new in layers if hasattr(old, 'weights')
             for pair in zip(old.weights, new.weights)]
  cut = removal.cut(dependency, values, removed)
  for old, new in weights:
    value = cut[id(old)]
    if tuple(value.shape) != tuple(int(dim) for dim in new.shape):
      raise ValueError(
          f'`{_VERB}` cannot make the weight '
          f'{keras_variables.variable_name(old)!r} smaller: without the '
          f'channels it has the shape {tuple(value.shape)}, and its layer '
          f'makes {tuple(new.shape)}. Nothing is removed. If the layer is your '
          'own, see `model_pruning.keras.register_rule`')
    keras_variables.assign_value(keras_variables.backend_variable(new), value)
  return small, weights
