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


def remove_channels(model: Any, round_to: int = 1, inputs: Any = None,
                    norms: str = 'exact') -> Any:
  """Makes a smaller model with the same outputs.

      model_pruning.keras.prune_now(
          model, 'structure=channels,target_sparsity=0.5')
      small = model_pruning.keras.remove_channels(model)

  A channel is removed if every kernel that consumes it is zero there, so that
  it has no effect on the outputs. Pruning with `structure=channels` makes such
  channels. The new model is a plain Keras model of new layers with the same
  names; inner models are replaced by their layers. If the model is compiled, so
  is the new one, with the slots of the optimizer, so that training can resume.

  Both models are run on random inputs before the new one is returned.

  Args:
    model: a built model, functional or Sequential; or a subclassed one whose
      `call` takes symbolic tensors. It is not changed.
    round_to: each set of channels keeps a multiple of this number, or all of
      its channels. Default: 1, all channels without an effect are removed.
    inputs: a batch as the `call` of a subclassed model takes it. Default: None.
    norms: 'recompute' also removes channels that layer or group normalizations
      compute with: their means and variances are then those of the remaining
      channels. So the outputs change, and a warning says by how much. All other
      layers must compute the same as before, or an error is raised. Default:
      'exact', which keeps these channels.

  Returns:
    A functional model.

  Raises:
    TypeError: if `model` is no Keras model, or `round_to` no integer.
    ValueError: if the model is not built or cannot be traced, `round_to` is not
      positive, `norms` is neither 'exact' nor 'recompute', or the models do not
      compute the same: then the message names the first layer that differs.
  """
  removal.check_round_to(round_to)
  traced = trace.trace(model, _VERB, inputs, norms)
  values = traced.values()
  removed = removal.with_one_left(
      channel_sets.sets_of(traced.dependency),
      removal.without_effect(traced.dependency, values),
      traced.dependency, round_to)
  small, layers = _without(traced, values, removed)
  recomputed = _recomputed(traced, layers, removed)
  problem = comparison.difference(traced.model, small, recomputed)
  if problem:
    raise ValueError(
        f'`{_VERB}` would change what the model {model.name!r} computes, so '
        f'nothing is removed: {problem}. If that layer is your own, see '
        '`model_pruning.keras.register_rule`')
  logging.info(
      'model_pruning: %d channels removed; parameters: %d of %d left',
      len(removed), small.count_params(), model.count_params())
  if recomputed:
    logging.warning(
        'model_pruning: normalizations compute with fewer channels than '
        'before (%d of them), so the outputs change: by %.2g of the greatest '
        'on random inputs. Train the smaller model on', len(recomputed),
        comparison.change(traced.model, small))
  compile_state.carry_over(
      model, small, _weights(layers), lambda weight, value: removal.cut(
          traced.dependency, {id(weight): value}, removed)[id(weight)])
  return small


def _without(traced: trace.Traced, values: Dict[Any, Any],
             removed: Set[int]) -> Tuple[Any, List[Tuple[Any, Any]]]:
  """A model without channels, with the weights that are left.

  Returns:
    The model, and pairs of an old layer and the new one for it.
  """
  dependency = traced.dependency
  changes: Dict[Any, Dict[Tuple[Any, ...], int]] = {}
  for (layer, path), channels in dependency.sizes.items():
    left = removal.num_left(dependency, channels, removed)
    # A negative argument is another one even where no counted channel goes.
    if left != len(channels) or path[0] in ('args', 'kwargs'):
      changes.setdefault(layer, {})[path] = left
  small, layers = copies.copy_of(traced.model, changes)
  cut = removal.cut(dependency, values, removed)
  for old, new in _weights(layers):
    value = cut[id(old)]
    if tuple(value.shape) != tuple(int(dim) for dim in new.shape):
      raise ValueError(
          f'`{_VERB}` cannot make the weight '
          f'{keras_variables.variable_name(old)!r} smaller: without the '
          f'channels it has the shape {tuple(value.shape)}, and its layer '
          f'makes {tuple(new.shape)}. Nothing is removed. If the layer is your '
          'own, see `model_pruning.keras.register_rule`')
    keras_variables.assign_value(keras_variables.backend_variable(new), value)
  return small, layers


def _weights(layers: List[Tuple[Any, Any]]) -> List[Tuple[Any, Any]]:
  return [pair for old, new in layers if hasattr(old, 'weights')
          for pair in zip(old.weights, new.weights)]


def _recomputed(traced: trace.Traced, layers: List[Tuple[Any, Any]],
                removed: Set[int]) -> Dict[int, comparison.Norm]:
  """The normalizations that lose channels, by the `id` of the layer."""
  found = {}
  for old, new in layers:
    norm = traced.norms.get(id(old))
    if norm is not None:
      kept = ~removal.are_in(traced.dependency, norm.channels, removed)
      if not kept.all():
        found[id(old)] = comparison.Norm(new, norm.axis, kept)
  return found
