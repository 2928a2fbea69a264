# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Train, prune, strip, gzip, with the names of tfmot.sparsity.keras.

    PYTHONPATH=. python examples/tfmot_tutorial.py --data_dir DIRECTORY
    PYTHONPATH=. python examples/tfmot_tutorial.py --library tfmot ...

The program is the same for both libraries, but for the line that imports one.
tfmot takes models of Keras 2 only. The images are Fashion-MNIST, in the files
that `tf.keras.datasets` downloads unless --data_dir has them.
"""

from __future__ import annotations

import argparse
import gzip
import os
import tempfile
from typing import Any

import numpy as np
import tensorflow as tf

from support import arguments
import digits_keras
from support import fashion_mnist_data
from support import measure

BATCH_SIZE = 128
FINAL_SPARSITY = 0.8


def import_library(name: str) -> Any:
  """The one difference."""
  if name == 'tfmot':
    import tensorflow_model_optimization as tfmot
    return tfmot.sparsity.keras
  import model_pruning
  return model_pruning.keras


def make_model() -> Any:
  """One convolution and one dense layer."""
  layers = tf.keras.layers
  return tf.keras.Sequential([
      layers.InputLayer((28, 28, 1)),
      layers.Conv2D(12, 3, activation='relu', name='conv'),
      layers.MaxPooling2D(), layers.Flatten(),
      layers.Dense(10, name='logits')])


def save(model: Any, path: str) -> int:
  """Saves a model without its optimizer; returns the bytes after gzip."""
  # A copy: Keras 3 saves the optimizer of a compiled model in any case.
  copy = tf.keras.models.clone_model(model)
  copy.set_weights(model.get_weights())
  copy.save(path)
  with open(path, 'rb') as file:
    return len(gzip.compress(file.read()))


def main() -> None:
  """Trains dense, prunes while it trains on, strips, saves, compares."""
  parser = argparse.ArgumentParser(
      description=__doc__,
      formatter_class=argparse.RawDescriptionHelpFormatter)
  parser.add_argument('--library', default='model_pruning',
                      choices=['model_pruning', 'tfmot'])
  parser.add_argument('--epochs', type=int, default=2,
                      help='to train dense, and pruned (default: 2)')
  parser.add_argument('--data_dir', default=fashion_mnist_data.CACHE)
  args = parser.parse_args()
  sparsity = import_library(args.library)
  data = fashion_mnist_data.load(args.data_dir)
  directory = tempfile.mkdtemp(prefix='model_pruning_')
  suffix = '.keras' if digits_keras.KERAS_3 else '.h5'
  arguments.start_keras_afresh()

  def fit(model: Any, *callbacks: Any) -> float:
    digits_keras.compile_model(model)
    model.fit(data.train_images, data.train_labels, batch_size=BATCH_SIZE,
              epochs=args.epochs, verbose=2, callbacks=list(callbacks))
    return digits_keras.evaluate(model, data)

  model = make_model()
  dense_accuracy = fit(model)
  dense_bytes = save(model, os.path.join(directory, 'dense' + suffix))

  num_steps = args.epochs * -(-len(data.train_labels) // BATCH_SIZE)
  pruned = sparsity.prune_low_magnitude(
      model, pruning_schedule=sparsity.PolynomialDecay(
          initial_sparsity=0.5, final_sparsity=FINAL_SPARSITY, begin_step=0,
          end_step=num_steps // 200 * 100))
  fit(pruned, sparsity.UpdatePruningStep(),
      sparsity.PruningSummaries(log_dir=os.path.join(directory, 'logs')))
  stripped = sparsity.strip_pruning(pruned)
  path = os.path.join(directory, 'pruned' + suffix)
  pruned_bytes = save(stripped, path)

  loaded = tf.keras.models.load_model(path, compile=False)
  digits_keras.compile_model(loaded)
  accuracy = digits_keras.evaluate(loaded, data)
  print(f'TensorFlow {tf.__version__}, {args.library}: accuracy dense '
        f'{dense_accuracy:.2%}, pruned {accuracy:.2%}; gzip bytes dense '
        f'{dense_bytes}, pruned {pruned_bytes}')
  kernels = measure.kernels(digits_keras.read_weights(loaded))
  for name, kernel in kernels.items():
    zeros = int(np.sum(kernel == 0))
    required = measure.required_zeros(kernel.size, FINAL_SPARSITY)
    print(f'  {name}: {zeros} zeros of {kernel.size}, {required} required')
    if zeros != required:
      raise SystemExit(f'Zeros differ in {name}.')


if __name__ == '__main__':
  tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
  main()
