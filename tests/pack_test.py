# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Packed files of models and checkpoints."""

from __future__ import annotations

import os

import numpy as np
import tensorflow as tf
from absl.testing import absltest

import model_pruning
from tests.support import keras_models

keras = tf.keras


def _model(units=16):
  model = keras.Sequential([
      keras.Input((12, 12, 3)), keras.layers.Conv2D(8, 3, name='first'),
      keras.layers.BatchNormalization(name='norm'), keras.layers.Flatten(),
      keras.layers.Dense(units, name='last')])
  random = np.random.RandomState(units)
  model.set_weights([random.randn(*weight.shape).astype(weight.dtype)
                     for weight in model.get_weights()])
  return model


class KerasTest(absltest.TestCase):

  def setUp(self):
    super().setUp()
    if keras_models.IS_KERAS_3 and not tf.executing_eagerly():
      self.skipTest('Keras 3 has no graph mode')
    if not hasattr(keras, 'Input') or tf.__version__.startswith('1.'):
      self.skipTest('Sequential of TF 1 takes no Input')
    keras.backend.clear_session()
    self._path = os.path.join(self.create_tempdir().full_path, 'packed')

  def test_a_pruned_model_is_packed_and_loaded(self):
    model = _model()
    model_pruning.keras.prune_now(model, 'target_sparsity=0.9')
    report = model_pruning.pack(model, self._path)
    self.assertEqual(len(report.weights), len(model.weights))
    self.assertLess(report.file_bytes, report.dense_bytes / 2)
    weights = [weight.copy() for weight in model.get_weights()]
    model.set_weights([np.ones_like(weight) for weight in weights])
    model_pruning.load_packed(model, self._path)
    for weight, expected in zip(model.get_weights(), weights):
      np.testing.assert_array_equal(weight, expected)

  def test_names_are_those_of_the_plan(self):
    model = _model()
    model_pruning.pack(model, self._path)
    plan = model_pruning.plan(model, 'target_sparsity=0.5', num_steps=100)
    arrays = model_pruning.unpack(self._path)
    for weight in plan.report.pruned:
      self.assertEqual(arrays[weight.name].shape, weight.shape)

  def test_another_model_is_refused_and_not_changed(self):
    model_pruning.pack(_model(), self._path)
    other = _model(units=17)
    weights = other.get_weights()
    with self.assertRaisesRegex(ValueError, 'is not of this model: .*last'):
      model_pruning.load_packed(other, self._path)
    for weight, expected in zip(other.get_weights(), weights):
      np.testing.assert_array_equal(weight, expected)

  def test_the_numbers_of_keras_in_names_may_differ(self):
    def made():
      return keras.Sequential([
          keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(3)])

    model, other = made(), made()
    model_pruning.pack(model, self._path)
    model_pruning.load_packed(other, self._path)
    for weight, expected in zip(other.get_weights(), model.get_weights()):
      np.testing.assert_array_equal(weight, expected)

  def test_an_unbuilt_model_is_refused(self):
    with self.assertRaisesRegex(ValueError, 'must be built'):
      model_pruning.pack(
          keras.Sequential([keras.layers.Dense(3)]), self._path)
    self.assertFalse(os.path.exists(self._path))


class CheckpointTest(absltest.TestCase):

  def test_a_checkpoint_is_packed_by_the_names_of_its_tensors(self):
    directory = self.create_tempdir().full_path
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
      value = np.where(np.arange(600) % 5 == 0, 1.5, 0).reshape(20, 30)
      tf.compat.v1.get_variable('dense/kernel', initializer=value)
      tf.compat.v1.get_variable('words', initializer=tf.constant(['a', 'b']))
      session.run(tf.compat.v1.global_variables_initializer())
      saver = tf.compat.v1.train.Saver()
      prefix = saver.save(session, os.path.join(directory, 'model'))
    for i, source in enumerate((prefix, directory)):
      path = os.path.join(directory, f'packed_{i}')
      report = model_pruning.pack(source, path)
      self.assertEqual(report.left_out, (('words', 'which is text'),))
      np.testing.assert_array_equal(
          model_pruning.unpack(path)['dense/kernel'], value)

  def test_what_is_no_checkpoint_is_named(self):
    with self.assertRaisesRegex(ValueError, 'nothing_there'):
      model_pruning.pack('nothing_there', 'packed')

  def test_another_kind_of_source_is_refused(self):
    with self.assertRaisesRegex(TypeError, 'Received: 3 of type int'):
      model_pruning.pack(3, 'packed')


if __name__ == '__main__':
  absltest.main()
