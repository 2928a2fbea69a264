# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""MNIST, or Fashion-MNIST, which has the same form."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from support import dataset
from support import fashion_mnist_data


def load(directory: str = '') -> dataset.Dataset:
  """Reads the .gz files in `directory`; downloads MNIST without one."""
  if directory:
    return fashion_mnist_data.load(directory)
  train, test = tf.keras.datasets.mnist.load_data()
  images = [(x[..., np.newaxis] / 255).astype(np.float32)
            for x in (train[0], test[0])]
  return dataset.Dataset(images[0], train[1].astype(np.int64),
                         images[1], test[1].astype(np.int64))


def load_or_make(directory: str = '') -> dataset.Dataset:
  """Reads the .gz files in `directory`; makes stripes without one, says so."""
  if directory:
    return fashion_mnist_data.load(directory)
  print('No --data_dir: the images are synthetic, stripes of ten widths.')
  random = np.random.RandomState(0)
  labels = np.arange(400, dtype=np.int64) % 10
  phase = random.uniform(0, 2 * np.pi, (400, 1, 1, 1))
  wave = np.sin(np.arange(28).reshape(1, 1, 28, 1)
                * (labels + 1).reshape(-1, 1, 1, 1) / 4 + phase)
  images = np.clip(0.5 + 0.4 * wave + 0.1 * random.randn(400, 28, 28, 1), 0, 1)
  images = images.astype(np.float32)
  return dataset.Dataset(images[:320], labels[:320], images[320:], labels[320:])
