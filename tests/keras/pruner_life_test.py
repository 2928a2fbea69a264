# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a pruner of a Keras model says at its begin and at its end."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref

import numpy as np
import tensorflow as tf
from absl.testing import absltest

import model_pruning
from tests.support import keras_models


class PrunerLifeTest(absltest.TestCase):

  def setUp(self):
    super().setUp()
    if keras_models.IS_KERAS_3 and not tf.executing_eagerly():
      self.skipTest('Keras 3 has no graph mode')
    keras_models.keras.backend.clear_session()

  def _run_program(self, *lines):
    """What a program prints to stderr that ends after `lines`."""
    program = '\n'.join([
        'import model_pruning', 'from tests.support import keras_models',
        'model = keras_models.sequential()', *lines])
    return subprocess.run(
        [sys.executable, '-c', program], check=True, stderr=subprocess.PIPE,
        universal_newlines=True).stderr

  def test_a_program_that_ended_without_pruning_says_so(self):
    printed = self._run_program(
        "model_pruning.keras.prune(model, 'begin_pruning_step=1000')",
        "keras_models.WAYS['fit'](model, 2)")
    self.assertIn('after 2 updates and NOTHING WAS PRUNED', printed)

  def test_a_program_whose_optimizer_applies_no_constraints_says_so(self):
    if tf.__version__.startswith('1.'):
      self.skipTest('a program of TensorFlow 1 starts in graph mode')
    printed = self._run_program(
        'import tensorflow as tf',
        'optimizer = keras_models.keras.optimizers.SGD()',
        "pruner = model_pruning.keras.prune(model, 'target_sparsity=0.5',",
        '                                   optimizer=optimizer)',
        'other = tf.Variable(1.0)',
        "if hasattr(optimizer, 'build'):",
        '  optimizer.build([other])',
        'optimizer.apply_gradients([(tf.constant(1.0), other)])')
    self.assertIn('after 1 updates and NOTHING WAS PRUNED: SGD', printed)

  def test_a_model_without_a_kernel_trains_as_before(self):
    model = keras_models.keras.Sequential([
        keras_models.keras.layers.BatchNormalization(input_shape=(8,))])
    pruner = model_pruning.keras.prune(model, 'target_sparsity=0.5')
    self.assertIn(
        'No weight of the model is pruned', ' '.join(pruner.report.warnings))
    model.compile('sgd', 'mse')
    features = np.ones([4, 8], np.float32)
    model.fit(features, features, verbose=0)
    self.assertEmpty(pruner.sparsity)
    self.assertEmpty(model_pruning.keras.prune_now(
        model, 'target_sparsity=0.5').pruned)
    pruner.strip()

  def test_a_pruner_is_freed_with_its_model(self):
    if not tf.executing_eagerly():
      self.skipTest('Keras holds models of its graph')
    model = keras_models.functional()
    keras_models.compile_(model)
    found = weakref.ref(model_pruning.keras.prune(model, 'target_sparsity=0.5'))
    keras_models.WAYS['fit'](model, 2)
    self.assertIsNotNone(found())
    del model
    keras_models.keras.backend.clear_session()
    gc.collect()
    self.assertIsNone(found())

  def test_an_optimizer_that_ignores_constraints_is_refused(self):
    kinds = getattr(keras_models.keras.optimizers, 'experimental', None)
    if not hasattr(kinds, 'SGD') or (
        kinds.SGD is keras_models.keras.optimizers.SGD):
      self.skipTest('this Keras has no such optimizers')
    model = keras_models.functional()
    keras_models.compile_(model, optimizer=kinds.SGD())
    with self.assertRaisesRegex(ValueError, 'must apply.*Received: SGD'):
      model_pruning.keras.prune(model, 'target_sparsity=0.5')

  def test_a_program_that_cleared_the_session_ends_in_peace(self):
    printed = self._run_program(
        "model_pruning.keras.prune(model, 'target_sparsity=0.5')",
        'keras_models.keras.backend.clear_session()')
    self.assertNotIn('Traceback', printed)

  def test_training_that_is_too_short_is_warned_of(self):
    model = keras_models.sequential()
    with self.assertLogs('absl', 'WARNING') as logs:
      pruner = model_pruning.keras.prune(
          model, 'begin_pruning_step=1000', num_steps=10)
    self.assertIn('nothing will be pruned', logs.output[-1])
    self.assertIn('nothing will be pruned', pruner.report.warnings[-1])


if __name__ == '__main__':
  absltest.main()
