# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The models whose training steps are timed, each with one batch."""

from __future__ import annotations

from typing import Any, Callable, Dict, NamedTuple, Optional, Tuple

import numpy as np


class Workload(NamedTuple):
  """A model, a batch, and what a pruned step may cost in dense steps.

  Attributes:
    title: the model and the batch in words.
    make: makes the built model; takes the Keras to make it with.
    batch: returns inputs and integer labels.
    most_amortised_100: with a mask update every 100 steps.
    most_amortised_10: with one every 10 steps; None: nothing is promised.
  """

  title: str
  make: Callable[[Any], Any]
  batch: Callable[[], Tuple[np.ndarray, np.ndarray]]
  most_amortised_100: float
  most_amortised_10: Optional[float] = None


def _cnn(keras: Any) -> Any:
  layers = []
  for channels in (32, 64):
    layers += [keras.layers.Conv2D(channels, 5, padding='same',
                                   activation='relu'),
               keras.layers.MaxPooling2D()]
  return _built(keras, [
      *layers, keras.layers.Flatten(),
      keras.layers.Dense(128, activation='relu'), keras.layers.Dense(10)],
      (None, 28, 28, 1))


def _mlp(keras: Any) -> Any:
  layers = [keras.layers.Dense(2048, activation='relu') for _ in range(3)]
  return _built(keras, [*layers, keras.layers.Dense(10)], (None, 784))


def _lstm(keras: Any) -> Any:
  return _built(keras, [
      keras.layers.Embedding(10000, 128), keras.layers.LSTM(256),
      keras.layers.Dense(2)], (None, 50))


def _mobilenet(keras: Any) -> Any:
  return keras.applications.MobileNet(
      weights=None, classes=10, input_shape=(96, 96, 3),
      classifier_activation=None)


def _built(keras: Any, layers: Any, input_shape: Tuple[Any, ...]) -> Any:
  model = keras.Sequential(layers)
  model.build(input_shape)
  return model


def _images(*shape: int) -> Tuple[np.ndarray, np.ndarray]:
  random = np.random.RandomState(1)
  return (random.rand(*shape).astype(np.float32),
          random.randint(0, 10, shape[0]))


def _texts() -> Tuple[np.ndarray, np.ndarray]:
  random = np.random.RandomState(1)
  return random.randint(0, 10000, (64, 50)), random.randint(0, 2, 64)


WORKLOADS: Dict[str, Workload] = {
    'cnn': Workload(
        'CNN 5x5x32, 5x5x64, 128, 10 on 28x28, batch 128', _cnn,
        lambda: _images(128, 28, 28, 1), 1.03),
    'mlp': Workload(
        'MLP 784-2048-2048-2048-10, batch 128', _mlp,
        lambda: _images(128, 784), 1.08, most_amortised_10=1.10),
    'lstm': Workload(
        'Embedding 10000x128, LSTM 256, 50 words, batch 64', _lstm, _texts,
        1.05),
    'mobilenet': Workload(
        'MobileNetV1 on 96x96, batch 32', _mobilenet,
        lambda: _images(32, 96, 96, 3), 1.04),
}
