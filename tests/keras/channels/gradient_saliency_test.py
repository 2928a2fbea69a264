# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Channels are ranked by the gradients of all that belongs to them."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.compat import keras_variables
from tests.support.channels import channel_models

keras = tf.keras
layers = keras.layers
_FOLLOWS = tf.executing_eagerly() and hasattr(layers, 'MultiHeadAttention')
_SPEC = 'structure=channels,target_sparsity=0.5,prune_option='
_OF_MEAN = {
    'first_order_gradient': (np.abs, lambda mean: mean),
    'second_order_gradient': (np.square, np.sqrt),
    'mean_gradient': (lambda gradient: gradient, np.abs)}
_RANDOM = np.random.RandomState(1)
_BATCHES = list(zip(_RANDOM.randn(8, 4, 6).astype(np.float32),
                    _RANDOM.randn(8, 4, 3).astype(np.float32)))


def _model():
  inputs = keras.Input((6,))
  hidden = layers.Dense(8, activation='tanh', name='one')(inputs)
  return channel_models.randomize(
      keras.Model(inputs, layers.Dense(3, name='last')(hidden)))


def _pruned(spec):
  model = _model()
  pruner = model_pruning.keras.prune(model, spec)
  model.compile(pruner.with_gradients(keras.optimizers.SGD(0.05)), 'mse')
  return model, pruner


def _train(model, first, last):
  for batch in _BATCHES[first:last]:
    model.train_on_batch(*batch)


class GradientSaliencyTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if not _FOLLOWS:
      self.skipTest('channels are followed in eager mode from TF 2.4 on')

  @parameterized.parameters(*_OF_MEAN)
  def test_what_changes_the_loss_most_stays(self, option):
    dense = _model()
    dense.compile(keras.optimizers.SGD(0.05), 'mse')
    of_gradient, of_mean = _OF_MEAN[option]
    means = [0.0] * 4
    for inputs, labels in _BATCHES[:3]:
      with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(labels - dense(inputs)))
      variables = [keras_variables.backend_variable(variable)
                   for variable in dense.trainable_variables]
      gradients = tape.gradient(loss, variables)
      means = [mean + 0.25 * (of_gradient(gradient.numpy()) - mean)
               for mean, gradient in zip(means, gradients)]
      dense.train_on_batch(inputs, labels)
    scores = [np.square(np.abs(weight) * of_mean(mean))
              for weight, mean in zip(dense.get_weights(), means)]
    score = (scores[0].sum(axis=0) + scores[1] + scores[2].sum(axis=1)) / 10.0
    model, pruner = _pruned(
        f'{_SPEC}{option},gradient_decay_rate=0.75,begin_pruning_step=3,'
        'sparsity_function_begin_step=3,sparsity_function_end_step=3')
    _train(model, 0, 3)
    self.assertCountEqual(
        np.flatnonzero(pruner.masks['one/kernel'].all(axis=0)),
        np.argsort(score)[4:])
    self.assertEqual(model_pruning.keras.remove_channels(
        model).get_layer('one').units, 4)

  def test_training_that_was_killed_ends_with_the_same_bits(self):
    spec = (f'{_SPEC}first_order_gradient,pruning_frequency=2,'
            'sparsity_function_end_step=6')
    model, pruner = _pruned(spec)
    _train(model, 0, 3)
    path = tf.train.Checkpoint(
        model=model, optimizer=model.optimizer, pruner=pruner).save(
            self.create_tempdir().full_path + '/checkpoint')
    _train(model, 3, 8)
    other, resumed = _pruned(spec)
    tf.train.Checkpoint(
        model=other, optimizer=other.optimizer, pruner=resumed).restore(path)
    _train(other, 3, 8)
    self.assertEqual(resumed.step, 8)
    for one, wanted in zip(other.get_weights(), model.get_weights()):
      np.testing.assert_array_equal(one, wanted)

  def test_an_optimizer_that_shows_no_gradients_is_refused(self):
    model = _model()
    model_pruning.keras.prune(model, f'{_SPEC}first_order_gradient')
    model.compile(keras.optimizers.SGD(0.05), 'mse')
    with self.assertRaisesRegex(ValueError, 'with_gradients'):
      _train(model, 0, 1)


if __name__ == '__main__':
  absltest.main()
