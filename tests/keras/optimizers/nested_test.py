# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The step of a weight is that of the optimizer which updates it."""

from __future__ import annotations

import inspect

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.compat import keras_optimizers
from model_pruning._src.compat import keras_variables
from tests.support import keras_models
from tests.support import modes
from tests.support import own_optimizers
from tests.support import two_kernels

keras = tf.keras


class NestedTestCase(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    two_kernels.skip_without_graph_mode(self)
    self._path = self.create_tempdir().full_path + '/model.keras'

  def _need(self, name):
    if not hasattr(keras.optimizers, name):
      self.skipTest(f'this Keras has no {name}')

  def _need_eager_mode(self):
    if not modes.is_eager():
      self.skipTest('a GradientTape loop needs eager mode')

  def _need_argument(self, name):
    if name not in inspect.signature(keras.optimizers.SGD).parameters:
      self.skipTest(f'optimizers of this Keras have no {name}')

  def _need_keras_3(self):
    if not keras_models.IS_KERAS_3:
      self.skipTest('an optimizer of Keras 3')

  def _averages(self, optimizer, model):
    [first] = keras_optimizers.averages_of(
        optimizer, model.get_layer('first').kernel)
    return keras_variables.value_of(first)


class MultiOptimizerTest(NestedTestCase):

  def _optimizer(self, **kwargs):
    """SGD of these arguments for the first kernel, Adam for the second."""
    self._need('MultiOptimizer')
    optimizers = keras.optimizers.OptimizerMap(keras.optimizers.Adam(0.05))
    self.inner = optimizers['first/.*'] = keras.optimizers.SGD(0.1, **kwargs)
    return keras.optimizers.MultiOptimizer(optimizers)

  def _train(self, last, **kwargs):
    model = two_kernels.model()
    pruner = model_pruning.keras.prune(model, two_kernels.SPEC)
    model.compile(self._optimizer(**kwargs), 'mse')
    two_kernels.fit(model, 0, last)
    return model, pruner

  @parameterized.parameters((3, 0, 3), (4, 1, 4), (12, 3, 12), (17, 4, 17))
  def test_gradients_that_add_up_inside_are_one_update(
      self, num_batches, first, second):
    _, pruner = self._train(num_batches, gradient_accumulation_steps=4)
    self.assertEqual(
        two_kernels.steps_of(pruner), {'first': first, 'second': second})

  def test_a_weight_whose_gradients_add_up_is_pruned_by_its_own_step(self):
    model, pruner = self._train(4 * 13, gradient_accumulation_steps=4)
    self.assertEqual(pruner.step, 52)
    two_kernels.assert_sparse(self, model)

  def test_a_loaded_model_goes_on_where_each_optimizer_was(self):
    whole, _ = self._train(30, gradient_accumulation_steps=3)
    model, _ = self._train(17, gradient_accumulation_steps=3)
    model.save(self._path)
    loaded = keras.models.load_model(self._path)
    pruner = model_pruning.keras.prune(loaded, two_kernels.SPEC)
    self.assertEqual(two_kernels.steps_of(pruner), {'first': 5, 'second': 17})
    two_kernels.fit(loaded, 17, 30)
    two_kernels.assert_equal_weights(loaded, whole)

  def test_a_model_restored_after_prune_goes_on_where_each_optimizer_was(self):
    whole, _ = self._train(30, gradient_accumulation_steps=3)
    saved, _ = self._train(17, gradient_accumulation_steps=3)
    model = two_kernels.model()
    pruner = model_pruning.keras.prune(model, two_kernels.SPEC)
    model.compile(self._optimizer(gradient_accumulation_steps=3), 'mse')
    model.optimizer.build(model.trainable_variables)
    model.set_weights(saved.get_weights())
    for variable, value in zip(
        model.optimizer.variables, saved.optimizer.variables):
      variable.assign(value)
    two_kernels.fit(model, 17, 30)
    self.assertEqual(two_kernels.steps_of(pruner), {'first': 10, 'second': 30})
    two_kernels.assert_equal_weights(model, whole)

  @parameterized.parameters(None, 5)
  def test_averages_inside_are_sparse(self, ema_overwrite_frequency):
    model, _ = self._train(16, use_ema=True, ema_momentum=0.5,
                           ema_overwrite_frequency=ema_overwrite_frequency)
    two_kernels.assert_sparse(self, model)
    self.assertEqual(np.mean(self._averages(self.inner, model) == 0), 0.75)


class AccumulationTest(NestedTestCase):

  def _masks_after_each(self, num_batches, **kwargs):
    model = two_kernels.model()
    pruner = model_pruning.keras.prune(
        model, 'target_sparsity=0.5,initial_sparsity=0.25'
        ',sparsity_function_end_step=4')
    model.compile(keras.optimizers.SGD(0.1, **kwargs), 'mse')
    masks = []
    for batch in range(num_batches):
      two_kernels.fit(model, batch, batch + 1)
      masks.append(pruner.masks['first/kernel'])
    return masks

  def test_masks_do_not_change_before_the_first_update(self):
    self._need_argument('gradient_accumulation_steps')
    masks = self._masks_after_each(3, gradient_accumulation_steps=3)
    self.assertTrue(masks[0].all() and masks[1].all())
    [plain] = self._masks_after_each(1)
    self.assertFalse(plain.all())
    self.assertEqual(masks[2].sum(), plain.sum())

  def test_inside_of_loss_scaling(self):
    self._need_argument('gradient_accumulation_steps')
    self._need('LossScaleOptimizer')
    model = two_kernels.model()
    pruner = model_pruning.keras.prune(model, two_kernels.SPEC)
    model.compile(keras.optimizers.LossScaleOptimizer(
        keras.optimizers.SGD(0.01, gradient_accumulation_steps=3),
        initial_scale=8.0), 'mse')
    two_kernels.fit(model, 0, 17)
    self.assertEqual(pruner.step, 5)

  def test_of_an_optimizer_that_does_not_update_the_model(self):
    self._need_argument('gradient_accumulation_steps')
    model = two_kernels.model()
    model.compile(keras.optimizers.SGD(gradient_accumulation_steps=3), 'mse')
    pruner = model_pruning.keras.prune(model, two_kernels.SPEC)
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.build(model.trainable_variables)
    two_kernels.loop(model, optimizer, 0, 5)
    self.assertEqual(pruner.step, 5)


class OwnOptimizersTest(NestedTestCase):

  def _optimizer(self, **kwargs):
    return keras.optimizers.SGD(0.1, **kwargs)

  def test_one_that_hands_variables_to_others(self):
    self._need_argument('gradient_accumulation_steps')
    model = two_kernels.model()
    optimizer = own_optimizers.ByVariable(
        (self._optimizer(gradient_accumulation_steps=2),
         model.get_layer('first').trainable_variables),
        (self._optimizer(), model.get_layer('second').trainable_variables))
    pruner = model_pruning.keras.prune(
        model, two_kernels.SPEC, optimizer=optimizer)
    two_kernels.loop(model, optimizer, 0, 26)
    self.assertEqual(two_kernels.steps_of(pruner), {'first': 13, 'second': 26})
    two_kernels.assert_sparse(self, model)

  def test_one_that_hands_on_everything(self):
    self._need_eager_mode()
    model = two_kernels.model()
    inner = self._optimizer()
    if hasattr(inner, 'build'):
      inner.build(model.trainable_variables)
    optimizer = own_optimizers.Holder(inner)
    pruner = model_pruning.keras.prune(
        model, two_kernels.SPEC, optimizer=optimizer)
    two_kernels.loop(model, optimizer, 0, 9)
    self.assertEqual(pruner.step, 9)
    pruner.resume()
    self.assertEqual(pruner.step, 9)
    two_kernels.loop(model, optimizer, 9, 14)
    self.assertEqual(pruner.step, 14)
    two_kernels.assert_sparse(self, model)

  @parameterized.parameters('delegating_class', 'computing_class')
  def test_one_of_keras_3_around_another(self, name):
    self._need_keras_3()
    model = two_kernels.model()
    model.compile(getattr(own_optimizers, name)()(self._optimizer()), 'mse')
    pruner = model_pruning.keras.prune(model, two_kernels.SPEC)
    two_kernels.fit(model, 0, 14)
    self.assertEqual(pruner.step, 14)
    two_kernels.assert_sparse(self, model)
    pruner.resume()
    self.assertEqual(pruner.step, 14)

  def test_accumulation_inside_of_one_that_hands_on_everything(self):
    self._need_keras_3()
    model = two_kernels.model()
    model.compile(own_optimizers.delegating_class()(
        self._optimizer(gradient_accumulation_steps=3)), 'mse')
    pruner = model_pruning.keras.prune(model, two_kernels.SPEC)
    two_kernels.fit(model, 0, 3 * 13)
    self.assertEqual(pruner.step, 13)
    two_kernels.assert_sparse(self, model)

  def test_averages_of_ones_own_are_sparse_when_they_are_assigned(self):
    self._need_eager_mode()
    base = keras.optimizers.SGD
    if not hasattr(base, '_var_key'):
      self.skipTest('a legacy optimizer has slots')
    model = two_kernels.model()
    optimizer = own_optimizers.averaging_class(base)(0.1)
    model.compile(optimizer, 'mse')
    model_pruning.keras.prune(model, two_kernels.SPEC)
    two_kernels.fit(model, 0, 16)
    optimizer.assign_averages(model.trainable_variables)
    two_kernels.assert_sparse(self, model)

  def test_one_that_is_first_called_while_a_step_is_traced(self):
    self._need_eager_mode()

    class Trained(keras.Model):

      def train_step(self, data):
        features, labels = data
        assert self.optimizer.iterations is not None  # The first touch.
        with tf.GradientTape() as tape:
          loss = tf.reduce_mean(tf.square(self(features) - labels))
        variables = self.trainable_variables
        self.optimizer.apply_gradients(
            zip(tape.gradient(loss, variables), variables))
        return {'loss': loss}

    if 'train_step' not in dir(keras.Model):
      self.skipTest('this Keras has no train_step')
    whole = two_kernels.model()
    model = Trained(whole.inputs, whole.outputs)
    pruner = model_pruning.keras.prune(model, two_kernels.SPEC)
    model.compile(keras_models.legacy_optimizers().SGD(0.1), 'mse')
    two_kernels.fit(model, 0, 14)
    self.assertEqual(pruner.step, 14)
    two_kernels.assert_sparse(self, model)


class LossScalingTest(NestedTestCase):

  def test_around_one_that_averages(self):
    self._need_argument('use_ema')
    module = keras.optimizers
    model = two_kernels.model()
    optimizer = module.SGD(0.01, use_ema=True, ema_momentum=0.5)
    model.compile(keras.mixed_precision.LossScaleOptimizer(optimizer), 'mse')
    pruner = model_pruning.keras.prune(model, two_kernels.SPEC)
    features, labels = two_kernels.batches(0, 16)
    num_skipped = 0
    for step in range(16):
      if step % 5 == 2:
        num_skipped += 1
        model.train_on_batch(features[step:step + 1], labels[step:step + 1],
                             np.array([np.inf], np.float32))
      else:
        model.train_on_batch(features[step:step + 1], labels[step:step + 1])
    self.assertEqual(pruner.step, 16 - num_skipped)
    two_kernels.assert_sparse(self, model)
    self.assertEqual(np.mean(self._averages(optimizer, model) == 0), 0.75)


if __name__ == '__main__':
  absltest.main()
