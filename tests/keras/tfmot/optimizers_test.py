# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Wrapped layers under optimizers that accumulate, nest or average."""

from __future__ import annotations

import inspect

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.compat import keras_optimizers
from model_pruning._src.compat import keras_variables
from tests.support import two_kernels

keras = tf.keras


class OptimizersTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    two_kernels.skip_without_graph_mode(self)

  def _trained(self, num_batches, optimizer):
    model = model_pruning.keras.prune_low_magnitude(
        two_kernels.model(), spec=two_kernels.SPEC)
    model.compile(optimizer, 'mse')
    two_kernels.fit(model, 0, num_batches)
    return model

  def _sgd(self, **kwargs):
    for name in kwargs:
      if name not in inspect.signature(keras.optimizers.SGD).parameters:
        self.skipTest(f'optimizers of this Keras have no {name}')
    return keras.optimizers.SGD(0.1, **kwargs)

  def _steps(self, model):
    return [int(keras_variables.value_of(layer.pruning_step))
            for layer in model.layers[1:]]

  def test_gradients_that_add_up_are_one_update(self):
    model = self._trained(3 * 13 + 2, self._sgd(gradient_accumulation_steps=3))
    self.assertEqual(self._steps(model), [13, 13])
    two_kernels.assert_sparse(self, model)

  def test_gradients_that_add_up_inside_of_a_multi_optimizer(self):
    if not hasattr(keras.optimizers, 'MultiOptimizer'):
      self.skipTest('this Keras has no MultiOptimizer')
    optimizers = keras.optimizers.OptimizerMap(keras.optimizers.SGD(0.1))
    optimizers['.*first/.*'] = self._sgd(gradient_accumulation_steps=4)
    model = self._trained(12, keras.optimizers.MultiOptimizer(optimizers))
    self.assertEqual(self._steps(model), [3, 12])

  def test_averages_are_sparse(self):
    optimizer = self._sgd(use_ema=True, ema_momentum=0.5)
    model = self._trained(16, optimizer)
    two_kernels.assert_sparse(self, model)
    [average] = keras_optimizers.averages_of(
        optimizer, model.layers[1].layer.kernel)
    self.assertEqual(np.mean(keras_variables.value_of(average) == 0), 0.75)


if __name__ == '__main__':
  absltest.main()
