# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The masks of a Keras model, as `Pruner` and the constraints see them.

What is ranked differs: the entries of a weight (`weight_masks`), or channels
that go with slices of several weights (`channel_masks`).
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
    update: as of `Masks.mask_after_update`.

  Returns:
    int64 scalar, the step of the weight now; a number at which no mask is due
    if this is no update.
  """
  num_new = update.num_new(num_updates.read_value())
  with tf_compat.control_dependencies([num_updates.assign_add(num_new)]):
    step = tf.identity(num_updates)
  if update.is_made is True:
    return step
  return schedule.step_if(num_new > 0, step)


def no_gradient(prune_option: str, weight: Any) -> str:
  """The message where a saliency needs a gradient that nobody recorded."""
  return ('The optimizer must come from `pruner.with_gradients(optimizer)` '
          f'for prune_option={prune_option}. Received: an update of '
          f'{keras_variables.variable_name(weight)!r} by another')


class Masks:
  """Pruned weights, each with a mask; where an index is asked for, of these.

  Attributes:
    report: what is pruned and what not, as it was found at first.
    names: of the pruned weights.
    weights: these Keras variables.
    states: what `num_updates` and other variables of each weight are in.
  """

  def __init__(self, report: report_lib.PruningReport, names: Sequence[str],
               weights: Sequence[Any], states: Sequence[Any]):
    """Takes what every kind of masks has."""
    self.report = report
    self.names, self.weights = list(names), list(weights)
    self.states = list(states)

  def mask_after_update(self, index: int, weight: tf.Tensor,
                        update: optimizer_view.Update,
                        replica: Optional[int]) -> tf.Tensor:
    """The mask of a weight that was updated; masks change if they are due.

    Args:
      index: which weight.
      weight: what the optimizer made of it.
      update: what its optimizer is doing.
      replica: which replica's variables are meant; None: the local ones.

    Returns:
      bool tensor of its shape.

    Raises:
      ValueError: if the saliency needs gradients and nobody recorded them.
    """
    raise NotImplementedError

  def record_gradient(self, index: int, gradient: tf.Tensor) -> None:
    """Adds the gradient of one update to the mean of a weight."""
    raise NotImplementedError

  def rebuild(self, steps: Sequence[int]) -> bool:
    """Reconstructs the state from the weights and their steps.

    Args:
      steps: for each weight, how many updates were made by what updates it.

    Returns:
      Whether weights should have been pruned by now, and are not.
    """
    raise NotImplementedError

  def start(self) -> Dict[str, float]:
    """Gives masks the values with which training starts.

    Returns:
      The shares of zeros of the weights that start sparse, by their names.
    """
    raise NotImplementedError

  def mask_of(self, index: int) -> np.ndarray:
    """The mask of a weight now, a bool array of its shape."""
    raise NotImplementedError

  def last_mask_update_step(self) -> int:
    """The latest step at which a mask has changed; -1 if none has."""
    raise NotImplementedError

  def num_updates(self) -> List[int]:
    """For each weight, the step up to which it has been pruned."""
    return [int(keras_variables.value_of(state.num_updates))
            for state in self.states]

  def budget(self) -> str:
    """The budget and what the masks leave now, a sentence; '' if none is."""
    return ''

  def progress(self, indices: Sequence[int], of_values: bool = False
               ) -> List[end_of_training.Progress]:
    """How far what is ranked has come.

    Args:
      indices: the weights that it is asked of.
      of_values: whether their zeros count, and not those of their masks.
    """
    raise NotImplementedError
