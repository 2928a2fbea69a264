# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`PruningHook`: prunes the weights that a session trains."""

from __future__ import annotations

from typing import Any, Dict, Optional, Union

import numpy as np
import tensorflow as tf
from absl import logging

from model_pruning._src.core import schedule
from model_pruning._src.graph.training import attach
from model_pruning._src.graph.training import saved_values
from model_pruning._src.graph.training import session_values
from model_pruning._src.planning import end_of_training
from model_pruning._src.planning import report as report_lib
from model_pruning._src.planning import sparse_start
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import training_length


class PruningHook(tf.compat.v1.train.SessionRunHook):
  """Prunes the weights of a graph while a session trains them.

  One line prunes an Estimator; `model_fn` stays as it is:

      estimator.train(input_fn, hooks=[
          model_pruning.PruningHook('target_sparsity=0.9')])

  After each optimizer update, in the same `session.run`, pruned entries are
  exactly 0.0 in the variables themselves. So every checkpoint is sparse, and
  so is what is evaluated, predicted with and exported from it; none of that
  needs this library. The masks are saved in the checkpoint too, and training
  that is resumed goes on with them.

  Use it with `Estimator.train`, `train_and_evaluate` (in `TrainSpec.hooks`),
  `MonitoredTrainingSession` and `MonitoredSession`.

  After the session was created, `report` says what is pruned. `masks`, `step`
  and `sparsity` are read from the session while it trains; after its end they
  keep their last values. Before the first session they are empty and 0.
  """

  def __init__(self, spec: Union[spec_lib.PruningSpec, str, Any], *,
               num_steps: Optional[int] = None,
               steps_per_epoch: Optional[int] = None):
    """Creates a hook.

    Args:
      spec: a `PruningSpec`, or its string.
      num_steps: how many optimizer updates training will make in all. A spec
        that names no step gets a schedule for this length, and shares of it
        (`70%`) become steps. Default: not known.
      steps_per_epoch: how many of them an epoch has, for steps in epochs
        (`5ep`). Default: not known.

    Raises:
      ValueError: if `spec` is not valid.
    """
    self._length = training_length.Length(num_steps, steps_per_epoch)
    self._spec = spec_lib.PruningSpec.of(spec).resolve(
        **self._length._asdict())
    self._attachment: Any = None  # An `attach.Attachment` from `begin` on.
    self._session: Optional[tf.compat.v1.Session] = None  # While it trains.
    self._at_end = session_values.SessionValues()

  @property
  def report(self) -> Optional[report_lib.PruningReport]:
    """What is pruned and what is not; None before `begin`."""
    return self._attachment.report if self._attachment else None

  @property
  def masks(self) -> Dict[str, np.ndarray]:
    """The masks by the names of their weights, as bool arrays."""
    return self._values().masks

  @property
  def step(self) -> int:
    """The global step of the schedule; 0 before the first session."""
    return self._values(with_weights=False).step

  @property
  def sparsity(self) -> Dict[str, float]:
    """The share of zeros in each pruned weight, by its name."""
    return self._values().sparsity

  def __repr__(self) -> str:
    return report_lib.describe(
        type(self).__name__, self._spec, self.report, self.step)

  def _values(self, with_weights: bool = True) -> session_values.SessionValues:
    if self._session is None:
      return self._at_end
    try:
      return session_values.read(
          self._attachment.states, self._session, with_weights)
    except RuntimeError:  # An error closed the session without `end`.
      return self._at_end

  def begin(self) -> None:
    """Attaches to the default graph.

    Raises:
      ValueError: if the graph does not train, has no global step, or a
        pattern of the spec matches none of its weights.
    """
    graph = tf.compat.v1.get_default_graph()
    self._attachment = attach.attach(graph, self._spec, self._length)
    self._attachment.report.log()
    for state in self._attachment.states:
      state.build()

  def after_create_session(self, session: tf.compat.v1.Session,
                           coord: Any) -> None:
    """Rebuilds pruning state that has no value in the new session.

    The zeros of weights that start sparse become masks. The log and the report
    name these weights. A warning names the operations of savers that write
    weights as they are.
    """
    del coord
    if self._session is None:  # Not for a session that is made after an error.
      self._warn_of_savers(session.graph)
    self._session = session
    shares: Dict[str, float] = {}
    for state in self._attachment.states:
      state.rebuild_uninitialized(session)
      shares.update(state.start_from_zeros(session))
    if not self._attachment.states or session.run(
        self._attachment.states[0].global_step.fetches())[0] > 0:
      return  # Training resumes with the masks that it has.
    sentence = sparse_start.sentence(self._spec, shares)
    if sentence:
      self._attachment.report = self._attachment.report.with_warning(sentence)
      logging.warning('model_pruning: %s', sentence)

  def _warn_of_savers(self, graph: tf.Graph) -> None:
    names = saved_values.saved_as_they_are(graph, self._attachment.states)
    if names:
      logging.warning(
          'model_pruning: savers that were made after PruningHook.begin, and '
          'list weights without masks, write what the weights hold, by the '
          'operations %s. What they write between two runs is sparse; what '
          'another thread or worker writes meanwhile may not be. Make these '
          'savers before, or pass the hooks that make them before PruningHook.',
          names)

  def before_run(
      self, run_context: tf.compat.v1.train.SessionRunContext
  ) -> Optional[tf.compat.v1.train.SessionRunArgs]:
    """Adds the projections of the weights that a run updates.

    Raises:
      ValueError: if the run updates weights and is only a part of a train op.
    """
    project_ops = self._attachment.project_ops_for(
        run_context.original_args.fetches)
    if not project_ops:
      return None
    return tf.compat.v1.train.SessionRunArgs(project_ops)

  def end(self, session: tf.compat.v1.Session) -> None:
    """Warns if training ended without a mask update or before the target."""
    self._session = None
    self._at_end = session_values.read(self._attachment.states, session)
    if not self._attachment.last_mask_update_steps:
      logging.warning(
          'model_pruning: training ended and NOTHING WAS PRUNED, because %r '
          'prunes no weight of the graph.', str(self._spec))
      return
    last_steps, step = session.run([
        self._attachment.last_mask_update_steps,
        tf.compat.v1.train.get_global_step(session.graph)])
    progress = [weight for state in self._attachment.states
                for weight in state.progress(session)]
    if not self._spec.follows_schedule:
      return  # What it holds was said when training started.
    if max(last_steps) == schedule.NEVER and not any(
        weight.num_pruned for weight in progress):
      logging.warning(
          'model_pruning: training ended at step %d and NOTHING WAS PRUNED. '
          'The first mask update of %r is due at step %d, if a run updates '
          'weights then and the global step moves.',
          step, str(self._spec), max(self._spec.begin_pruning_step, 1))
      return
    sentence = end_of_training.shortfall(str(self._spec), step, progress)
    if sentence:
      logging.warning('model_pruning: %s', sentence)
