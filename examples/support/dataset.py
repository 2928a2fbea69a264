# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Inputs with labels, and the batches that every example trains on."""

from __future__ import annotations

from typing import Any, Iterator, NamedTuple, Tuple

import numpy as np
import tensorflow as tf


class Dataset(NamedTuple):
  """Inputs with int64 labels.

  The inputs are images, float32 [count, height, width, 1] in [0, 1], words,
  int32 [count, length], or sounds, float32 [count, samples] in [-1, 1].
  """

  train_images: np.ndarray
  train_labels: np.ndarray
  test_images: np.ndarray
  test_labels: np.ndarray

  def train_batches(self, size: int = 64) -> Any:
    """Shuffled batches without end, as a `tf.data.Dataset`.

    NumPy shuffles, so that every TensorFlow sees the same batches.
    """
    return _from_generator(lambda: self._shuffled(size), self.train_images)

  def test_batches(self, size: int = 500) -> Any:
    """The test images once, in order, as a `tf.data.Dataset`."""
    return _from_generator(lambda: self._in_order(size), self.train_images)

  def _shuffled(self, size: int) -> Iterator[Tuple[np.ndarray, np.ndarray]]:
    random = np.random.RandomState(0)
    while True:
      order = random.permutation(len(self.train_labels))
      for start in range(0, len(order) - size + 1, size):
        chosen = order[start:start + size]
        yield self.train_images[chosen], self.train_labels[chosen]

  def _in_order(self, size: int) -> Iterator[Tuple[np.ndarray, np.ndarray]]:
    for start in range(0, len(self.test_labels), size):
      stop = start + size
      yield self.test_images[start:stop], self.test_labels[start:stop]


def examples(data: Dataset, steps: int, batch: int, seed: int) -> np.ndarray:
  """Which training examples `steps` batches have: epochs, each shuffled.

  Returns:
    int64 [steps * batch], indices of training examples.
  """
  random = np.random.RandomState(seed)
  count, wanted = len(data.train_labels), steps * batch
  epochs = [random.permutation(count) for _ in range(-(-wanted // count))]
  return np.concatenate(epochs)[:wanted]


def _from_generator(batches: Any, images: np.ndarray) -> Any:
  return tf.data.Dataset.from_generator(
      batches, (tf.as_dtype(images.dtype), tf.int64),
      ((None, *images.shape[1:]), (None,)))
