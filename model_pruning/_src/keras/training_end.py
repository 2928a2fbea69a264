# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Warnings at the end of the training of a pruned Keras model."""

from __future__ import annotations

import atexit
import weakref
from typing import Any, Callable, Dict, Optional, Sequence

import numpy as np
import tensorflow as tf
from absl import logging

from model_pruning._src.compat import keras_variables
from model_pruning._src.core import schedule
from model_pruning._src.keras import masks as masks_lib
from model_pruning._src.keras import optimizer_view
from model_pruning._src.keras import restore_watch
from model_pruning._src.planning import end_of_training
from model_pruning._src.spec import pruning_spec as spec_lib

_LIVING: Any = weakref.WeakSet()
# By the id of each `AtEnd` that has not called its function yet. The dict holds
# no reference to them or to a model.
_READABLE: Dict[int, Sequence[Any]] = {}


class AtEnd:
  """Calls a function once: when this object is deleted or the program ends.

  The function may refer to the object that owns this one, and everything it
  refers to is alive when it is called; a weak reference would be dead by then.
  """

  def __init__(self, function: Callable[[], None], of_variables: Sequence[Any]):
    """Registers a function.

    Args:
      function: the function to call.
      of_variables: the variables that it reads. If they are in a graph, their
        session cannot be used when this object is deleted, and the function is
        not called. If there are none, the current mode counts, since the
        function may read an optimizer that was made in it.
    """
    self._function: Optional[Callable[[], None]] = function
    self._is_eager = (
        all(map(keras_variables.is_eager, of_variables)) if of_variables
        else tf.executing_eagerly())
    # When the program ends, Python empties modules before the last deletions.
    self._readable = _READABLE
    _LIVING.add(self)
    self._readable[id(self)] = [
        keras_variables.what_keeps_the_value(variable)
        for variable in of_variables]

  def now(self) -> None:
    """Calls the function, unless it was called before."""
    function, self._function = self._function, None
    try:
      if function is not None:
        function()
    finally:
      self._readable.pop(id(self), None)

  def __del__(self) -> None:
    # Garbage may be collected at any time, even while a graph is built.
    if not self._is_eager:
      self._readable.pop(id(self), None)
      return
    try:
      with keras_variables.eager_mode():
        self.now()
    except Exception:  # pylint: disable=broad-except
      pass  # Objects are being deleted, perhaps TensorFlow too: say nothing.


@atexit.register
def _at_exit() -> None:
  for living in list(_LIVING):
    living.now()


def warn(spec: spec_lib.PruningSpec, masks: masks_lib.Masks,
         indices: Sequence[int], watch: restore_watch.RestoreWatch,
         optimizer: optimizer_view.OptimizerView) -> None:
  """Warns of weights that were not pruned, or not to their target.

  Runs when the model is deleted, the pruning is stripped, or the program ends.

  Args:
    spec: the specification.
    masks: the masks of the model.
    indices: the indices, in `masks`, of pruned weights that it still has.
    watch: knows the steps at which the pruning started.
    optimizer: the optimizer that updated the model.
  """
  try:
    steps = masks.num_updates()
    num_updates = {masks.names[i]: steps[i] - watch.steps[i] for i in indices}
    is_updated = masks.last_mask_update_step() != schedule.NEVER
    progress = masks.progress(indices)
    is_changed = watch.changed()
    come_back = {masks.names[i]: _num_come_back(masks, i)
                 for i in indices if num_updates[masks.names[i]] > 0}
  except (AttributeError, RuntimeError, TypeError, ValueError,
          tf.errors.OpError):
    # The variables are in a graph: its session is closed, or Keras has another
    # one by now, or the program is in eager mode.
    return
  try:
    num_unseen = optimizer.num_updates(
        [masks.weights[i] for i in indices]) - watch.step
  except (AttributeError, RuntimeError, TypeError, ValueError,
          tf.errors.OpError):
    num_unseen = 0  # The optimizer may have been deleted before.
  most = max(num_updates.values(), default=0)
  if most <= 0:
    if indices and num_unseen > 0:
      logging.warning(
          'model_pruning: training ended after %d updates and NOTHING WAS '
          'PRUNED: %s did not update the weights %s, or does not apply the '
          'constraints of weights.', num_unseen,
          type(optimizer.optimizer).__name__,
          end_of_training.names(list(num_updates)))
    elif any(is_changed) and end_of_training.shortfall(
        '', 0, masks.progress(indices, of_values=True)):
      logging.warning(
          'model_pruning: these weights have changed since `prune`, and no '
          'update of them was seen. If they were trained, NOTHING WAS PRUNED: '
          'what trains them was traced before `prune`, or does not apply the '
          'constraints of weights: %s.', end_of_training.names(
              [masks.names[i] for i in indices if is_changed[i]]))
    return
  if spec.follows_schedule:
    if not is_updated and not any(weight.num_pruned for weight in progress):
      logging.warning(
          'model_pruning: training ended after %d updates and NOTHING WAS '
          'PRUNED: no mask update of %r was due.', most, str(spec))
    else:
      sentence = end_of_training.shortfall(
          str(spec), watch.step + most, progress, 'the sparsity'
          if spec.budget is None else
          f'the share of {spec.budget.unit} that is gone')
      if sentence:
        logging.warning('model_pruning: %s', sentence)
  come_back = {name: number for name, number in come_back.items() if number}
  if come_back:
    logging.warning(
        'model_pruning: since their last update, something that applies no '
        'constraints has changed these weights: %d entries that are pruned '
        'are not zero. They were assigned, as by `load_weights` or '
        '`restore_best_weights`, or updated by what was traced before '
        '`prune`: %s.', sum(come_back.values()),
        end_of_training.names(list(come_back)))
  idle = [name for name, number in num_updates.items() if number == 0]
  if idle:
    logging.warning(
        'model_pruning: training ended after %d updates, and no optimizer '
        'ever updated these weights, so they are NOT PRUNED: %s.',
        most, end_of_training.names(idle))


def _num_come_back(masks: masks_lib.Masks, index: int) -> int:
  """The number of entries that the mask prunes and that are nonzero."""
  value = keras_variables.value_of(masks.weights[index])
  return int(np.count_nonzero(value[~masks.mask_of(index)]))
