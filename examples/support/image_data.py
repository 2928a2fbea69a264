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
