# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A training of a Keras model that `kills.py` runs, kills and runs again.

    python -m tools.torture.keras_task KIND MODE DIRECTORY --keep COUNT

Goes on from the last file in DIRECTORY. Prints `started` before it does.
"""

from __future__ import annotations

import io
import os
import pathlib
import zipfile
from typing import Any, Dict, List, Tuple

import h5py
import numpy as np
import tensorflow as tf

import model_pruning
from tests.support import keras_models
from tools.torture import graph_task
from tools.torture import killed_net

keras = tf.keras

LAST_STEP = graph_task.LAST_STEP


def _is_complete(path: pathlib.Path) -> bool:
  try:
    with zipfile.ZipFile(str(path)) as file:
      return file.testzip() is None
  except zipfile.BadZipFile:  # Keras was killed when it wrote the file.
    return False


def checkpoints(directory: str) -> List[Tuple[int, str]]:
  """Returns the steps and paths of the complete files, in order."""
  files = [(int(path.stem) * killed_net.STEPS_PER_EPOCH, str(path))
           for path in sorted(pathlib.Path(directory).glob('*.keras'))
           if _is_complete(path)]
  return files or [(epoch * killed_net.STEPS_PER_EPOCH, path)
                   for epoch, path in graph_task.checkpoints(directory)]


def read(path: str) -> Dict[str, np.ndarray]:
  """Returns the numbers in a file by their names."""
  if not path.endswith('.keras'):
    return graph_task.read(path)
  values = {}

  def visit(name: str, item: Any) -> None:
    if isinstance(item, h5py.Dataset):
      values[name] = item[()]

  with zipfile.ZipFile(path) as file:
    weights = io.BytesIO(file.read('model.weights.h5'))
  with h5py.File(weights, 'r') as tree:
    tree.visititems(visit)
  return values


def build(mode: str) -> Any:
  """Returns the compiled model."""
  inputs = keras.Input((48,))
  hidden = keras.layers.Dense(64, name='one')(inputs)
  hidden = keras.layers.BatchNormalization(name='norm')(hidden)
  hidden = keras.layers.Add()(
    [hidden, keras.layers.Dense(64, name='two')(hidden)])
  hidden = keras.layers.Dense(80, activation='relu', name='three')(hidden)
  model = keras.Model(inputs, keras.layers.Dense(12, name='last')(hidden))
  for name, value in killed_net.weights(mode).items():
    bias = np.linspace(0.1, 0.2, value.shape[-1])
    model.get_layer(name).set_weights([value, bias])
  compile_(model)
  return model


def compile_(model: Any) -> None:
  """Compiles without XLA, which would take its time in each process."""
  model.compile(keras.optimizers.Adam(0.01), 'mse', **(
    {'jit_compile': False} if keras_models.IS_KERAS_3 else {}))


def fit(mode: str, directory: str, keep: int) -> None:
  """Trains with `fit`, which saves the model after each epoch."""
  del keep  # Keras removes none.
  found = checkpoints(directory)
  step, path = found[-1] if found else (0, '')
  model = keras.models.load_model(path) if path else build(mode)
  model_pruning.keras.prune(model, killed_net.SPECS[mode])
  inputs, labels = (np.concatenate(values) for values in killed_net.batches())
  model.fit(
    inputs, labels, batch_size=4, shuffle=False, verbose=0,
    epochs=killed_net.NUM_EPOCHS,
    initial_epoch=step // killed_net.STEPS_PER_EPOCH,
    callbacks=[keras.callbacks.ModelCheckpoint(
      os.path.join(directory, '{epoch:04d}.keras'))])


def loop(mode: str, directory: str, keep: int) -> None:
  """Trains in a loop of its own, with checkpoints of TensorFlow."""
  model = build(mode)
  optimizer = model.optimizer
  model_pruning.keras.prune(
    model, killed_net.SPECS[mode], optimizer=optimizer)
  optimizer.build(model.trainable_variables)
  manager = tf.train.CheckpointManager(
    tf.train.Checkpoint(model=model, optimizer=optimizer), directory,
    max_to_keep=keep)
  if manager.latest_checkpoint:
    manager.checkpoint.restore(
      manager.latest_checkpoint).assert_existing_objects_matched()

  @tf.function
  def step(inputs: Any, labels: Any) -> None:
    with tf.GradientTape() as tape:
      loss = tf.reduce_mean(tf.square(model(inputs, training=True) - labels))
    variables = model.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))

  num_done = int(optimizer.iterations) // killed_net.STEPS_PER_EPOCH
  for epoch in range(num_done, killed_net.NUM_EPOCHS):
    for batch in zip(*killed_net.batches()):
      step(*batch)
    manager.save(epoch + 1)


KINDS = {'fit': fit, 'keras_loop': loop}


def main() -> None:
  """Runs the training that the command line names."""
  args = killed_net.arguments(__doc__.splitlines()[0], KINDS)
  print('started', flush=True)
  KINDS[args.kind](args.mode, args.directory, args.keep)


if __name__ == '__main__':
  main()
