# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A training in a graph that `kills.py` runs, kills and runs again.

    python -m tools.torture.graph_task KIND MODE DIRECTORY --keep COUNT

Goes on from the last checkpoint in DIRECTORY. Prints `started` before it does.
"""

from __future__ import annotations

import os
from typing import Any, Dict, List, Tuple

import numpy as np
import tensorflow as tf

import model_pruning
from tests.support import estimator_shim
from tests.support import exact_runs
from tools.torture import killed_net

v1 = tf.compat.v1

LAST_STEP = killed_net.NUM_EPOCHS * killed_net.STEPS_PER_EPOCH
_SAVE_STEPS = 7


def checkpoints(directory: str) -> List[Tuple[int, str]]:
  """Returns the steps and paths of the complete checkpoints, in order."""
  state = tf.train.get_checkpoint_state(directory)
  return [(int(path.rpartition('-')[2]), path)
          for path in (state.all_model_checkpoint_paths if state else ())]


def read(path: str) -> Dict[str, np.ndarray]:
  """Returns the numbers in a checkpoint by their names."""
  return {name: value for name, value in exact_runs.contents(path).items()
          if isinstance(value, (np.ndarray, np.generic))}


def build(mode: str) -> Tuple[Any, Any]:
  """Returns the loss and the train op of the net, whose step picks a batch."""
  step = v1.train.get_or_create_global_step()
  inputs, labels = (tf.gather(
    values, v1.mod(tf.cast(step, tf.int32), killed_net.STEPS_PER_EPOCH))
                    for values in killed_net.batches())
  one, two, three, last = (
    tf.convert_to_tensor(v1.get_variable(name + '/kernel', initializer=value))
    for name, value in killed_net.weights(mode).items())
  hidden = inputs @ one
  hidden = tf.nn.relu((hidden + hidden @ two) @ three)
  loss = tf.reduce_mean(tf.square(hidden @ last - labels))
  return loss, v1.train.AdamOptimizer(0.01).minimize(loss, step)


def estimator(mode: str, directory: str, keep: int) -> None:
  """Trains an Estimator with the hook."""
  library = estimator_shim.v1_api()

  def model_fn(features: Any, labels: Any, mode: str) -> Any:
    del features, labels
    loss, train_op = build(spec_mode)
    return library.EstimatorSpec(mode, loss=loss, train_op=train_op)

  spec_mode = mode
  library.Estimator(model_fn, directory, library.RunConfig(
    save_checkpoints_steps=_SAVE_STEPS, keep_checkpoint_max=keep,
    save_summary_steps=None, log_step_count_steps=None)).train(
      lambda: tf.data.Dataset.from_tensors(([0.0], [0.0])).repeat(),
      [model_pruning.PruningHook(killed_net.SPECS[mode])],
      max_steps=LAST_STEP)


def session(mode: str, directory: str, keep: int) -> None:
  """Trains in a `MonitoredTrainingSession` whose Saver knows no masks."""
  _, train_op = build(mode)
  with v1.train.MonitoredTrainingSession(
      checkpoint_dir=directory, save_checkpoint_steps=_SAVE_STEPS,
      save_checkpoint_secs=None, save_summaries_steps=None,
      save_summaries_secs=None, log_step_count_steps=None,
      scaffold=v1.train.Scaffold(saver=v1.train.Saver(max_to_keep=keep)),
      hooks=[model_pruning.PruningHook(killed_net.SPECS[mode]),
             v1.train.StopAtStepHook(last_step=LAST_STEP)]) as training:
    while not training.should_stop():
      training.run(train_op)


def loop(mode: str, directory: str, keep: int) -> None:
  """Trains in a loop of its own."""
  _, train_op = build(mode)
  train_op = model_pruning.prune_train_op(train_op, killed_net.SPECS[mode])
  step = v1.train.get_global_step()
  saver = v1.train.Saver(max_to_keep=keep)
  with v1.Session() as training:
    training.run(v1.global_variables_initializer())
    found = tf.train.get_checkpoint_state(directory)
    if found:
      saver.restore(training, found.model_checkpoint_path)
      saver.recover_last_checkpoints(found.all_model_checkpoint_paths)
    for i in range(training.run(step) + 1, LAST_STEP + 1):
      training.run(train_op)
      if i % _SAVE_STEPS == 0 or i == LAST_STEP:
        saver.save(training, os.path.join(directory, 'model'), i,
                   write_meta_graph=False)


KINDS = {'estimator': estimator, 'session': session, 'graph_loop': loop}


def main() -> None:
  """Runs the training that the command line names."""
  args = killed_net.arguments(__doc__.splitlines()[0], KINDS)
  v1.disable_eager_execution()
  v1.logging.set_verbosity(v1.logging.ERROR)
  print('started', flush=True)
  with tf.Graph().as_default():
    KINDS[args.kind](args.mode, args.directory, args.keep)


if __name__ == '__main__':
  main()
