# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tells how the variables of a model have changed since it was pruned.

Users replace layers, quantize or unfreeze them, or add adapters. Then the
weights that `prune` has seen are not those that the model trains and saves.
"""

from __future__ import annotations

import dataclasses
import functools
import weakref
from typing import Any, Dict, List, Sequence, Set, Tuple

import numpy as np
from absl import logging

from model_pruning._src.compat import keras_models
from model_pruning._src.compat import keras_variables
from model_pruning._src.keras.models import lora
from model_pruning._src.keras.models import weights as weights_lib
from model_pruning._src.planning import end_of_training
from model_pruning._src.planning import reasons
from model_pruning._src.planning import report as report_lib
from model_pruning._src.spec import pruning_spec as spec_lib

_LATE = reasons.Reason(
    'it came into the model, or became trainable, after `prune`',
    reasons.SkipKind.LATE)


@dataclasses.dataclass(frozen=True)
class Now:
  """The current weights of a model, compared with those that were pruned.

  Attributes:
    gone: the names of pruned weights that are no longer in the model.
    merged: the names of pruned weights that `enable_lora` has frozen since, and
      the values that files have for them.
    late: weights that `prune` would prune now, but that came after it.
    others: all other variables of the model that are not pruned.
  """

  gone: Tuple[str, ...]
  merged: Dict[str, Any]
  late: Tuple[weights_lib.KerasWeight, ...]
  others: Tuple[weights_lib.KerasWeight, ...]

  def sentences(self) -> List[str]:
    """The sentences of the warning."""
    told = []
    if self.gone:
      told.append(
          'These pruned weights are no longer in the model, which has no, or '
          'other, weights in their place; what is there now is NOT PRUNED: '
          + end_of_training.names(list(self.gone)))
    if self.merged:
      told.append(
          '`enable_lora` was called after `prune`. It has frozen these '
          'weights, and files hold them with their adapters added, which are '
          'NOT SPARSE: ' + end_of_training.names(list(self.merged)))
    if self.late:
      told.append(
          'These weights came into the model, or became trainable, after '
          '`prune`, and are NOT PRUNED. Call `strip()` of the pruner and '
          '`prune` again for them: ' + end_of_training.names(
              [weight.candidate.name for weight in self.late]))
    return told


def _forget(left_out: Dict[int, Any], key: int, unused_reference: Any) -> None:
  """Forgets a variable that was deleted, as another may get its id."""
  left_out.pop(key, None)


class ModelWatch:
  """Compares a model with what it was when it was pruned."""

  def __init__(self, spec: spec_lib.PruningSpec,
               found: Sequence[weights_lib.KerasWeight],
               pruned: Dict[str, Any]):
    """Notes the variables of a model when it is pruned.

    Args:
      spec: the specification.
      found: all variables of the model.
      pruned: the pruned variables, by their names.
    """
    self._spec, self._pruned = spec, pruned
    # Variables that are not pruned on purpose, by their ids: these are not
    # late. Weak references alone would not do: if the variables and this object
    # are collected together, they are dead before the last warning is made.
    self._left_out: Dict[int, Any] = {}
    for weight in found:
      if weight.candidate.reason is None:
        key = id(weight.variable)
        forget = functools.partial(_forget, self._left_out, key)
        self._left_out[key] = weakref.ref(weight.variable, forget)
    self._told: Set[str] = set()

  def now(self, model: Any) -> Now:
    """Compares the weights; if `model` is None, nothing has changed."""
    if model is None:
      return Now((), {}, (), ())
    found = weights_lib.find_weights(model)
    there = {id(weight.variable) for weight in found}
    merged = lora.merged_values(keras_models.flatten_layers(model))
    pruned = {id(variable) for variable in self._pruned.values()}
    rest = [weight for weight in found if id(weight.variable) not in pruned]
    is_late = [self._is_late(weight) for weight in rest]
    return Now(
        tuple(name for name, variable in self._pruned.items()
              if id(variable) not in there),
        {name: merged[id(variable)] for name, variable in self._pruned.items()
         if id(variable) in merged},
        tuple(weight for weight, late in zip(rest, is_late) if late),
        tuple(weight for weight, late in zip(rest, is_late) if not late))

  def _is_late(self, weight: weights_lib.KerasWeight) -> bool:
    candidate = weight.candidate
    return (candidate.reason is None
            and id(weight.variable) not in self._left_out
            and self._spec.rule_for(candidate.name, candidate.shape) is not None
            )

  def tell(self, model: Any) -> Tuple[str, ...]:
    """Warns once of each change; returns the names of weights that are gone."""
    now = self.now(model)
    for sentence in now.sentences():
      if sentence not in self._told:
        self._told.add(sentence)
        logging.warning('model_pruning: %s', sentence)
    return now.gone

  def report(self, model: Any, before: report_lib.PruningReport
             ) -> report_lib.PruningReport:
    """The report of `prune`, adapted to the current variables."""
    if model is None:
      return before
    now = self.now(model)
    skipped = [report_lib.SkippedWeight(
        weight.candidate.name, weight.candidate.shape, _LATE)
               for weight in now.late]
    reason_before = {(weight.name, weight.shape): weight.reason
                     for weight in before.skipped}
    for weight in now.others:
      name, shape = weight.candidate.name, weight.candidate.shape
      reason = weight.candidate.reason or reason_before.get((name, shape))
      skipped.append(report_lib.SkippedWeight(
          name, shape, reason or reasons.Reason.of(reasons.SkipKind.TARGET)))
    return dataclasses.replace(
        before,
        pruned=tuple(weight for weight in before.pruned
                     if weight.name not in now.gone),
        skipped=tuple(skipped),
        warnings=(*before.warnings, *now.sentences()))

  def values(self, model: Any) -> Dict[str, np.ndarray]:
    """The current values of the pruned weights that the model still has."""
    now = self.now(model)
    return {name: np.asarray(now.merged[name]) if name in now.merged
            else keras_variables.value_of(variable)
            for name, variable in self._pruned.items()
            if name not in now.gone}
