# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`prune_low_magnitude`: pruning by wrapping layers.

`model_pruning.keras.prune` does the same in place and takes more: models of
any kind, and all of a spec.
"""

from __future__ import annotations

import contextlib
from typing import Any, Dict, Iterator, List, Optional, Sequence, Union

from absl import logging

from model_pruning._src.compat import keras_models
from model_pruning._src.keras.models import weights as weights_lib
from model_pruning._src.keras.models import which_keras
from model_pruning._src.keras.tfmot import arguments as arguments_lib
from model_pruning._src.keras.tfmot import cloning
from model_pruning._src.keras.tfmot import policy as policy_lib
from model_pruning._src.keras.tfmot import schedules
from model_pruning._src.keras.tfmot import sparse_gradients
from model_pruning._src.keras.tfmot import wrapper as wrapper_lib
from model_pruning._src.planning import end_of_training
from model_pruning._src.planning import plan
from model_pruning._src.spec import pruning_spec as spec_lib

_ADVICE = ('`model_pruning.keras.prune(model, spec)` prunes models of every '
           'kind.')


def prune_low_magnitude(
    to_prune: Any,
    pruning_schedule: Optional[schedules.PruningSchedule] = None,
    block_size: Sequence[int] = (1, 1),
    block_pooling_type: str = 'AVG',
    pruning_policy: Optional[policy_lib.PruningPolicy] = None,
    sparsity_m_by_n: Optional[Sequence[int]] = None,
    spec: Union[spec_lib.PruningSpec, str, None] = None, *,
    num_steps: Optional[int] = None, steps_per_epoch: Optional[int] = None,
    **kwargs: Any) -> Any:
  """Wraps layers that have weights to prune, so that training prunes them.

  After each optimizer update pruned entries are exactly 0.0, in `fit` and in
  loops of your own; no callback is needed. The wrapped layers are those of
  `to_prune`, not copies: they have its weights.

  Args:
    to_prune: a Sequential or functional model (models in it included), a layer
      or a list of layers.
    pruning_schedule: when masks change and how sparse they are then; by
      default `ConstantSparsity(0.5, 0)`.
    block_size: rows and columns of the blocks that are pruned as a whole, of a
      kernel seen as a matrix of all dimensions but the last x the last.
    block_pooling_type: 'AVG' or 'MAX': a block is ranked by the mean or the
      largest magnitude of its entries.
    pruning_policy: decides which layers may be pruned. Default: None, all.
    sparsity_m_by_n: (m, n): m zeros in each n neighbours along the input
      channels; the schedule says when.
    spec: a `PruningSpec` or its string instead of a schedule and a structure.
    num_steps: how many optimizer updates training will make in all, for a
      `spec`: one that names no step gets a schedule for this length, and shares
      of it (`70%`) become steps. Default: not known.
    steps_per_epoch: how many of them an epoch has, for steps in epochs (`5ep`).
      Default: not known.
    **kwargs: arguments of the wrapper of a single layer, such as
      `input_shape`.

  Returns:
    A new model, not compiled; or a layer; or a list of layers. Layers with
    nothing to prune are those of `to_prune`, not wrapped; a single layer
    always is.

  Raises:
    ValueError: if `to_prune` is something else or a subclassed model, or an
      argument is not what it must be.
  """
  if spec is not None:
    spec = spec_lib.PruningSpec.of(spec).resolve(
        num_steps=num_steps, steps_per_epoch=steps_per_epoch)
    for warning in plan.warnings_on_length(spec, num_steps):
      logging.warning('model_pruning: %s', warning)
  arguments = dict(pruning_schedule=pruning_schedule, block_size=block_size,
                   block_pooling_type=block_pooling_type,
                   sparsity_m_by_n=sparsity_m_by_n, spec=spec)
  checked = arguments_lib.PruningArguments.of(
      pruning_schedule, block_size, block_pooling_type, sparsity_m_by_n, spec)

  made: Dict[int, Any] = {}
  frozen: List[str] = []

  def wrap(layer: Any) -> Any:
    # A layer may be in several models inside: one wrapper has it in all.
    if id(layer) not in made:
      made[id(layer)] = wrap_once(layer)
    return made[id(layer)]

  def wrap_once(layer: Any) -> Any:
    if cloning.is_model(layer):
      cloning.check_is_graph_network(layer, 'to_prune', _ADVICE)
      return cloning.clone_model(layer, wrap)
    if (isinstance(layer, wrapper_lib.PruningWrapper)
        or pruning_policy and not pruning_policy.allow_pruning(layer)
        or not _may_be_pruned(layer, checked)):
      if not layer.trainable and any(
          checked.rule_for(weight.candidate) is not None
          for weight in weights_lib.find_weights(layer, frozen=True)):
        frozen.append(layer.name)
      return layer
    return wrapper_lib.wrap(layer, **arguments)

  if isinstance(to_prune, (list, tuple)):
    wrapped = [_new_input(layer) or wrap(layer) for layer in to_prune]
    _tell_frozen(frozen)
    return wrapped
  if cloning.is_model(to_prune):
    _check_patterns(checked, to_prune)
    cloning.check_is_graph_network(to_prune, 'to_prune', _ADVICE)
    if pruning_policy:
      # The models inside are parts of it, and need not fit by themselves.
      pruning_policy.ensure_model_supports_pruning(to_prune)
    pruned = wrap(to_prune)
    _tell_frozen(frozen)
    if not any(True for _ in wrapper_lib.pruned_layers(pruned)):
      logging.warning('model_pruning: prune_low_magnitude prunes nothing in '
                      'the model %r: %s', to_prune.name, _why_nothing(
                          to_prune, pruning_policy))
    sparse_gradients.move_constraints(pruned)
    # Models that have the layers too may have traced a step without masks.
    keras: Any = which_keras.keras_of(to_prune)
    keras_models.forget_train_functions(
        [], [keras.Model],
        [one.variable for wrapper in wrapper_lib.pruned_layers(pruned)
         for one in wrapper.pruned_weights])
    return pruned
  if not which_keras.is_layer(to_prune):
    raise ValueError(
        'Argument `to_prune` must be a Sequential or functional Keras model, a '
        f'layer or a list of layers. Received: to_prune={to_prune!r} of type '
        f'{type(to_prune)}')
  if (isinstance(to_prune, wrapper_lib.PruningWrapper)
      or pruning_policy and not pruning_policy.allow_pruning(to_prune)):
    return to_prune
  return wrapper_lib.wrap(to_prune, **arguments, **kwargs)


def _tell_frozen(names: List[str]) -> None:
  """Warns of layers that are left out only because they are frozen."""
  if names:
    logging.warning(
        'model_pruning: prune_low_magnitude does not prune these layers, '
        'because they are frozen. If they are trained later, they are trained '
        'DENSE; make them trainable before the call to have them pruned: %s',
        end_of_training.names(names))


def _why_nothing(model: Any,
                 pruning_policy: Optional[policy_lib.PruningPolicy]) -> str:
  if pruning_policy and any(
      pruning_policy.allow_pruning(layer)
      for layer in keras_models.flatten_layers(model)
      if not cloning.is_model(layer)):
    pruning_policy = None
  return ('no layer of it has a weight to prune' if pruning_policy is None else
          f'the policy {type(pruning_policy).__name__} allows no layer of it')


def _check_patterns(arguments: arguments_lib.PruningArguments,
                    model: Any) -> None:
  """Raises if a pattern of the spec matches no weight of a built model."""
  if arguments.spec is not None and model.built:
    plan.make_plan(arguments.spec, [
        weight.candidate for weight in weights_lib.find_weights(model)])


def _may_be_pruned(layer: Any,
                   arguments: arguments_lib.PruningArguments) -> bool:
  """Whether a layer has, or may have once it is built, a weight to prune."""
  keras = which_keras.keras_of(layer)
  if keras is None:
    raise ValueError(
        'Argument `to_prune` must have Keras layers only. '
        f'Received: {layer!r} of type {type(layer)}')
  if not layer.trainable or isinstance(layer, keras.layers.InputLayer):
    return False
  parts = keras_models.flatten_layers(layer)
  if layer.built and all(getattr(part, 'built', True) for part in parts):
    return any(arguments.rule_for(weight.candidate) is not None
               for weight in weights_lib.find_weights(layer))
  # It has weights once it is built only if it can make them, or parts of it.
  return (type(layer).build is not keras.layers.Layer.build
          or bool(parts))


def _new_input(layer: Any) -> Any:
  """A copy of an InputLayer, which belongs to one model; else None."""
  keras = which_keras.keras_of(layer)
  if keras is None or not isinstance(layer, keras.layers.InputLayer):
    return None
  return type(layer).from_config(layer.get_config())


@contextlib.contextmanager
def prune_scope() -> Iterator[None]:
  """Lets every Keras of the process load files of models with wrappers.

  Wrappers are registered with a Keras when the first one is made. Under this
  scope they are in any case, also under the name that files of tfmot have.
  """
  with contextlib.ExitStack() as stack:
    for keras in which_keras.loaded():
      wrapper = wrapper_lib.wrapper_class(keras)
      stack.enter_context(keras.utils.custom_object_scope(
          {wrapper_lib.NAME: wrapper}))
    yield
