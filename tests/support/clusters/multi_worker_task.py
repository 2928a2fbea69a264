# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""One worker of MultiWorkerMirroredStrategy (tests/keras/multi_worker_test.py).

    TF_CONFIG='{"cluster": {"worker": [...]}, "task": {...}}' \\
      python -m tests.support.clusters.multi_worker_task DIRECTORY [--hold]

Trains a pruned model for --epochs, `NUM_EPOCHS` by default, with a backup after
each, from the last backup if there is one. Its last line is JSON: a hash of
weights and masks.

A file `reached-0` or `reached-1` says that a worker has come to the begin of
epoch `HOLD_EPOCH`, its backup made. With --hold it waits there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pathlib
import time
from typing import Any

import numpy as np
import tensorflow as tf

import model_pruning
from model_pruning._src.compat import keras_variables
from tests.support import keras_models

keras = tf.keras

NUM_EPOCHS = 6
STEPS_PER_EPOCH = 2
HOLD_EPOCH = 3
SPEC = ('target_sparsity=0.8,sparsity_function_end_step=9,end_pruning_step=9'
        ',pruning_frequency=2')


class Hold(keras.callbacks.Callback):
  """Says that epoch `HOLD_EPOCH` is reached, and may stay there."""

  def __init__(self, path: pathlib.Path, stays: bool):
    super().__init__()
    self._path, self._stays = path, stays

  def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
    """At that epoch makes the file; then waits to be killed, if it stays."""
    del logs
    if epoch == HOLD_EPOCH:
      self._path.touch()
      if self._stays:
        time.sleep(600)


def dataset() -> tf.data.Dataset:
  """An epoch; each worker takes half of each batch."""
  images, labels = keras_models.batch(64)
  data = tf.data.Dataset.from_tensor_slices((images, labels)).batch(32)
  options = tf.data.Options()
  options.experimental_distribute.auto_shard_policy = (
      tf.data.experimental.AutoShardPolicy.DATA)
  return data.with_options(options)


def fit(model: Any, directory: pathlib.Path, hold: Hold,
        num_epochs: int) -> None:
  """Trains with `fit`, which goes on from the backup that it makes."""
  backup = getattr(keras.callbacks, 'BackupAndRestore', None)
  if backup is None:
    backup = keras.callbacks.experimental.BackupAndRestore
  model.fit(dataset(), epochs=num_epochs, verbose=0,
            callbacks=[backup(str(directory / 'backup')), hold])


def loop(model: Any, directory: pathlib.Path, hold: Hold, num_epochs: int,
         index: int) -> None:
  """The same in a loop: `fit` of Keras 3 does not work on several workers."""
  strategy, optimizer = tf.distribute.get_strategy(), model.optimizer
  optimizer.build(model.trainable_variables)
  # Each worker writes files of its own, as all take part in reading what is
  # written. All go on from those of the first: another one may have been killed
  # an epoch before or after it.
  manager = tf.train.CheckpointManager(
      tf.train.Checkpoint(model=model, optimizer=optimizer),
      str(directory / f'backup-{index}'), max_to_keep=1)
  latest = tf.train.latest_checkpoint(str(directory / 'backup-0'))
  if latest:
    manager.checkpoint.restore(latest).assert_existing_objects_matched()

  def replica_step(images: Any, labels: Any) -> None:
    with tf.GradientTape() as tape:
      losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
          labels=labels, logits=model(images, training=True))
      loss = tf.nn.compute_average_loss(losses, global_batch_size=32)
    variables = model.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))

  @tf.function
  def step(batch: Any) -> None:
    strategy.run(replica_step, batch)

  data = strategy.experimental_distribute_dataset(dataset())
  num_updates = int(keras_variables.value_of(optimizer.iterations))
  for epoch in range(num_updates // STEPS_PER_EPOCH, num_epochs):
    hold.on_epoch_begin(epoch)
    for batch in data:
      step(batch)
    manager.save(epoch)


def main() -> None:
  """Runs the task that `TF_CONFIG` names."""
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('directory', type=pathlib.Path)
  parser.add_argument('--hold', action='store_true')
  parser.add_argument('--epochs', type=int, default=NUM_EPOCHS)
  args = parser.parse_args()
  index = json.loads(os.environ['TF_CONFIG'])['task']['index']
  strategy = getattr(
      tf.distribute, 'MultiWorkerMirroredStrategy',
      tf.distribute.experimental.MultiWorkerMirroredStrategy)()
  getattr(keras.utils, 'set_random_seed', tf.random.set_seed)(1)
  hold = Hold(args.directory / f'reached-{index}', args.hold)
  with strategy.scope():
    model = keras_models.functional()
    keras_models.compile_(model)
    pruner = model_pruning.keras.prune(model, SPEC)
    if keras_models.IS_KERAS_3:
      loop(model, args.directory, hold, args.epochs, index)
  if not keras_models.IS_KERAS_3:
    fit(model, args.directory, hold, args.epochs)
  values = [keras_variables.value_of(variable) for variable in model.variables]
  values += [np.packbits(mask) for mask in pruner.masks.values()]
  digest = hashlib.sha256(b''.join(value.tobytes() for value in values))
  print(json.dumps({
      'step': pruner.step, 'sparsity': pruner.sparsity,
      'values': digest.hexdigest()}), flush=True)


if __name__ == '__main__':
  main()
