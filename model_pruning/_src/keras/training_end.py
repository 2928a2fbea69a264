# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What is said when the training of a pruned Keras model is over."""

from __future__ import annotations

from typing import Dict, Sequence

import tensorflow as tf
from absl import logging

from model_pruning._src.compat import keras_variables
from model_pruning._src.core import schedule
from model_pruning._src.keras import optimizer_view
from model_pruning._src.keras import ranking
from model_pruning._src.keras import restore_watch
from model_pruning._src.planning import end_of_training
from model_pruning._src.spec import pruning_spec as spec_lib


def warn(spec: spec_lib.PruningSpec,
         states_by_name: Dict[str, ranking.WeightState],
         targets: Sequence[float], watch: restore_watch.RestoreWatch,
         optimizer: optimizer_view.OptimizerView) -> None:
  """Warns of what was not pruned, or not as far as it was to be.

  Runs when the model is deleted, the pruning is stripped, or the program ends.

  Args:
    spec: the specification.
    states_by_name: the state of each pruned weight.
    targets: their target sparsities.
    watch: knows the step at which the pruning started.
    optimizer: what updated the model.
  """
  try:
    num_updates = {
        name: int(keras_variables.value_of(state.num_updates)) - watch.step
        for name, state in states_by_name.items()}
    is_updated = any(
        keras_variables.value_of(state.last_mask_update_step)
        != schedule.NEVER for state in states_by_name.values())
    progress = [
        end_of_training.Progress.of(
            keras_variables.value_of(state.mask), target)
        for state, target in zip(states_by_name.values(), targets)]
    num_unseen = optimizer.num_updates() - watch.step
  except (AttributeError, RuntimeError, TypeError, ValueError,
          tf.errors.OpError):
    # Of a graph: its session is closed, or Keras has another by now, or the
    # program is eager elsewhere.
    return
  most = max(num_updates.values(), default=0)
  if most <= 0:
    if states_by_name and num_unseen > 0:
      logging.warning(
          'model_pruning: training ended after %d updates and NOTHING WAS '
          'PRUNED: %s did not update the weights %s, or does not apply the '
          'constraints of weights.', num_unseen,
          type(optimizer.optimizer).__name__,
          end_of_training.names(list(states_by_name)))
    return
  if spec.follows_schedule:
    if not is_updated and not any(weight.num_pruned for weight in progress):
      logging.warning(
          'model_pruning: training ended after %d updates and NOTHING WAS '
          'PRUNED: no mask update of %r was due.', most, str(spec))
    else:
      sentence = end_of_training.shortfall(
          str(spec), watch.step + most, progress)
      if sentence:
        logging.warning('model_pruning: %s', sentence)
  idle = [name for name, number in num_updates.items() if number == 0]
  if idle:
    logging.warning(
        'model_pruning: training ended after %d updates, and no optimizer '
        'ever updated these weights, so they are NOT PRUNED: %s.',
        most, end_of_training.names(idle))
