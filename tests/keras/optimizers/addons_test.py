# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Optimizers of tensorflow_addons that wrap others, where it is installed."""

from __future__ import annotations

from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support import keras_models
from tests.support import two_kernels

try:
  import tensorflow_addons as tfa
except ImportError:
  tfa = None


class AddonsTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if tfa is None:
      self.skipTest('tensorflow_addons is not installed')
    two_kernels.skip_without_graph_mode(self)

  def _sgd(self):
    return keras_models.legacy_optimizers().SGD(0.05)

  def _optimizer(self, name):
    kinds = {
        'Lookahead': lambda: tfa.optimizers.Lookahead(self._sgd(), 3),
        'SWA': lambda: tfa.optimizers.SWA(self._sgd(), 2, 3),
        'MovingAverage': lambda: tfa.optimizers.MovingAverage(self._sgd(), 0.9)}
    return kinds[name]()

  @parameterized.product(name=('Lookahead', 'SWA', 'MovingAverage'),
                         way=('fit', 'loop'))
  def test_one_that_wraps_another(self, name, way):
    model = two_kernels.model()
    optimizer = self._optimizer(name)
    model.compile(optimizer, 'mse')
    pruner = model_pruning.keras.prune(model, two_kernels.SPEC)
    if way == 'fit':
      two_kernels.fit(model, 0, 16)
    else:
      two_kernels.loop(model, optimizer, 0, 16)
    self.assertEqual(two_kernels.steps_of(pruner), {'first': 16, 'second': 16})
    two_kernels.assert_sparse(self, model)
    if name != 'Lookahead':
      optimizer.assign_average_vars(model.variables)
      two_kernels.assert_sparse(self, model)
    pruner.resume()
    self.assertEqual(pruner.step, 16)

  def test_each_layer_has_an_optimizer(self):
    model = two_kernels.model()
    average = tfa.optimizers.SWA(self._sgd(), 2, 3)
    optimizer = tfa.optimizers.MultiOptimizer([
        (average, model.layers[1]), (self._sgd(), model.layers[2])])
    model.compile(optimizer, 'mse')
    pruner = model_pruning.keras.prune(model, two_kernels.SPEC)
    two_kernels.fit(model, 0, 16)
    self.assertEqual(two_kernels.steps_of(pruner), {'first': 16, 'second': 16})
    average.assign_average_vars(model.layers[1].trainable_variables)
    two_kernels.assert_sparse(self, model)
    pruner.resume()
    self.assertEqual(
        two_kernels.steps_of(pruner), {'first': 16, 'second': 16})


if __name__ == '__main__':
  absltest.main()
