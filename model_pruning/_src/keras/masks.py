# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The masks of a Keras model, as `Pruner` and the constraints see them.

Subclasses differ in what they rank: the entries of weights (`weight_masks`), or
channels that span several weights (`channel_masks`).
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import keras_variables
from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.core import schedule
from model_pruning._src.keras import optimizer_view
from model_pruning._src.planning import end_of_training
from model_pruning._src.planning import report as report_lib


def counted_step(num_updates: tf.Variable,
                 update: optimizer_view.Update) -> tf.Tensor:
  """Counts an update of a weight.

  Args:
    num_updates: int64 scalar, the step of the weight.
    update: as in `Masks.mask_after_update`.

  Returns:
    int64 scalar, the new step of the weight; a step at which no mask is due if
    the optimizer makes no update.
  """
  num_new = update.num_new(num_updates.read_value())
  with tf_compat.control_dependencies([num_updates.assign_add(num_new)]):
    step = tf.identity(num_updates)
  if update.is_made is True:
    return step
  return schedule.step_if(num_new > 0, step)


def no_gradient(prune_option: str, weight: Any) -> str:
  """The error message for a saliency whose gradient was not recorded."""
  return ('The optimizer must come from `pruner.with_gradients(optimizer)` '
          f'for prune_option={prune_option}. Received: an update of '
          f'{keras_variables.variable_name(weight)!r} by another')


class Masks:
  """The pruned weights of a model and their masks, one per weight.

  Attributes:
    report: what is pruned and what is not, at the time of the call of `prune`.
    names: the names of the pruned weights. An argument `index` refers to them.
    weights: the Keras variables of these.
    states: for each weight, an object with `num_updates` and other variables.
  """

  def __init__(self, report: report_lib.PruningReport, names: Sequence[str],
               weights: Sequence[Any], states: Sequence[Any]):
    """Sets the attributes."""
    self.report = report
    self.names, self.weights = list(names), list(weights)
    self.states = list(states)

  def mask_after_update(self, index: int, weight: tf.Tensor,
                        update: optimizer_view.Update,
                        replica: Optional[int]) -> tf.Tensor:
    """Updates the masks if they are due; returns the mask of one weight.

    Args:
      index: the index of the weight.
      weight: the value of the weight after the update of the optimizer.
      update: the update that the optimizer is making.
      replica: the replica whose variables are used; None: the local ones.

    Returns:
      bool tensor of the weight's shape.

    Raises:
      ValueError: if the saliency needs gradients and none were recorded.
    """
    raise NotImplementedError

  def record_gradient(self, index: int, gradient: tf.Tensor) -> None:
    """Adds the gradient of one update to the mean of a weight."""
    raise NotImplementedError

  def rebuild(self, steps: Sequence[int]) -> bool:
    """Reconstructs the state from the weights and their steps.

    Args:
      steps: for each weight, the number of updates that its optimizer made.

    Returns:
      Whether the schedule has pruned entries by now, and the weights have not.
    """
    raise NotImplementedError

  def start(self) -> Dict[str, float]:
    """Sets the masks with which training starts.

    Returns:
      The shares of zeros of the weights that start sparse, by their names.
    """
    raise NotImplementedError

  def mask_of(self, index: int) -> np.ndarray:
    """The current mask of a weight, a bool array of its shape."""
    raise NotImplementedError

  def last_mask_update_step(self) -> int:
    """The latest step at which a mask changed; -1 if none has."""
    raise NotImplementedError

  def num_updates(self) -> List[int]:
    """For each weight, the step up to which it has been pruned."""
    return [int(keras_variables.value_of(state.num_updates))
            for state in self.states]

  def budget(self) -> str:
    """A sentence with the budget and the current cost; '' without a budget."""
    return ''

  def progress(self, indices: Sequence[int], of_values: bool = False
               ) -> List[end_of_training.Progress]:
    """How far each ranking is on its way to its target.

    Args:
      indices: the indices of the weights to report on.
      of_values: if true, the zeros of the weights are counted; by default, the
        pruned entries of their masks.
    """
    raise NotImplementedError
