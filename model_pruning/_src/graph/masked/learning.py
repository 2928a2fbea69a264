# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""tf-slim's training loop, with mask updates."""

from __future__ import annotations

from concurrent import futures
from typing import Any, Callable, Optional, Tuple

import tensorflow as tf

from model_pruning._src.graph.masked import slim


def train(train_op: Any, logdir: Optional[str], mask_update_op: Any,
          train_step_fn: Optional[Callable[..., Any]] = None, *args: Any,
          **kwargs: Any) -> Any:
  """Trains with `tf_slim.learning.train`, updating masks after each step.

  Args:
    train_op: what `tf_slim.learning.create_train_op` returned.
    logdir: where checkpoints and summaries go; None: nowhere.
    mask_update_op: what `Pruning.conditional_mask_update_op` returned. It is
      run after each training step.
    train_step_fn: as that of `tf_slim.learning.train`; None is its default.
    *args: for `tf_slim.learning.train`, from `train_step_kwargs` on.
    **kwargs: for `tf_slim.learning.train`.

  Returns:
    What `tf_slim.learning.train` returns, the loss of the last step.

  Raises:
    ImportError: tf-slim is not installed.
    RuntimeError: eager mode is on, and something is to be written.
  """
  learning = slim.tf_slim().learning
  if logdir and _threads_are_eager():
    raise RuntimeError(
        'tf_slim.learning.train writes from threads, and those would run in '
        'eager mode, where the graph is not. Call '
        'tf.compat.v1.disable_eager_execution() when the program starts, or '
        'pass logdir=None, or train in a MonitoredTrainingSession. '
        f'Received: logdir={logdir!r}')
  train_step = train_step_fn or learning.train_step

  def step_and_update(session: tf.compat.v1.Session,
                      *step_args: Any) -> Tuple[Any, bool]:
    result = train_step(session, *step_args)
    session.run(mask_update_op)
    return result

  return learning.train(train_op, logdir, step_and_update, *args, **kwargs)


def _threads_are_eager() -> bool:
  """Whether a new thread, which is in no graph, runs in eager mode."""
  with futures.ThreadPoolExecutor(1) as executor:
    return executor.submit(tf.executing_eagerly).result()
