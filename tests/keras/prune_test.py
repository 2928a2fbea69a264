# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of model_pruning.keras.prune."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.compat import keras_variables
from model_pruning._src.compat import tensorflow as tf_compat
from tests.support import keras_models
from tests.support import modes
from tests.support import numpy_reference
from tests.support import simulation

keras = tf.keras
_SPEC = ('target_sparsity=0.9,sparsity_function_end_step=13'
         ',end_pruning_step=13,pruning_frequency=4')


def _kernels(model):
  """Weights of two dimensions or more, by name."""
  return {keras_variables.variable_name(variable):
          keras_variables.value_of(variable)
          for variable in model.trainable_variables
          if len(variable.shape) > 1}


def _one_kernel_model(problem, constraint=None):
  """A model with nothing but the kernel of a problem, as layer.kernel."""
  rows, columns = problem.weight.shape
  model = keras.Sequential([
      keras.layers.InputLayer((rows,)),
      keras.layers.Dense(columns, use_bias=False, name='dense',
                         kernel_constraint=constraint)])
  model.layers[-1].set_weights([problem.weight])
  return model


def _gradient_loss(labels, outputs):
  # The mean over 8 rows of 8 times the gradient: exact in binary.
  return tf.reduce_sum(outputs * labels, axis=-1) * 8.0


class KerasTestCase(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if keras_models.IS_KERAS_3 and not tf.executing_eagerly():
      self.skipTest('Keras 3 has no graph mode')
    keras.backend.clear_session()
    tf.compat.v1.set_random_seed(1)

  def assert_sparsity(self, model, target=0.9):
    kernels = _kernels(model)
    self.assertNotEmpty(kernels)
    for name, kernel in kernels.items():
      self.assertEqual((kernel != 0).sum(),
                       numpy_reference.num_kept(kernel.size, target), name)


class ModelsTest(KerasTestCase):

  @parameterized.parameters(*keras_models.models_and_ways())
  def test_every_model_trained_in_any_way_reaches_the_target(self, model, way):
    reason = keras_models.why_not(way)
    if reason:
      self.skipTest(reason)
    model = keras_models.MODELS[model]()
    names = [variable.name for variable in model.variables]
    pruner = model_pruning.keras.prune(model, _SPEC)
    keras_models.WAYS[way](model, 14)
    self.assert_sparsity(model)
    self.assertEqual(pruner.step, 14)
    self.assertEqual([variable.name for variable in model.variables], names)
    for name, sparsity in pruner.sparsity.items():
      mask = pruner.masks[name]
      self.assertEqual(sparsity, 1 - np.mean(mask), name)

  def test_a_model_that_was_trained_before_is_pruned_as_well(self):
    model = keras_models.sequential()
    keras_models.WAYS['fit'](model, 2)
    model_pruning.keras.prune(model, _SPEC)
    keras_models.WAYS['fit'](model, 14)
    self.assert_sparsity(model)

  def test_depthwise_and_norm_weights_are_left_alone(self):
    model = keras.Sequential([
        keras.layers.InputLayer((8, 8, 3)),
        keras.layers.DepthwiseConv2D(3, name='a'),
        keras.layers.SeparableConv2D(4, 3, name='b'),
        keras.layers.BatchNormalization(name='c'),
        keras.layers.LayerNormalization(axis=(2, 3), name='d')])
    report = model_pruning.keras.prune(model, _SPEC).report
    self.assertLen(report.pruned, 1)
    self.assertIn('pointwise', report.pruned[0].name)
    reasons = ' '.join(weight.reason for weight in report.skipped)
    for reason in ('depthwise kernel', 'normalization', 'not trainable',
                   '1 dimension'):
      self.assertIn(reason, reasons)

  def test_a_depthwise_kernel_is_pruned_on_request(self):
    model = keras.Sequential([
        keras.layers.InputLayer((8, 8, 3)),
        keras.layers.DepthwiseConv2D(3, name='mine')])
    pruner = model_pruning.keras.prune(
        model, 'weight_sparsity_map=[mine/:0.5]')
    self.assertLen(pruner.report.pruned, 1)

  def test_a_pruner_says_what_it_prunes_how_far_and_at_which_step(self):
    model = keras_models.sequential()
    pruner = model_pruning.keras.prune(model, 'target_sparsity=0.75')
    self.assertRegex(
        repr(pruner), r"^<Pruner 'target_sparsity=0\.75': \d weights to a "
        r'sparsity of 0\.75, at step 0>$')

  def test_a_frozen_layer_is_not_pruned(self):
    model = keras_models.sequential()
    model.layers[0].trainable = False
    pruner = model_pruning.keras.prune(model, _SPEC)
    self.assertLen(pruner.report.pruned, 1)
    self.assertIn('not trainable',
                  [w.reason for w in pruner.report.skipped
                   if 'conv/kernel' in w.name][0])

  def test_weights_of_one_name_have_states_of_their_own(self):
    model = keras.Sequential([
        keras.layers.InputLayer((4,)),
        keras.Sequential([keras.layers.Dense(4, name='same')], name='x'),
        keras.Sequential([keras.layers.Dense(4, name='same')], name='x2')])
    model(np.zeros((1, 4), np.float32))
    names = [w.name for w in model_pruning.keras.prune(
        model, _SPEC).report.pruned]
    self.assertLen(set(names), 2)


class ExactTrainingTest(KerasTestCase):

  @parameterized.parameters(*simulation.SPECS)
  def test_fit_is_the_simulation(self, title):
    problem = simulation.problem((8, 10))
    model = _one_kernel_model(problem)
    # The rules of a spec go by names that end alike on both sides.
    spec = model_pruning.PruningSpec.parse(simulation.SPECS[title])
    model_pruning.keras.prune(model, spec)
    model.compile(keras.optimizers.SGD(simulation.LEARNING_RATE),
                  _gradient_loss)
    weights = []
    model.fit(
        np.tile(np.eye(8, dtype=np.float32), (25, 1)),
        np.tile(problem.gradient, (25, 1)), batch_size=8, shuffle=False,
        verbose=0, callbacks=[keras.callbacks.LambdaCallback(
            on_batch_end=lambda batch, logs: weights.append(
                model.get_weights()[0]))])
    expected = simulation.train(problem, spec, 'dense/kernel', 25)
    np.testing.assert_array_equal(weights, expected)

  @parameterized.parameters(*simulation.SPECS)
  def test_a_custom_loop_is_the_simulation(self, title):
    if not tf.executing_eagerly():
      self.skipTest('a GradientTape loop needs eager mode')
    problem = simulation.problem((8, 10))
    model = _one_kernel_model(problem)
    spec = model_pruning.PruningSpec.parse(simulation.SPECS[title])
    model_pruning.keras.prune(model, spec)
    optimizer = keras.optimizers.SGD(simulation.LEARNING_RATE)

    @tf.function
    def step():
      with tf.GradientTape() as tape:
        loss = tf.reduce_sum(
            model(np.eye(8, dtype=np.float32)) * problem.gradient)
      variables = model.trainable_variables
      optimizer.apply_gradients(
          zip(tape.gradient(loss, variables), variables))

    for expected in simulation.train(problem, spec, 'dense/kernel', 25):
      step()
      np.testing.assert_array_equal(model.get_weights()[0], expected)

  def test_a_constraint_of_the_user_is_applied_first(self):
    problem = simulation.problem((8, 10))
    model = _one_kernel_model(problem, keras.constraints.NonNeg())
    model_pruning.keras.prune(
        model, 'target_sparsity=0.5,sparsity_function_end_step=0')
    model.compile(keras.optimizers.SGD(simulation.LEARNING_RATE),
                  _gradient_loss)
    model.fit(np.eye(8, dtype=np.float32), problem.gradient, batch_size=8,
              verbose=0)
    updated = problem.weight - np.float32(0.5) * problem.gradient
    updated = np.maximum(updated, 0)
    mask = numpy_reference.unstructured_mask(updated, 0.5)
    np.testing.assert_array_equal(model.get_weights()[0],
                                  np.where(mask, updated, 0))


class DistributionTest(KerasTestCase):

  @parameterized.parameters(
      '', ',sparsity_distribution=global', ',prune_option=mean_gradient')
  def test_two_mirrored_replicas_prune_alike(self, more):
    strategy = modes.two_replicas(self)
    if more and not tf.executing_eagerly():
      self.skipTest('graph mode refuses groups and gradients')
    with strategy.scope():
      model = keras_models.sequential()
      if 'gradient' in more:
        pruner = model_pruning.keras.prune(model, _SPEC + more)
        keras_models.compile_(model, optimizer=pruner.with_gradients(
            keras.optimizers.Adam()))
      else:
        keras_models.compile_(model)
        pruner = model_pruning.keras.prune(model, _SPEC + more)
    keras_models.WAYS['fit'](model, 14)
    kernels = [kernel.ravel() for kernel in _kernels(model).values()]
    if 'global' in more:
      kernels = [np.concatenate(kernels)]
    for kernel in kernels:
      self.assertEqual((kernel != 0).sum(),
                       numpy_reference.num_kept(kernel.size, 0.9))
    self.assertEqual(pruner.step, 14)
    for variable in model.trainable_variables:
      replicas = tf_compat.replicas(keras_variables.backend_variable(variable))
      self.assertLen(replicas, 2)
      first, second = map(keras_variables.value_of, replicas)
      np.testing.assert_array_equal(first, second)


class SavingTest(KerasTestCase):

  @parameterized.parameters('.h5', '.keras', '')
  def test_a_saved_model_is_plain_and_sparse(self, suffix):
    if suffix == '.keras' and not keras_models.IS_KERAS_3:
      self.skipTest('.keras files are of Keras 3')
    if not suffix and (keras_models.IS_KERAS_3
                       or tf.__version__.startswith('1.14.')):
      self.skipTest('this Keras saves no model as SavedModel')
    model = keras_models.functional()
    model_pruning.keras.prune(model, _SPEC)
    keras_models.WAYS['fit'](model, 14)
    path = self.create_tempdir().full_path + '/model' + suffix
    if suffix:
      model.save(path)
    else:
      model.save(path, save_format='tf')
    loaded = keras.models.load_model(path, compile=False)
    keras_models.compile_(loaded)  # TF 1.15 and 2.1 predict compiled only.
    self.assert_sparsity(loaded)
    self.assertEqual(loaded.count_params(), model.count_params())
    images, _ = keras_models.batch()
    np.testing.assert_array_equal(loaded.predict(images),
                                  model.predict(images))

  def test_training_resumed_with_the_pruner_ends_with_the_same_weights(self):
    if not tf.executing_eagerly():
      self.skipTest('tf.train.Checkpoint of a whole model needs eager mode')

    def start():
      model = keras_models.sequential()
      model.set_weights([np.linspace(-1, 1, w.size).reshape(w.shape)
                         for w in model.get_weights()])
      keras_models.compile_(model)
      pruner = model_pruning.keras.prune(model, _SPEC)
      return model, tf.train.Checkpoint(model=model, pruner=pruner)

    whole, _ = start()
    keras_models.WAYS['fit'](whole, 16)
    first, checkpoint = start()
    keras_models.WAYS['fit'](first, 6)
    path = checkpoint.save(self.create_tempdir().full_path + '/checkpoint')
    second, checkpoint = start()
    checkpoint.restore(path)
    keras_models.WAYS['fit'](second, 10)
    for wanted, actual in zip(whole.get_weights(), second.get_weights()):
      np.testing.assert_array_equal(actual, wanted)


class ErrorTest(KerasTestCase):

  def test_an_unbuilt_model_is_refused_with_what_to_call(self):
    model = keras.Sequential([keras.layers.Dense(2)])
    with self.assertRaisesRegex(ValueError, 'built.*model.build'):
      model_pruning.keras.prune(model, _SPEC)

  def test_something_else_is_no_model(self):
    with self.assertRaisesRegex(TypeError, 'Keras model.*list'):
      model_pruning.keras.prune([1], _SPEC)

  def test_a_model_is_pruned_once(self):
    model = keras_models.sequential()
    model_pruning.keras.prune(model, _SPEC)
    with self.assertRaisesRegex(ValueError, 'pruned already.*kernel'):
      model_pruning.keras.prune(model, _SPEC)

  def test_weights_cannot_share_a_threshold_in_graph_mode(self):
    if tf.executing_eagerly():
      self.skipTest('this process runs Keras eagerly')
    with self.assertRaisesRegex(ValueError, "in group 'global'"):
      model_pruning.keras.prune(
          keras_models.sequential(), 'sparsity_distribution=global')

  def test_a_refused_model_is_as_it_was(self):
    model = keras_models.sequential()
    with self.assertRaisesRegex(ValueError, 'nothing_like_it'):
      model_pruning.keras.prune(model, 'do_not_prune=[nothing_like_it]')
    for variable in model.trainable_variables:
      self.assertIsNone(keras_variables.constraint_of(variable))


if __name__ == '__main__':
  absltest.main()
