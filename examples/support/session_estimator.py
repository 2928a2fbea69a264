# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the examples use of Estimator, for TensorFlow that has none.

`Estimator.train` is what a training loop on `MonitoredTrainingSession` looks
like: pruning needs its hook in `hooks`, and nothing else.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, NamedTuple, Optional, Sequence

import tensorflow as tf

v1 = tf.compat.v1


class EstimatorSpec(NamedTuple):
  """What a `model_fn` returns."""

  mode: str
  loss: Any
  train_op: Any
  eval_metric_ops: Dict[str, Any]


class RunConfig(NamedTuple):
  """What is said of a training besides its model."""

  tf_random_seed: int
  save_checkpoints_steps: int
  keep_checkpoint_max: int


class Estimator:
  """Trains and evaluates the graph that a `model_fn` builds."""

  def __init__(self, model_fn: Callable[..., Any], model_dir: str,
               config: RunConfig):
    self._model_fn = model_fn
    self.model_dir = model_dir
    self._config = config

  def train(self, input_fn: Callable[[], Any],
            hooks: Sequence[tf.compat.v1.train.SessionRunHook],
            max_steps: int) -> None:
    """Trains up to step `max_steps`, from the last checkpoint if any."""
    with tf.Graph().as_default():
      v1.set_random_seed(self._config.tf_random_seed)
      v1.train.get_or_create_global_step()
      spec = self._build(input_fn, 'train')
      # Deferred: hooks add variables, which are to be saved too.
      saver = v1.train.Saver(max_to_keep=self._config.keep_checkpoint_max,
                             defer_build=True)
      with v1.train.MonitoredTrainingSession(
          checkpoint_dir=self.model_dir,
          scaffold=v1.train.Scaffold(saver=saver),
          hooks=[v1.train.StopAtStepHook(last_step=max_steps), *hooks],
          save_checkpoint_steps=self._config.save_checkpoints_steps,
          save_summaries_steps=None, save_summaries_secs=None,
          log_step_count_steps=None) as session:
        while not session.should_stop():
          session.run(spec.train_op)

  def evaluate(self, input_fn: Callable[[], Any],
               checkpoint_path: Optional[str] = None) -> Dict[str, float]:
    """Returns the metrics of a checkpoint, the last one by default."""
    with tf.Graph().as_default(), v1.Session() as session:
      metrics = self._build(input_fn, 'eval').eval_metric_ops
      v1.train.Saver().restore(
          session, checkpoint_path or tf.train.latest_checkpoint(
              self.model_dir))
      session.run(v1.local_variables_initializer())
      try:
        while True:
          session.run([update for _, update in metrics.values()])
      except tf.errors.OutOfRangeError:
        return session.run({name: value
                            for name, (value, _) in metrics.items()})

  def _build(self, input_fn: Callable[[], Any], mode: str) -> Any:
    iterator = v1.data.make_one_shot_iterator(input_fn())
    features, labels = iterator.get_next()
    return self._model_fn(features, labels, mode)
