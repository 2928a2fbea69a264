# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`prune_now`: prunes a trained Keras model in one step."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import (
  Any,
  Callable,
  Iterable,
  Iterator,
  Optional,
  Sequence,
  Tuple,
  Union,
)

import tensorflow as tf

from model_pruning._src.axes import structures
from model_pruning._src.compat import keras_variables
from model_pruning._src.core import prune_arrays
from model_pruning._src.keras import constraint
from model_pruning._src.keras.channels import prune_channels
from model_pruning._src.keras.models import batch_norm
from model_pruning._src.keras.models import model_check
from model_pruning._src.keras.models import parts
from model_pruning._src.keras.models import weights as weights_lib
from model_pruning._src.planning import plan
from model_pruning._src.planning import report as report_lib
from model_pruning._src.spec import budget as budget_lib
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule


def prune_now(model: Any, spec: Union[spec_lib.PruningSpec, str],
              calibration_data: Any = None,
              num_batches: Optional[int] = None,
              inputs: Any = None,
              norms: str = 'exact',
              progress: Optional[Callable[[Any], Iterable[Any]]] = None
              ) -> report_lib.PruningReport:
  """Prunes a Keras model to the target sparsity now, without training.

      model_pruning.keras.prune_now(model, 'target_sparsity=0.5',
                                    calibration_data=images)

  The entries of the lowest saliency become exactly 0.0: single entries, blocks
  or n of m, ranked per weight, in groups or all together, as the spec says. The
  schedule of the spec has no effect. Later training does not keep the zeros,
  unless `prune` is called before it.

  With `structure=channels` whole channels become zero, in all weights that have
  them; `remove_channels` then makes a smaller model. `target_sparsity` is the
  share of the channels to prune; `target_macs` or `target_params`, in place of
  it, is the share of the multiply-adds or parameters to keep.

  The means and variances that batch normalizations have stored are those of the
  dense model. With `calibration_data` they become the averages over its
  batches, computed by the pruned model as in training, but without dropout.
  Those of a frozen layer do not change, and the report says so. Nothing else of
  the model changes.

  Args:
    model: a built, trained model.
    spec: a `PruningSpec`, or its string.
    calibration_data: an array of inputs (in batches of 32), or an iterable of
      batches, as a `tf.data.Dataset`, a generator or a list. A batch is
      inputs, or a tuple of inputs and anything. Some hundred examples that are
      like those of the training will do. It needs eager mode.
    num_batches: how many of its batches to take; by default all.
    inputs: a batch as the `call` of a subclassed model takes it; needed for
      `structure=channels` only.
    norms: for `structure=channels`: 'recompute' also prunes channels that layer
      or group normalizations compute with; see `remove_channels`. Default:
      'exact', which keeps them.
    progress: a function that takes a list of weights and yields them one by
      one, to show a progress bar. Default: nothing is shown.

  Returns:
    A report of what was pruned, and of what was not and why.

  Raises:
    TypeError: if `model` is no Keras model, or the data have no batches.
    ValueError: if the model is not built or is pruned in training, or the spec
      is not valid, has a pattern that matches none of its weights, or has a
      saliency that needs gradients. The model is then as it was.
  """
  spec = spec_lib.PruningSpec.of(spec)
  model = parts.as_model(model)
  model_check.check_built(model, 'prune_now')
  at_once = prune_arrays.at_once(spec, 'prune_now')
  _check(model, calibration_data)
  batches = (None if calibration_data is None
             else batch_norm.batches_of(calibration_data, num_batches))
  found = weights_lib.find_weights(model)
  has_channels = structures.Channels.is_asked_for(spec)
  if has_channels:
    at_once = budget_lib.by_weights(at_once)
  rules, report = plan.make_plan(
      at_once, [weight.candidate for weight in found])
  report = dataclasses.replace(report, spec=str(spec))
  pruned = [(weight.variable, rule) for weight, rule in zip(found, rules)
            if rule is not None]
  with _restored_on_error(
      model.weights if has_channels else [weight for weight, _ in pruned]):
    if has_channels:
      report = prune_channels.prune_channels(
          model, spec, found, rules, report, inputs, norms)
    else:
      rankings = weight_rule.ranked_together([rule for _, rule in pruned])
      for ranking in progress(rankings) if progress else rankings:
        _prune_together(spec, [pruned[i] for i in ranking])
    if batches is not None:
      for note in batch_norm.estimate(model, batches):
        report = report.with_warning(note)
  report.log()
  return report


def _check(model: Any, data: Any) -> None:
  for variable in model.trainable_variables:
    if isinstance(constraint.constraint_of(variable),
                  constraint.CONSTRAINTS):
      raise ValueError(
          'Argument `model` must not be pruned in training any more: its masks '
          'would undo it. Call `strip()` of the pruner before. Received: a '
          f'model whose weight {keras_variables.variable_name(variable)!r} is')
  if data is not None and not tf.executing_eagerly():
    raise ValueError(
        'Argument `calibration_data` must be left out in graph mode: batch '
        'normalization is estimated eagerly. Received: data of type '
        f'{type(data).__name__}')


@contextlib.contextmanager
def _restored_on_error(variables: Sequence[Any]) -> Iterator[None]:
  values = [keras_variables.value_of(variable) for variable in variables]
  try:
    yield
  except BaseException:
    for variable, value in zip(variables, values):
      keras_variables.assign_value(
          keras_variables.backend_variable(variable), value)
    raise


def _prune_together(
    spec: spec_lib.PruningSpec,
    members: Sequence[Tuple[Any, weight_rule.WeightRule]]) -> None:
  """Prunes the weights of one ranking."""
  values = [keras_variables.value_of(variable) for variable, _ in members]
  rules = [rule for _, rule in members]
  for (variable, _), value in zip(
      members, prune_arrays.prune_arrays(spec, values, rules)):
    keras_variables.assign_value(
        keras_variables.backend_variable(variable), value)
