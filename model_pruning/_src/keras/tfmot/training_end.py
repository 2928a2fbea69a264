# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Warnings at the end of the training of wrapped layers.

Wrappers of one model share a spec or a schedule object. One warning covers all
of them, when the first of them is deleted or the program ends.
"""

from __future__ import annotations

import weakref
from typing import Any, List, Tuple

from absl import logging

from model_pruning._src.compat import keras_variables
from model_pruning._src.keras.tfmot import layer_constraint
from model_pruning._src.planning import end_of_training

# Groups by the `id` of the shared object, which they keep alive.
_GROUPS: Any = weakref.WeakValueDictionary()


class Group:
  """Weights of wrappers whose training ends together.

  Attributes:
    weights: a constraint and the target sparsity for each.
    text: the spec or the schedule, for the sentence.
  """

  def __init__(self, shared: Any, text: str):
    """Creates a group without weights, of wrappers that share an object."""
    self._shared = shared
    self.weights: List[Tuple[layer_constraint.LayerConstraint, float]] = []
    self.text = text

  def warn(self) -> None:
    """Warns once if trained weights have not reached their target."""
    trained = [(constraint, target) for constraint, target in self.weights
               if constraint.was_called]
    self.weights = []
    if not trained:
      return
    try:
      progress = [end_of_training.Progress.of(
          keras_variables.value_of(constraint.pruned.mask), target)
                  for constraint, target in trained]
      step = max(int(keras_variables.value_of(constraint.pruned.step))
                 for constraint, _ in trained)
    except (AttributeError, RuntimeError, TypeError, ValueError):
      return  # Of a graph: its session is closed.
    sentence = end_of_training.shortfall(self.text, step, progress)
    if sentence:
      logging.warning('model_pruning: %s', sentence)


def watch(
    wrapper: Any, shared: Any, text: str,
    weights: List[Tuple[layer_constraint.LayerConstraint, float]]) -> None:
  """Makes the deletion of a wrapper warn of its weights.

  Args:
    wrapper: the wrapper.
    shared: the schedule or spec that it shares with others.
    text: of the schedule or spec.
    weights: a constraint and the target sparsity for each pruned weight.
  """
  group = _GROUPS.get(id(shared))
  if group is None or not group.weights:
    group = _GROUPS[id(shared)] = Group(shared, text)
  group.weights += weights
  weakref.finalize(wrapper, group.warn)
