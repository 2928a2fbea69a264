# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Wrapped models for the tests of the drop-in for tfmot.sparsity.keras."""

from __future__ import annotations

from typing import Any, List, Optional, Tuple

import numpy as np
import tensorflow as tf
from absl.testing import parameterized

from model_pruning import keras as sparsity
from model_pruning._src.compat import keras_variables
from model_pruning._src.keras.tfmot import wrapper
from tests.support import keras_models
from tests.support import numpy_reference
from tests.support import simulation

keras = tf.keras


class MyDense(keras.layers.Dense):
  """A subclass of a layer that Keras has."""


class WrapperTestCase(parameterized.TestCase):
  """Starts each test with a new session of Keras, and the same seed."""

  def setUp(self):
    super().setUp()
    if keras_models.IS_KERAS_3 and not tf.executing_eagerly():
      self.skipTest('Keras 3 has no graph mode')
    keras.backend.clear_session()
    tf.compat.v1.set_random_seed(1)

  def assert_pruned(self, wrapped: Any, target: float = 0.5) -> None:
    """Fails unless what a layer prunes has exactly as many zeros."""
    for weight, mask, threshold in wrapped.pruning_vars:
      value = keras_variables.value_of(weight)
      mask = keras_variables.value_of(mask)
      self.assertEqual((value != 0).sum(),
                       numpy_reference.num_kept(value.size, target))
      np.testing.assert_array_equal(value != 0, mask)
      self.assertGreater(keras_variables.value_of(threshold), 0)


def gradient_loss(labels: Any, outputs: Any) -> Any:
  """A loss with the gradient `labels` at weights whose input is `eye(8)`."""
  # The mean over 8 rows of 8 times the gradient: exact in binary.
  return tf.reduce_sum(outputs * labels, axis=-1) * 8.0


def fit(model: Any, gradient: np.ndarray, num_steps: int,
        **kwargs: Any) -> None:
  """Compiles and fits a model of one kernel, of which `gradient` is that."""
  model.compile(keras.optimizers.SGD(simulation.LEARNING_RATE), gradient_loss)
  fit_on(model, gradient, num_steps, **kwargs)


def fit_on(model: Any, gradient: np.ndarray, num_steps: int,
           **kwargs: Any) -> None:
  """Fits a model that is compiled."""
  model.fit(
      np.tile(np.eye(8, dtype=np.float32), (num_steps, 1)),
      np.tile(gradient, (num_steps, 1)), batch_size=8, shuffle=False,
      verbose=0, **kwargs)


def one_kernel_model(weight: np.ndarray, constraint: Any = None,
                     **kwargs: Any) -> Any:
  """A wrapped layer that has a kernel [8, n] and nothing else."""
  dense = keras.layers.Dense(
      weight.shape[1], use_bias=False, name='dense',
      kernel_constraint=constraint)
  wrapped = sparsity.prune_low_magnitude(dense, **kwargs)
  model = keras.Sequential([
      keras.layers.InputLayer((weight.shape[0],)), wrapped])
  wrapped.set_weights([weight])
  return model


def weights_after_each_step(
    num_steps: int, weight: Optional[np.ndarray] = None,
    gradient: Optional[np.ndarray] = None, masks: bool = False,
    **kwargs: Any) -> Tuple[List[np.ndarray], simulation.Problem]:
  """The kernel (or its mask) after each step of `fit`, and the problem."""
  problem = simulation.problem((8, 10))
  if weight is not None and gradient is not None:
    problem = simulation.Problem(weight, gradient)
  model = one_kernel_model(problem.weight, **kwargs)
  history = []

  def record(batch: int, logs: Any) -> None:
    del batch, logs
    [pruned] = model.layers[-1].pruned_weights
    history.append(keras_variables.value_of(
        pruned.mask if masks else pruned.variable))

  fit(model, problem.gradient, num_steps, callbacks=[
      keras.callbacks.LambdaCallback(on_batch_end=record)])
  return history, problem


def wrappers(model: Any) -> List[Any]:
  """The wrappers in a model, at any depth."""
  return list(wrapper.pruned_layers(model))


def all_values(model: Any) -> List[np.ndarray]:
  """The values of all variables of a model."""
  return [keras_variables.value_of(variable) for variable in model.variables]
