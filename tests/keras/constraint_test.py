# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Pruning in every way to train a Keras model: exact after each update."""

from __future__ import annotations

import inspect

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.compat import keras_optimizers
from tests.support import keras_models
from tests.support import keras_training
from tests.support import modes

keras = tf.keras


def _dense():
  """A model with one kernel."""
  return keras.Sequential([
      keras.layers.InputLayer((8, 8, 1)), keras.layers.Flatten(),
      keras.layers.Dense(10, name='dense')])


class TrainingTestCase(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if keras_models.IS_KERAS_3 and not modes.is_eager():
      self.skipTest('Keras 3 has no graph mode')
    keras.backend.clear_session()
    tf.compat.v1.set_random_seed(1)

  def train(self, model, optimizer, way='fit'):
    """Trains, and looks at the model after each update."""
    reason = keras_training.why_not(way)
    if reason:
      self.skipTest(reason)
    pruner = model_pruning.keras.prune(model, keras_training.SPEC)
    seen = []
    check = keras_training.exact_after_each_step(self, model, pruner)

    def after_step(num_updates):
      seen.append(num_updates)
      check(num_updates)

    keras_training.WAYS[way](model, optimizer, after_step)
    self.assertEqual(seen[-1], keras_training.NUM_STEPS)


_POLICIES_AND_WAYS = [('mixed_float16', 'fit'), ('mixed_bfloat16', 'fit'),
                      ('mixed_float16', 'fit_eagerly'),
                      ('mixed_float16', 'fit_compiled'),
                      ('mixed_bfloat16', 'train_on_batch')]


class WaysTest(TrainingTestCase):

  @parameterized.parameters(*keras_models.models_and_ways(
      ways=keras_training.WAYS))
  def test_every_model_is_exact_after_each_update(self, model, way):
    self.train(keras_models.MODELS[model](), keras.optimizers.Adam(), way)

  @parameterized.parameters('fit', 'train_on_batch')
  def test_in_a_graph_within_an_eager_program(self, way):
    if keras_models.IS_KERAS_3:
      self.skipTest('Keras 3 has no graph mode')
    # Keras 2.11 and later has graph mode for its old optimizers only.
    optimizers = getattr(keras.optimizers, 'legacy', keras.optimizers)
    with keras_training.graph_and_session():
      self.train(keras_models.functional(), optimizers.Adam(), way)


def _optimizer_classes():
  """Each optimizer of this Keras, by module and name."""
  found = {}
  for module in ('optimizers', 'optimizers.legacy', 'optimizers.experimental'):
    holder = keras
    for part in module.split('.'):
      holder = getattr(holder, part, None)
    for name in dir(holder):
      kind = getattr(holder, name)
      # Wrappers of other optimizers have tests of their own.
      if (inspect.isclass(kind) and hasattr(kind, 'apply_gradients')
          and name not in ('Optimizer', 'LossScaleOptimizer',
                           'MultiOptimizer')
          and kind not in found.values()):
        found[f'{module}.{name}'] = kind
  return found


_OPTIMIZERS = _optimizer_classes()


class OptimizersTest(TrainingTestCase):

  def test_optimizers_are_found(self):
    self.assertGreaterEqual(len(_OPTIMIZERS), 8)

  @parameterized.parameters(*sorted(_OPTIMIZERS))
  def test_every_optimizer_leaves_exact_zeros(self, name):
    optimizer = _OPTIMIZERS[name](learning_rate=0.01)
    if keras_optimizers.ignores_constraints(keras, optimizer):
      self.skipTest('in this Keras it applies no constraints: refused')
    self.train(_dense(), optimizer)

  @parameterized.parameters('clipnorm', 'clipvalue', 'global_clipnorm')
  def test_clipped_gradients(self, argument):
    try:
      optimizer = keras.optimizers.Adam(**{argument: 0.1})
    except (TypeError, ValueError) as error:
      self.skipTest(f'this Keras: {error}')
    self.train(_dense(), optimizer)

  @parameterized.parameters('AdamOptimizer', 'GradientDescentOptimizer',
                            'MomentumOptimizer', 'RMSPropOptimizer')
  def test_an_optimizer_of_version_1_prunes_as_well_or_keras_refuses_it(
      self, name):
    optimizer = getattr(tf.compat.v1.train, name)
    optimizer = (optimizer(0.01, 0.9) if name == 'MomentumOptimizer'
                 else optimizer(0.01))
    if keras_models.IS_KERAS_3:
      with self.assertRaisesRegex(ValueError, name):
        keras_models.compile_(_dense(), optimizer=optimizer)
      return
    self.train(_dense(), optimizer)


class TwoOptimizersTest(TrainingTestCase):

  def test_each_trains_a_layer_of_its_own(self):
    if not modes.is_eager():
      self.skipTest('a GradientTape loop needs eager mode')
    model = keras_models.sequential()
    pruner = model_pruning.keras.prune(model, keras_training.SPEC)
    variables = model.trainable_variables
    optimizers = [keras.optimizers.Adam(0.01), keras.optimizers.SGD(0.1)]
    parts = [slice(0, 2), slice(2, 4)]
    for optimizer, part in zip(optimizers, parts):
      if hasattr(optimizer, 'build'):
        optimizer.build(variables[part])

    @tf.function
    def update():
      gradients = keras_training.gradients_of(model)
      for optimizer, part in zip(optimizers, parts):
        optimizer.apply_gradients(zip(gradients[part], variables[part]))

    check = keras_training.exact_after_each_step(self, model, pruner)
    for step in range(1, keras_training.NUM_STEPS + 1):
      update()
      check(step)

  def test_in_one_multi_optimizer(self):
    if not hasattr(keras.optimizers, 'MultiOptimizer'):
      self.skipTest('this Keras has no MultiOptimizer')
    optimizers = keras.optimizers.OptimizerMap(keras.optimizers.Adam(0.01))
    optimizers['.*dense.*'] = keras.optimizers.SGD(0.1)
    self.train(keras_models.sequential(),
               keras.optimizers.MultiOptimizer(optimizers))


class MixedPrecisionTest(TrainingTestCase):

  def _set_policy(self, name):
    if not modes.is_eager():
      self.skipTest('mixed precision in graph mode is an experiment of TF 1')
    reason = keras_training.set_policy(name)
    if reason:
      self.skipTest(reason)
    self.addCleanup(keras_training.set_policy, 'float32')

  @parameterized.parameters(*_POLICIES_AND_WAYS)
  def test_masters_are_pruned_exactly(self, policy, way):
    self._set_policy(policy)
    # As Keras advises; not every CPU kernel of a loss takes bfloat16.
    model = keras.Sequential([
        *_dense().layers, keras.layers.Activation('linear', dtype='float32')])
    model.build((None, *keras_models.batch()[0].shape[1:]))
    self.train(model, keras.optimizers.Adam(0.01), way)
    self.assertEqual(model.compute_dtype, policy[len('mixed_'):])

  @parameterized.parameters(*[
      (name, eagerly) for name in ('Adam', 'legacy.Adam')
      for eagerly in (False, True)])
  def test_a_skipped_update_is_not_counted_and_changes_nothing(
      self, name, eagerly):
    self._set_policy('mixed_float16')
    if 'optimizers.' + name not in _OPTIMIZERS:
      self.skipTest(f'this Keras has no {name}')
    model = _dense()
    pruner = model_pruning.keras.prune(model, keras_training.SPEC)
    keras_models.compile_(
        model, optimizer=_OPTIMIZERS['optimizers.' + name](0.01),
        run_eagerly=eagerly)
    check = keras_training.exact_after_each_step(self, model, pruner)
    images, labels = keras_models.batch()
    for num_updates in range(1, keras_training.NUM_STEPS + 1):
      before = keras_training.values_of(model)
      masks = pruner.masks
      for _ in range(2):
        model.train_on_batch(images, labels, np.full(32, np.inf, np.float32))
        check(num_updates - 1)
      for name_, value in keras_training.values_of(model).items():
        np.testing.assert_array_equal(value, before[name_])
      for name_, mask in pruner.masks.items():
        np.testing.assert_array_equal(mask, masks[name_])
      model.train_on_batch(images, labels)
      check(num_updates)

  @parameterized.parameters('fixed', 'dynamic')
  def test_a_loop_that_scales_its_loss(self, kind):
    self._set_policy('mixed_float16')
    model = _dense()
    pruner = model_pruning.keras.prune(model, keras_training.SPEC)
    optimizer = keras.optimizers.Adam(0.01)
    if kind == 'fixed' and keras_models.IS_KERAS_3:
      optimizer = keras.optimizers.Adam(0.01, loss_scale_factor=64.0)
    else:
      optimizer = keras.mixed_precision.LossScaleOptimizer(
          optimizer, **({} if kind == 'dynamic' else
                        {'dynamic': False, 'initial_scale': 64}))
    if hasattr(optimizer, 'build'):
      optimizer.build(model.trainable_variables)
    images, labels = keras_models.batch()

    @tf.function
    def update(weight):
      with tf.GradientTape() as tape:
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=labels, logits=tf.cast(model(images), tf.float32))
        loss = tf.reduce_mean(losses) * weight
        scale = getattr(optimizer, 'scale_loss', None)
        loss = (scale or optimizer.get_scaled_loss)(loss)
      variables = model.trainable_variables
      gradients = tape.gradient(loss, variables)
      if not keras_models.IS_KERAS_3:
        gradients = optimizer.get_unscaled_gradients(gradients)
      optimizer.apply_gradients(zip(gradients, variables))

    check = keras_training.exact_after_each_step(self, model, pruner)
    for num_updates in range(1, keras_training.NUM_STEPS + 1):
      if kind == 'dynamic':
        update(tf.constant(np.inf))
        check(num_updates - 1)
      update(tf.constant(1.0))
      check(num_updates)


if __name__ == '__main__':
  absltest.main()
