# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Fashion-MNIST from its IDX files: 60000 and 10000 images of clothes."""

from __future__ import annotations

import gzip
import os

import numpy as np
import tensorflow as tf

from support import dataset

SPEC = ('target_sparsity=0.9,begin_pruning_step=100,pruning_frequency=10,'
        'sparsity_function_begin_step=100,sparsity_function_end_step=1500')
STEPS = 3748  # four epochs of 937 batches

# Where `tf.keras.datasets.fashion_mnist.load_data()` puts the files.
CACHE = os.path.expanduser('~/.keras/datasets/fashion-mnist')


def load(directory: str = CACHE) -> dataset.Dataset:
  """Reads the four .gz files in `directory`; downloads to the default one."""
  if directory == CACHE and not os.path.isdir(CACHE):
    tf.keras.datasets.fashion_mnist.load_data()
  return dataset.Dataset(
      _images(directory, 'train-images-idx3-ubyte.gz'),
      _labels(directory, 'train-labels-idx1-ubyte.gz'),
      _images(directory, 't10k-images-idx3-ubyte.gz'),
      _labels(directory, 't10k-labels-idx1-ubyte.gz'))


def _images(directory: str, name: str) -> np.ndarray:
  pixels = _read(directory, name, header=16).reshape(-1, 28, 28, 1)
  return (pixels / 255).astype(np.float32)


def _labels(directory: str, name: str) -> np.ndarray:
  return _read(directory, name, header=8).astype(np.int64)


def _read(directory: str, name: str, header: int) -> np.ndarray:
  with gzip.open(os.path.join(directory, name)) as file:
    return np.frombuffer(file.read(), np.uint8, offset=header)
