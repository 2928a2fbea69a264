# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a pruner of a Keras model says at its begin and at its end."""

from __future__ import annotations

import collections
import gc
import weakref

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.keras import constraint
from model_pruning._src.keras import masks
from model_pruning._src.keras.tfmot import wrapper
from tests.support import keras_models
from tests.support.files import commands

_AT_ONCE = 'target_sparsity=0.5,sparsity_function_end_step=0'
_OF_A_MODEL = (
    constraint.PrunesWeights, masks.Masks, model_pruning.keras.Pruner,
    wrapper.PruningWrapper)
_START = '''
import tensorflow as tf
import model_pruning
from tests.support import keras_models
'''
_MODEL = 'model = keras_models.sequential()\n'
_PROGRAMS = {
    'not begun': _MODEL + '''
model_pruning.keras.prune(model, 'begin_pruning_step=1000')
keras_models.WAYS['fit'](model, 2)
''',
    'other weights': _MODEL + '''
optimizer = keras_models.keras.optimizers.SGD()
pruner = model_pruning.keras.prune(model, 'target_sparsity=0.5',
                                   optimizer=optimizer)
other = tf.Variable(1.0)
if hasattr(optimizer, 'build'):
  optimizer.build([other])
optimizer.apply_gradients([(tf.constant(1.0), other)])
''',
    'cleared': _MODEL + '''
model_pruning.keras.prune(model, 'target_sparsity=0.5')
keras_models.keras.backend.clear_session()
'''}


def _require_a_mode():
  if keras_models.IS_KERAS_3 and not tf.executing_eagerly():
    raise absltest.SkipTest('Keras 3 has no graph mode')


class EndOfProgramTest(absltest.TestCase):

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    _require_a_mode()
    programs = dict(_PROGRAMS)
    if tf.__version__.startswith('1.'):
      del programs['other weights']
    directory = cls.create_tempdir(cls('run')).full_path
    cls.printed = dict(zip(programs, commands.run_programs(
        _START, list(programs.values()), directory)))

  def test_a_program_that_ended_without_pruning_says_so(self):
    self.assertIn('after 2 updates and NOTHING WAS PRUNED',
                  self.printed['not begun'])

  def test_a_program_whose_optimizer_applies_no_constraints_says_so(self):
    if tf.__version__.startswith('1.'):
      self.skipTest('a program of TensorFlow 1 starts in graph mode')
    self.assertIn('after 1 updates and NOTHING WAS PRUNED: SGD',
                  self.printed['other weights'])

  def test_a_program_that_cleared_the_session_ends_in_peace(self):
    self.assertNotIn('Traceback', self.printed['cleared'])


class PrunerLifeTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    _require_a_mode()
    keras_models.keras.backend.clear_session()

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

  @parameterized.parameters('prune', 'prune_low_magnitude')
  def test_nothing_of_ours_outlives_a_model(self, verb):
    if not tf.executing_eagerly():
      self.skipTest('Keras holds models of its graph')

    def train():
      model = keras_models.sequential()
      if verb == 'prune':
        model_pruning.keras.prune(model, _AT_ONCE)
      else:
        model = model_pruning.keras.prune_low_magnitude(model, spec=_AT_ONCE)
      keras_models.WAYS['fit'](model, 2)

    numbers = []
    for _ in range(2):  # The first one fills what is kept for all models.
      train()
      gc.collect()
      gc.collect()  # What had to live until the wrappers were deleted.
      numbers.append(collections.Counter(
          kind for kind in map(type, gc.get_objects())
          if str(kind.__module__).startswith('model_pruning')))
    self.assertEqual(numbers[0], numbers[1])
    self.assertEqual(
        [kind for kind in numbers[1] if issubclass(kind, _OF_A_MODEL)], [])

  def test_an_optimizer_that_ignores_constraints_is_refused(self):
    kinds = getattr(keras_models.keras.optimizers, 'experimental', None)
    if not hasattr(kinds, 'SGD') or (
        kinds.SGD is keras_models.keras.optimizers.SGD):
      self.skipTest('this Keras has no such optimizers')
    model = keras_models.functional()
    keras_models.compile_(model, optimizer=kinds.SGD())
    with self.assertRaisesRegex(ValueError, 'must apply.*Received: SGD'):
      model_pruning.keras.prune(model, 'target_sparsity=0.5')

  def test_training_that_is_too_short_is_warned_of(self):
    model = keras_models.sequential()
    with self.assertLogs('absl', 'WARNING') as logs:
      pruner = model_pruning.keras.prune(
          model, 'begin_pruning_step=1000', num_steps=10)
    self.assertIn('nothing will be pruned', logs.output[-1])
    self.assertIn('nothing will be pruned', pruner.report.warnings[-1])


if __name__ == '__main__':
  absltest.main()
