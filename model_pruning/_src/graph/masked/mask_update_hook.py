# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Mask updates from hooks, where they cannot be a part of the train op."""

from __future__ import annotations

from typing import Any, Optional, Sequence

import tensorflow as tf
from absl import logging

from model_pruning._src.graph.masked import pruning


class ModelPruningListener(tf.compat.v1.train.CheckpointSaverListener):
  """Updates masks, if they are due, each time its hook calls it.

  It works in `ModelPruningHook` and, as any listener, where checkpoints are
  saved: then the checkpoint has the new masks.
  """

  def __init__(self, pruning_obj: Any):
    """Creates a listener.

    Args:
      pruning_obj: a `Pruning`, or an object with a method
        `run_update_step(session, step)`.
    """
    self.pruning_obj = pruning_obj
    self._update_op: Any = None

  def begin(self) -> None:
    """Builds the update, before the graph is finalized."""
    if isinstance(self.pruning_obj, pruning.Pruning):
      self._update_op = self.pruning_obj.conditional_mask_update_op()

  def before_save(self, session: tf.compat.v1.Session,
                  global_step_value: int) -> None:
    """Updates the masks if they are due."""
    if self._update_op is None:
      self.pruning_obj.run_update_step(session, global_step_value)
    else:
      session.run(self._update_op)


class ModelPruningHook(tf.compat.v1.train.SessionRunHook):
  """Calls listeners every so many steps, at the start and at the end."""

  def __init__(self, every_steps: Optional[int] = None,
               listeners: Optional[Sequence[Any]] = None):
    """Creates a hook.

    Args:
      every_steps: the number of steps from one call to the next, >= 1.
      listeners: `ModelPruningListener`s, or other listeners of savers.

    Raises:
      ValueError: `every_steps` is not given or less than 1.
    """
    if every_steps is None or every_steps < 1:
      raise ValueError('Argument `every_steps` must be >= 1. '
                       f'Received: every_steps={every_steps!r}')
    self._listeners = list(listeners or ())
    self._timer = tf.compat.v1.train.SecondOrStepTimer(
        every_steps=every_steps)
    self._global_step: Any = None

  def begin(self) -> None:
    """Lets the listeners add to the graph."""
    if not self._listeners:
      logging.warning('model_pruning: a ModelPruningHook without listeners '
                      'prunes nothing.')
    self._global_step = tf.compat.v1.train.get_or_create_global_step()
    for listener in self._listeners:
      listener.begin()

  def after_create_session(self, session: tf.compat.v1.Session,
                           coord: Any) -> None:
    """Calls the listeners for the first time."""
    del coord
    step = session.run(self._global_step)
    self._call(session, step)
    self._timer.update_last_triggered_step(step)

  def before_run(
      self, run_context: tf.compat.v1.train.SessionRunContext
  ) -> tf.compat.v1.train.SessionRunArgs:
    """Asks for the global step."""
    del run_context
    return tf.compat.v1.train.SessionRunArgs(self._global_step)

  def after_run(self, run_context: tf.compat.v1.train.SessionRunContext,
                run_values: tf.compat.v1.train.SessionRunValues) -> None:
    """Calls the listeners if it is time."""
    # The step that came with the run may be that before it.
    if not self._timer.should_trigger_for_step(run_values.results + 1):
      return
    step = run_context.session.run(self._global_step)
    if not self._timer.should_trigger_for_step(step):
      return
    self._timer.update_last_triggered_step(step)
    if self._call(run_context.session, step):
      run_context.request_stop()

  def end(self, session: tf.compat.v1.Session) -> None:
    """Calls the listeners a last time, unless that was just done."""
    step = session.run(self._global_step)
    if step != self._timer.last_triggered_step():
      self._call(session, step)
    for listener in self._listeners:
      listener.end(session, step)

  def _call(self, session: tf.compat.v1.Session, step: int) -> bool:
    """Calls all listeners; whether one of them wants training to stop."""
    for listener in self._listeners:
      listener.before_save(session, step)
    stops = [listener.after_save(session, step)
             for listener in self._listeners]
    return any(stops)
