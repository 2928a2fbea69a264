# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""One process of a parameter-server cluster, for `cluster_test.py`.

    TF_CONFIG='{"cluster": {...}, "task": {...}}' \\
      python -m tests.support.clusters.cluster_task estimator|session DIRECTORY

Trains a small net with the hook up to `LAST_STEP`. A process that trained
prints JSON as its last line: how many steps it made, and a hash of the masks
as it sees them.

Files in DIRECTORY keep the processes together: nobody trains before all have
joined, and with --hold=all nobody passes `HOLD_STEP` before there is a file
`go`, with --hold=others nobody but the last worker.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pathlib
import time
from typing import Any, Dict, List

import numpy as np
import tensorflow as tf

import model_pruning
from tests.support import estimator_shim

v1 = tf.compat.v1

LAST_STEP = 240
HOLD_STEP = 60
# Masks do not change after step 100.
MASKS_STEP = 100
SAVE_STEPS = 20
SPEC = (f'target_sparsity=0.9,sparsity_function_end_step={MASKS_STEP}'
        f',end_pruning_step={MASKS_STEP},pruning_frequency=5')
SHAPES = {'hidden/kernel': (64, 128), 'output/kernel': (128, 10)}


def file_name(task: Dict[str, Any], what: str) -> str:
  """The name of a file by which a task says something."""
  return f'{what}-{task["type"]}-{task["index"]}'


class StepHook(v1.train.SessionRunHook):
  """Counts the steps of this process, waits for others, prints at the end."""

  def __init__(self, directory: pathlib.Path, config: Dict[str, Any],
               hold: str, pace: float):
    self._directory = directory
    self._task = config['task']
    self._trains: List[str] = [
        file_name({'type': job, 'index': i}, 'joined')
        for job in ('chief', 'worker')
        for i in range(len(config['cluster'][job]))]
    is_last = file_name(self._task, 'joined') == self._trains[-1]
    self._hold = hold == 'all' or hold == 'others' and not is_last
    self._pace = pace
    self._steps = 0

  def after_create_session(self, session: Any, coord: Any) -> None:
    """Waits for those who train."""
    del session, coord
    self._say('joined')
    self._wait_for(self._trains)

  def before_run(self, run_context: Any) -> Any:
    """Keeps a pace at which all take turns."""
    time.sleep(self._pace)
    return v1.train.SessionRunArgs(
        v1.train.get_global_step(run_context.session.graph))

  def after_run(self, run_context: Any, run_values: Any) -> None:
    """Waits at the step where all hold, if they do."""
    self._steps += 1
    if self._hold and run_values.results >= HOLD_STEP:
      self._say('held')
      self._wait_for(['go'])

  def end(self, session: Any) -> None:
    """Prints what this process sees."""
    masks = session.run([variable for variable in v1.global_variables()
                         if '/mask' in variable.op.name])
    digest = hashlib.sha256(b''.join(np.packbits(mask) for mask in masks))
    print(json.dumps({
        'task': file_name(self._task, 'task'), 'steps': self._steps,
        'num_masks': len(masks), 'masks': digest.hexdigest()}), flush=True)

  def _say(self, what: str) -> None:
    (self._directory / file_name(self._task, what)).touch()

  def _wait_for(self, names: List[str]) -> None:
    while not all((self._directory / name).exists() for name in names):
      time.sleep(0.02)


def batches() -> Any:
  """A batch of 32, over and over, of ten classes."""
  return batch().repeat()


def batch() -> Any:
  """The batch once."""
  random = np.random.RandomState(0)
  labels = random.randint(0, 10, 32)
  images = random.randn(32, 64).astype(np.float32)
  images[np.arange(32), labels] += 4
  return tf.data.Dataset.from_tensors((images, labels))


def loss_of(features: Any, labels: Any) -> Any:
  """The loss of a net with a hidden layer, on each ps a part of its kernel."""
  num_ps = len(json.loads(os.environ['TF_CONFIG'])['cluster']['ps'])
  hidden = v1.get_variable(
      'hidden/kernel', SHAPES['hidden/kernel'],
      partitioner=v1.fixed_size_partitioner(num_ps) if num_ps > 1 else None)
  output = v1.get_variable('output/kernel', SHAPES['output/kernel'])
  logits = tf.nn.relu(
      tf.matmul(features, tf.convert_to_tensor(hidden))) @ output
  return v1.losses.sparse_softmax_cross_entropy(labels, logits)


def minimize(loss: Any) -> Any:
  """Adam moves every entry at every step, so that none is zero by chance."""
  return v1.train.AdamOptimizer(0.003).minimize(
      loss, v1.train.get_or_create_global_step())


def run_estimator(directory: str, hooks: List[Any]) -> None:
  """Does what the task does in `train_and_evaluate`."""
  library = estimator_shim.v1_api()

  def model_fn(features: Any, labels: Any, mode: str) -> Any:
    loss = loss_of(features, labels)
    train_op = minimize(loss) if mode == 'train' else None
    return library.EstimatorSpec(mode, loss=loss, train_op=train_op)

  estimator = library.Estimator(model_fn, directory, library.RunConfig(
      save_checkpoints_steps=SAVE_STEPS, save_summary_steps=None,
      keep_checkpoint_max=100, experimental_max_worker_delay_secs=0))
  library.train_and_evaluate(
      estimator, library.TrainSpec(batches, LAST_STEP, hooks=hooks),
      library.EvalSpec(batch, None, start_delay_secs=0, throttle_secs=1))


def run_session(directory: str, hooks: List[Any],
                config: Dict[str, Any]) -> None:
  """A server, and for chief and workers a `MonitoredTrainingSession`."""
  job, index = config['task']['type'], config['task']['index']
  server = v1.train.Server(config['cluster'], job, index)
  if job == 'ps':
    server.join()
  with tf.Graph().as_default(), v1.device(v1.train.replica_device_setter(
      cluster=config['cluster'],
      worker_device=f'/job:{job}/task:{index}')):
    features, labels = v1.data.make_one_shot_iterator(batches()).get_next()
    train_op = minimize(loss_of(features, labels))
    with v1.train.MonitoredTrainingSession(
        server.target, is_chief=job == 'chief', checkpoint_dir=directory,
        hooks=[v1.train.StopAtStepHook(last_step=LAST_STEP), *hooks],
        save_checkpoint_steps=SAVE_STEPS, save_checkpoint_secs=None,
        save_summaries_steps=None, save_summaries_secs=None,
        log_step_count_steps=None, config=v1.ConfigProto(
            device_filters=['/job:ps', f'/job:{job}/task:{index}'])
    ) as session:
      while not session.should_stop():
        session.run(train_op)


def main() -> None:
  """Runs the task that `TF_CONFIG` names."""
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('kind', choices=['estimator', 'session'])
  parser.add_argument('directory')
  parser.add_argument('--hold', choices=['all', 'others'], default='')
  parser.add_argument('--pace', type=float, default=0.005,
                      help='seconds to wait before each step')
  args = parser.parse_args()
  config = json.loads(os.environ['TF_CONFIG'])
  v1.disable_eager_execution()
  v1.logging.set_verbosity(v1.logging.ERROR)
  hooks = [model_pruning.PruningHook(SPEC),
           StepHook(pathlib.Path(args.directory), config, args.hold,
                    args.pace)]
  if args.kind == 'estimator':
    run_estimator(args.directory, hooks)
  else:
    run_session(args.directory, hooks, config)


if __name__ == '__main__':
  main()
