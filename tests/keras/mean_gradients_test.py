# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The mean gradients that a saliency goes by, where training is resumed."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest

import model_pruning
from model_pruning._src.compat import keras_variables
from tests.support import keras_models
from tests.support import modes

keras = tf.keras
_SPEC = ('prune_option=first_order_gradient,target_sparsity=0.5,'
         'gradient_decay_rate=0.5,pruning_frequency=100,'
         'sparsity_function_end_step=0')


class MeanGradientsTest(absltest.TestCase):

  def setUp(self):
    super().setUp()
    if not modes.is_eager():
      reason = ('Keras 3 has no graph mode' if keras_models.IS_KERAS_3
                else 'graph mode refuses the option')
      self.skipTest(reason)
    keras.backend.clear_session()

  def test_they_start_anew_when_the_state_is_rebuilt(self):
    model = keras.Sequential([
        keras.layers.InputLayer((4,)), keras.layers.Dense(2, use_bias=False)])
    pruner = model_pruning.keras.prune(model, _SPEC)
    model.compile(pruner.with_gradients(keras.optimizers.SGD(0.25)),
                  'mean_squared_error')
    for _ in range(3):
      model.train_on_batch(np.ones((2, 4), np.float32),
                           np.full((2, 2), 9.0, np.float32))
    [state] = pruner.states
    self.assertTrue(keras_variables.value_of(state.gradient).all())
    step = pruner.step
    # What was learned of the weights before says nothing of these.
    model.set_weights([np.arange(8, dtype=np.float32).reshape(4, 2)])
    pruner.resume()
    self.assertFalse(keras_variables.value_of(state.gradient).any())
    self.assertEqual(pruner.step, step)


if __name__ == '__main__':
  absltest.main()
