# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The state of a pruned Keras model: its clock, and what is made of zeros."""

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
from tests.support import two_kernels

keras = tf.keras
_SPEC = two_kernels.SPEC


def _compile(model, optimizer=None):
  model.compile(optimizer or keras.optimizers.Adam(0.05), 'mse')


class StateTestCase(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    two_kernels.skip_without_graph_mode(self)
    self._path = self.create_tempdir().full_path + '/model' + (
        '.keras' if keras_models.IS_KERAS_3 else '.h5')


class ResumeTest(StateTestCase):

  def _uninterrupted(self, last):
    model = two_kernels.model()
    model_pruning.keras.prune(model, _SPEC)
    _compile(model)
    two_kernels.fit(model, 0, last)
    return model

  def _saved_at(self, step):
    self._uninterrupted(step).save(self._path)

  @parameterized.parameters(1, 6, 8, 15)
  def test_a_loaded_model_goes_on_where_it_was(self, step):
    self._saved_at(step)
    model = keras.models.load_model(self._path)
    pruner = model_pruning.keras.prune(model, _SPEC)
    self.assertEqual(pruner.step, step)
    two_kernels.fit(model, step, 20)
    two_kernels.assert_equal_weights(model, self._uninterrupted(20))

  def test_a_model_restored_after_prune_goes_on_where_it_was(self):
    if not modes.is_eager():
      self.skipTest('a graph is not traced again')
    first = self._uninterrupted(6)
    checkpoint = tf.train.Checkpoint(model=first, optimizer=first.optimizer)
    path = checkpoint.save(self.create_tempdir().full_path + '/checkpoint')
    model = two_kernels.model()
    pruner = model_pruning.keras.prune(model, _SPEC)
    _compile(model)
    tf.train.Checkpoint(
        model=model, optimizer=model.optimizer).restore(path)
    two_kernels.fit(model, 6, 20)
    self.assertEqual(pruner.step, 20)
    two_kernels.assert_equal_weights(model, self._uninterrupted(20))

  def test_resume_takes_up_a_model_restored_between_trainings(self):
    if not modes.is_eager():
      self.skipTest('tf.train.Checkpoint of a whole model needs eager mode')
    model = two_kernels.model()
    pruner = model_pruning.keras.prune(model, _SPEC)
    _compile(model)
    two_kernels.fit(model, 0, 6)
    checkpoint = tf.train.Checkpoint(model=model, optimizer=model.optimizer)
    path = checkpoint.save(self.create_tempdir().full_path + '/checkpoint')
    two_kernels.fit(model, 6, 17)
    checkpoint.restore(path)
    pruner.resume()
    self.assertEqual(pruner.step, 6)
    two_kernels.fit(model, 6, 20)
    two_kernels.assert_equal_weights(model, self._uninterrupted(20))

  def test_a_dense_model_behind_schedule_is_pruned_at_once_and_warned_of(self):
    model = two_kernels.model()
    _compile(model)
    two_kernels.fit(model, 0, 14)
    with self.assertLogs('absl', 'WARNING') as logs:
      pruner = model_pruning.keras.prune(model, _SPEC)
    self.assertIn('made 14 updates', logs.output[0])
    self.assertTrue(all(mask.all() for mask in pruner.masks.values()))
    two_kernels.fit(model, 14, 15)
    self.assertEqual(pruner.step, 15)
    two_kernels.assert_sparse(self, model)

  def test_a_dense_model_is_not_touched_before_its_pruning_begins(self):
    model, pruned = two_kernels.model(), two_kernels.model()
    # Zeros of a dense model are not those of a pruning.
    for trained in (model, pruned):
      weights = trained.get_weights()
      weights[0][0] = 0
      trained.set_weights(weights)
      _compile(trained)
      two_kernels.fit(trained, 0, 3)
    model_pruning.keras.prune(
        pruned, 'target_sparsity=0.5,begin_pruning_step=12'
        ',sparsity_function_begin_step=12,sparsity_function_end_step=20')
    for trained in (model, pruned):
      two_kernels.fit(trained, 3, 11)
    two_kernels.assert_equal_weights(pruned, model)

  def test_a_new_optimizer_does_not_turn_the_clock_back(self):
    model = two_kernels.model()
    pruner = model_pruning.keras.prune(model, _SPEC)
    _compile(model)
    two_kernels.fit(model, 0, 10)
    _compile(model)
    two_kernels.fit(model, 10, 15)
    self.assertEqual(pruner.step, 15)
    two_kernels.assert_sparse(self, model)

  def test_an_eager_step_after_a_restore_asks_for_resume(self):
    if 'run_eagerly' not in inspect.signature(keras.Model.compile).parameters:
      self.skipTest('this Keras cannot run eagerly')
    if not modes.is_eager():
      self.skipTest('graph mode')
    model = two_kernels.model()
    pruner = model_pruning.keras.prune(model, _SPEC)
    model.compile(keras.optimizers.SGD(0.1), 'mse', run_eagerly=True)
    model.optimizer.iterations.assign(6)
    with self.assertRaisesRegex(ValueError, r'pruner\.resume\(\)'):
      two_kernels.fit(model, 6, 7)
    pruner.resume()
    two_kernels.fit(model, 6, 8)
    self.assertEqual(
        pruner.step, keras_variables.value_of(model.optimizer.iterations))


class StripTest(StateTestCase):

  def test_a_stripped_model_trains_dense_and_can_be_pruned_again(self):
    model = two_kernels.model()
    constraint = keras.constraints.MaxNorm(9.0)
    kernel = model.trainable_variables[0]
    keras_variables.set_constraint(kernel, constraint)
    pruner = model_pruning.keras.prune(model, _SPEC)
    _compile(model)
    two_kernels.fit(model, 0, 14)
    self.assertIs(pruner.strip(), model)
    two_kernels.assert_sparse(self, model)
    self.assertIs(keras_variables.constraint_of(kernel), constraint)
    two_kernels.fit(model, 14, 15)
    self.assertTrue(all((weight != 0).all()
                        for weight in model.get_weights()))
    self.assertEqual(pruner.step, 14)
    model_pruning.keras.prune(model, _SPEC)


class OptimizerTest(StateTestCase):

  def _optimizer(self, **kwargs):
    [name] = kwargs
    if name not in inspect.signature(keras.optimizers.SGD).parameters:
      self.skipTest(f'optimizers of this Keras have no {name}')
    return keras.optimizers.SGD(0.1, **kwargs)

  def test_accumulated_gradients_are_one_update(self):
    model = two_kernels.model()
    pruner = model_pruning.keras.prune(model, _SPEC)
    _compile(model, self._optimizer(gradient_accumulation_steps=3))
    two_kernels.fit(model, 0, 3 * 12 + 2)
    self.assertEqual(pruner.step, 12)
    two_kernels.fit(model, 38, 3 * 13)
    self.assertEqual(pruner.step, 13)
    two_kernels.assert_sparse(self, model)
    model.save(self._path)
    loaded = keras.models.load_model(self._path)
    self.assertEqual(
        model_pruning.keras.prune(loaded, _SPEC).step, 13)

  @parameterized.parameters(None, 5)
  def test_averages_of_weights_are_sparse_and_so_is_what_they_end_as(
      self, ema_overwrite_frequency):
    if 'use_ema' not in inspect.signature(keras.optimizers.SGD).parameters:
      self.skipTest('optimizers of this Keras have no use_ema')
    optimizer = keras.optimizers.SGD(
        0.1, use_ema=True, ema_momentum=0.5,
        ema_overwrite_frequency=ema_overwrite_frequency)
    model = two_kernels.model()
    pruner = model_pruning.keras.prune(model, _SPEC)
    _compile(model, optimizer)
    before = model.get_weights()
    two_kernels.fit(model, 0, 16)
    self.assertEqual(pruner.step, 16)
    for weight, old in zip(model.get_weights(), before):
      self.assertFalse((weight == old).all())
    two_kernels.assert_sparse(self, model)
    for kernel in (model.layers[-2].kernel, model.layers[-1].kernel):
      average = keras_variables.value_of(
          keras_optimizers.averages_of(optimizer, kernel)[0])
      np.testing.assert_array_equal(average, keras_variables.value_of(kernel))


class EmbeddingTest(StateTestCase):

  @parameterized.parameters(('adam', 'fit'), ('adam', 'loop'),
                            ('legacy', 'fit'), ('legacy', 'loop'))
  def test_an_embedding_is_pruned(self, optimizer, way):
    module = keras.optimizers
    if optimizer == 'legacy':
      if keras_models.IS_KERAS_3 or not hasattr(module, 'legacy'):
        self.skipTest('this Keras has optimizers of one kind')
      module = module.legacy
    model = keras.Sequential([
        keras.layers.InputLayer((3,)), keras.layers.Embedding(16, 4),
        keras.layers.Flatten(), keras.layers.Dense(1)])
    words = np.random.RandomState(0).randint(0, 16, (15, 8, 3))
    pruner = model_pruning.keras.prune(model, _SPEC)
    _compile(model, module.Adam(0.05))
    if way == 'fit':
      model.fit(words.reshape(-1, 3), np.ones([120, 1]), batch_size=8,
                verbose=0)
    else:
      for batch in words:
        model.train_on_batch(batch, np.ones([8, 1]))
    self.assertEqual(pruner.step, 15)
    self.assertLen(pruner.masks, 2)
    two_kernels.assert_sparse(self, model)


class GradientTest(StateTestCase):

  def test_an_optimizer_that_shows_no_gradients_is_refused(self):
    if not modes.is_eager():
      self.skipTest('graph mode refuses the option')
    model = two_kernels.model()
    model_pruning.keras.prune(model, 'prune_option=first_order_gradient')
    _compile(model)
    with self.assertRaisesRegex(Exception, 'with_gradients'):
      two_kernels.fit(model, 0, 1)

  def test_a_file_holds_the_optimizer_of_the_user(self):
    if not modes.is_eager():
      self.skipTest('graph mode refuses the option')
    model = two_kernels.model()
    pruner = model_pruning.keras.prune(
        model, 'prune_option=first_order_gradient')
    _compile(model, pruner.with_gradients(keras.optimizers.Adam(0.25)))
    two_kernels.fit(model, 0, 2)
    model.save(self._path)
    optimizer = keras.models.load_model(self._path).optimizer
    self.assertIs(type(optimizer), type(keras.optimizers.Adam()))

  @parameterized.parameters(('adam', TypeError), (7, TypeError))
  def test_what_is_no_optimizer_is_refused(self, optimizer, error):
    pruner = model_pruning.keras.prune(
        two_kernels.model(), 'target_sparsity=0.5')
    with self.assertRaisesRegex(error, f'optimizer.*{optimizer}'):
      pruner.with_gradients(optimizer)


if __name__ == '__main__':
  absltest.main()
