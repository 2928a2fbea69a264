# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A small Keras model, with the same training every time, in any split."""

from __future__ import annotations

from typing import Any, Dict, Tuple

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import keras_variables
from tests.support import keras_models
from tests.support import numpy_reference

keras = tf.keras

# Masks change at steps 1, 4, 8, 12 and 13.
SPEC = ('target_sparsity=0.75,sparsity_function_end_step=13'
        ',end_pruning_step=13,pruning_frequency=4')


def skip_without_graph_mode(test: Any) -> None:
  """Skips `test` where Keras cannot train; clears what Keras has."""
  if keras_models.IS_KERAS_3 and not tf.executing_eagerly():
    test.skipTest('Keras 3 has no graph mode')
  keras.backend.clear_session()


def model() -> Any:
  """Two kernels, `first` and `second`, each with a bias."""
  inputs = keras.Input((6,))
  hidden = keras.layers.Dense(8, name='first')(inputs)
  made = keras.Model(inputs, keras.layers.Dense(4, name='second')(hidden))
  random = np.random.RandomState(3)
  made.set_weights([random.randn(*weight.shape).astype(np.float32)
                    for weight in made.get_weights()])
  return made


def batches(first: int, last: int) -> Tuple[np.ndarray, np.ndarray]:
  """The batches of the steps after `first` up to `last`, one row each."""
  random = np.random.RandomState(5)
  features = random.randn(64, 6).astype(np.float32)
  labels = random.randn(64, 4).astype(np.float32)
  return features[first:last], labels[first:last]


def fit(trained: Any, first: int, last: int) -> None:
  """Trains a compiled model on these batches."""
  features, labels = batches(first, last)
  trained.fit(features, labels, batch_size=1, shuffle=False, verbose=0)


def loop(trained: Any, optimizer: Any, first: int, last: int) -> None:
  """Trains on these batches with what has `apply_gradients`."""
  @tf.function
  def update(features: tf.Tensor, labels: tf.Tensor) -> None:
    with tf.GradientTape() as tape:
      loss = tf.reduce_mean(tf.square(trained(features) - labels))
    variables = trained.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))

  for features, labels in zip(*batches(first, last)):
    update(features[None], labels[None])


def assert_sparse(test: Any, trained: Any, target: float = 0.75) -> None:
  """Makes `test` fail unless both kernels are exactly as sparse as `target`."""
  for weight in trained.get_weights():
    if weight.ndim > 1:
      test.assertEqual((weight != 0).sum(),
                       numpy_reference.num_kept(weight.size, target))


def assert_equal_weights(trained: Any, other: Any) -> None:
  """Fails unless the weights of two models have the same bits."""
  for weight, wanted in zip(trained.get_weights(), other.get_weights()):
    np.testing.assert_array_equal(weight, wanted)


def steps_of(pruner: Any) -> Dict[str, int]:
  """The steps of both kernels."""
  return {name: int(keras_variables.value_of(state.num_updates))
          for name, state in zip(('first', 'second'), pruner.states)}


def mask_of_first(pruner: Any) -> np.ndarray:
  """The mask of the first kernel, whatever a graph calls it."""
  mask: np.ndarray = keras_variables.value_of(pruner.states[0].mask)
  return mask
