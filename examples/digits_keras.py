# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prunes a Keras model, by one line.

    PYTHONPATH=. python examples/digits_keras.py --output /tmp/digits

Keras 2 and Keras 3 alike. What is saved is a plain Keras model.
"""

from __future__ import annotations

import os
from typing import Any, Dict, List, Optional, Sequence

import numpy as np
import tensorflow as tf

from support import arguments
from support import dataset
from support import digits_data
from support import measure
import model_pruning
from support import progress

KERAS_3 = hasattr(tf.keras, 'ops')


def make_model(image_shape: Sequence[int]) -> tf.keras.Model:
  """A convolution, two dense layers, Adam."""
  layers = tf.keras.layers
  images = tf.keras.Input(tuple(image_shape))
  x = layers.Conv2D(
      64, 5, strides=2, padding='same', activation='relu', name='conv')(images)
  x = layers.Flatten()(layers.MaxPooling2D()(x))
  x = layers.Dense(128, activation='relu', name='dense')(x)
  model = tf.keras.Model(images, layers.Dense(10, name='logits')(x))
  compile_model(model)
  return model


def compile_model(model: tf.keras.Model) -> None:
  """Sets the optimizer, the loss and the metric."""
  model.compile(
      tf.keras.optimizers.Adam(3e-3),
      tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
      metrics=['sparse_categorical_accuracy'])


def train(model: tf.keras.Model, data: dataset.Dataset, label: str,
          steps: int, steps_per_epoch: int,
          callbacks: Sequence[tf.keras.callbacks.Callback] = ()) -> None:
  """Trains `model` for `steps` steps."""
  model.fit(data.train_batches(), epochs=steps // steps_per_epoch,
            steps_per_epoch=steps_per_epoch, verbose=0,
            callbacks=[progress.ProgressCallback(label, steps), *callbacks])


def save_and_load(model: tf.keras.Model, directory: str) -> tf.keras.Model:
  """Saves `model` to a file, and returns the model in that file."""
  os.makedirs(directory, exist_ok=True)
  path = os.path.join(directory, 'model' + ('.keras' if KERAS_3 else '.h5'))
  model.save(path)
  tf.keras.backend.clear_session()
  loaded = tf.keras.models.load_model(path, compile=False)
  compile_model(loaded)
  return loaded


def read_weights(model: tf.keras.Model) -> Dict[str, np.ndarray]:
  """The weights of a model by their names."""
  names = [getattr(weight, 'path', weight.name).partition(':')[0]
           for weight in model.weights]
  return dict(zip(names, model.get_weights()))


def evaluate(model: tf.keras.Model, data: dataset.Dataset) -> float:
  """The accuracy on the test images."""
  return float(model.evaluate(data.test_images, data.test_labels,
                              batch_size=500, verbose=0)[1])


class _History(tf.keras.callbacks.Callback):
  """Notes sparsity and accuracy after each epoch."""

  def __init__(self, data: dataset.Dataset, steps_per_epoch: int):
    super().__init__()
    self._data = data
    self._steps_per_epoch = steps_per_epoch
    self.history: Dict[str, List[Any]] = {
        'step': [], 'sparsity': [], 'accuracy': []}

  def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
    self.history['step'].append((epoch + 1) * self._steps_per_epoch)
    self.history['sparsity'].append(
        measure.sparsity(read_weights(self.model)))
    self.history['accuracy'].append(evaluate(self.model, self._data))


def _train_and_measure(data: dataset.Dataset, steps: int, directory: str,
                       spec: Optional[str]) -> Dict[str, Any]:
  """Trains pruned by `spec`, or dense without one; measures what is saved."""
  arguments.start_keras_afresh()
  model = make_model(data.train_images.shape[1:])
  if spec:
    model_pruning.keras.prune(model, spec)
  callback = _History(data, steps // 24)
  train(model, data, 'pruned' if spec else 'dense', steps, steps // 24,
        [callback])
  saved = save_and_load(model, directory)
  weights = read_weights(saved)
  return {
      'accuracy': evaluate(saved, data),
      'gzip_bytes': measure.gzip_bytes(weights),
      'weights': measure.count_zeros(measure.kernels(weights)),
      'history': callback.history}


def main() -> None:
  """Trains dense and pruned, and writes what came out of it."""
  args = arguments.parse(__doc__, digits_data.SPEC, digits_data.STEPS)
  data = digits_data.load()
  result = {'front': 'Keras ' + ('3' if KERAS_3 else '2'),
            'tensorflow': tf.__version__, 'spec': args.spec}
  for run, spec in [('dense', None), ('pruned', args.spec)]:
    result[run] = _train_and_measure(
        data, args.steps, os.path.join(args.output, run), spec)
  measure.write_json(args.output, 'result.json', result)


if __name__ == '__main__':
  tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
  main()
