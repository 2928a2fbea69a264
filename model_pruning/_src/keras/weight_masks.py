# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Masks of weights that are ranked by themselves or in groups of weights."""

from __future__ import annotations

from typing import Dict, List, Optional, Sequence

import numpy as np
import tensorflow as tf

from model_pruning._src.axes import saliencies
from model_pruning._src.compat import keras_variables
from model_pruning._src.core import schedule
from model_pruning._src.keras import masks
from model_pruning._src.keras import optimizer_view
from model_pruning._src.keras import ranking
from model_pruning._src.keras import state_variables
from model_pruning._src.keras.models import weights as weights_lib
from model_pruning._src.planning import end_of_training
from model_pruning._src.planning import plan
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule


class WeightMasks(masks.Masks):
  """Masks whose entries, blocks or groups of entries are ranked.

  Attributes:
    states: one `WeightState` per weight.
  """

  def __init__(self, spec: spec_lib.PruningSpec,
               found: Sequence[weights_lib.KerasWeight],
               num_steps: Optional[int]):
    """Creates the variables of the weights that a spec prunes.

    Args:
      spec: the specification, with its steps resolved to numbers.
      found: the weights of the model.
      num_steps: the number of optimizer updates of the training; None if
        unknown.
    """
    rules, report = plan.make_plan(
        spec, [weight.candidate for weight in found], num_steps)
    chosen = [(weight, rule) for weight, rule in zip(found, rules)
              if rule is not None]
    names = [weight.candidate.name for weight, _ in chosen]
    weights = [weight.variable for weight, _ in chosen]
    self._rules = [rule for _, rule in chosen]
    _check_mode(spec, names, self._rules)
    states = state_variables.create(spec, self._rules, weights)
    super().__init__(report, names, weights, states)
    self._places = ranking.rankings_of(spec, self._rules, weights, states)

  def mask_after_update(self, index: int, weight: tf.Tensor,
                        update: optimizer_view.Update,
                        replica: Optional[int]) -> tf.Tensor:
    """See `Masks`."""
    place, inside = self._places[index]
    return place.mask_after_update(inside, weight, update, replica)

  def record_gradient(self, index: int, gradient: tf.Tensor) -> None:
    """See `Masks`."""
    place, inside = self._places[index]
    place.record_gradient(inside, gradient)

  def rebuild(self, steps: Sequence[int]) -> bool:
    """See `Masks`."""
    by_weight = {id(weight): step for weight, step in zip(self.weights, steps)}
    return state_variables.rebuild(
        [place for place, _ in self._places],
        lambda weight: by_weight[id(weight)])

  def start(self) -> Dict[str, float]:
    """See `Masks`."""
    shares = {name: state_variables.start(*place)
              for name, place in zip(self.names, self._places)}
    return {name: share for name, share in shares.items() if share}

  def mask_of(self, index: int) -> np.ndarray:
    """See `Masks`."""
    return keras_variables.value_of(self.states[index].mask)

  def last_mask_update_step(self) -> int:
    """See `Masks`."""
    return max((int(keras_variables.value_of(state.last_mask_update_step))
                for state in self.states), default=schedule.NEVER)

  def progress(self, indices: Sequence[int], of_values: bool = False
               ) -> List[end_of_training.Progress]:
    """See `Masks`. There is one item per weight."""
    return [end_of_training.Progress.of(
        keras_variables.value_of(self.weights[i]) if of_values
        else self.mask_of(i), self._rules[i].target_sparsity)
            for i in indices]


def _check_mode(spec: spec_lib.PruningSpec, names: Sequence[str],
                rules: Sequence[weight_rule.WeightRule]) -> None:
  """Raises for rankings that a session cannot do: its updates are unordered."""
  if tf.executing_eagerly():
    return
  if saliencies.AXIS.entry(spec.prune_option).uses_gradient:
    raise ValueError(
        'Argument `spec` must have prune_option=weight for a Keras model in '
        'graph mode. With v1 graphs, use `PruningHook` or `prune_train_op`. '
        f'Received: prune_option={spec.prune_option}')
  for name, rule in zip(names, rules):
    if rule.group is not None:
      raise ValueError(
          'Argument `spec` must not let weights of a Keras model share a '
          'threshold in graph mode. With v1 graphs, use `PruningHook` or '
          f'`prune_train_op`. Received: weight {name!r} in '
          f'group {rule.group!r}')
