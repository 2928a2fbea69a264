# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Wrapped models in files: resumed training, and what stripped ones need."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning import keras as sparsity
from model_pruning._src.compat import keras_variables
from tests.support import keras_models
from tests.support import simulation
from tests.support import wrapped_models

keras = tf.keras


class FromTheThird(sparsity.PruningSchedule):
  """A schedule of a user, which no Keras has registered."""

  def __init__(self, begin_step):
    self.begin_step = begin_step

  def __call__(self, step):
    return step >= self.begin_step, 0.6

  def get_config(self):
    return {'begin_step': self.begin_step}


_ARGUMENTS = {
    'polynomial': dict(pruning_schedule=sparsity.PolynomialDecay(
        0.0, 0.75, 1, 7, frequency=3)),
    'pattern': dict(sparsity_m_by_n=(2, 4),
                    pruning_schedule=sparsity.PolynomialDecay(
                        0.0, 0.5, 1, 7, frequency=3)),
    'blocks': dict(block_size=(2, 3), block_pooling_type='MAX',
                   pruning_schedule=sparsity.ConstantSparsity(
                       0.5, 0, frequency=4)),
    'schedule of a user': dict(pruning_schedule=FromTheThird(3)),
    'spec': dict(spec='target_sparsity=0.75,pruning_frequency=3,'
                      'sparsity_function_end_step=7'),
}


def _why_not(suffix):
  """Why this Keras cannot save a Sequential model so; empty if it can."""
  if tf.__version__.startswith('1.14.'):
    return 'Keras of TensorFlow 1.14 loads no Sequential with an InputLayer'
  if suffix == '.keras' and not hasattr(keras, 'saving') and not (
      keras_models.IS_KERAS_3):
    return f'Keras of TensorFlow {tf.__version__} has no .keras files'
  if suffix == '.tf' and (keras_models.IS_KERAS_3
                          or tf.__version__.startswith('1.')):
    return 'this Keras loads no whole model from a SavedModel'
  if suffix == '.tf' and tf.__version__.startswith(('2.0.', '2.1.')):
    return 'this Keras makes layers of its own of all in a SavedModel'
  return ''


class ResumeTest(wrapped_models.WrapperTestCase):

  @parameterized.parameters(
      *((title, '.keras') for title in _ARGUMENTS),
      *(('polynomial', suffix) for suffix in ('.h5', '.tf')))
  def test_training_resumed_from_a_file_ends_with_the_same_weights(
      self, title, suffix):
    reason = _why_not(suffix)
    if reason:
      self.skipTest(reason)
    problem = simulation.problem((8, 10))

    def start():
      return wrapped_models.one_kernel_model(
          problem.weight, **_ARGUMENTS[title])

    whole = start()
    wrapped_models.fit(whole, problem.gradient, 9)
    model = start()
    wrapped_models.fit(model, problem.gradient, 4)
    path = f'{self.create_tempdir().full_path}/model{suffix}'
    model.save(path)
    with sparsity.prune_scope():
      loaded = keras.models.load_model(path, compile=False)
    wrapped_models.fit(loaded, problem.gradient, 5)
    for wanted, actual in zip(wrapped_models.all_values(whole),
                              wrapped_models.all_values(loaded)):
      np.testing.assert_array_equal(actual, wanted)
    written = whole.layers[-1].get_config()
    read = loaded.layers[-1].get_config()
    for name in ('spec', 'pruning_schedule', 'block_size', 'sparsity_m_by_n',
                 'block_pooling_type'):
      self.assertEqual(read.get(name), written.get(name))

  def test_weights_alone_resume_training_as_well(self):
    problem = simulation.problem((8, 10))
    arguments = _ARGUMENTS['polynomial']
    whole = wrapped_models.one_kernel_model(problem.weight, **arguments)
    wrapped_models.fit(whole, problem.gradient, 9)
    model = wrapped_models.one_kernel_model(problem.weight, **arguments)
    wrapped_models.fit(model, problem.gradient, 4)
    path = f'{self.create_tempdir().full_path}/it.weights.h5'
    model.save_weights(path)
    again = wrapped_models.one_kernel_model(problem.weight, **arguments)
    again.load_weights(path)
    wrapped_models.fit(again, problem.gradient, 5)
    np.testing.assert_array_equal(again.layers[-1].get_weights()[0],
                                  whole.layers[-1].get_weights()[0])

  def test_recurrent_layers_are_saved_with_their_steps(self):
    if _why_not('.h5'):
      self.skipTest(_why_not('.h5'))
    model = sparsity.prune_low_magnitude(keras.Sequential([
        keras.layers.InputLayer((4, 3)),
        keras.layers.Bidirectional(keras.layers.LSTM(4))]))
    model.compile('sgd', 'mean_squared_error')
    for _ in range(2):
      model.train_on_batch(np.ones((2, 4, 3)), np.ones((2, 8)))
    path = f'{self.create_tempdir().full_path}/model.h5'
    model.save(path)
    with sparsity.prune_scope():
      loaded = keras.models.load_model(path, compile=False)
    self.assertLen(loaded.layers[-1].pruned_weights, 4)
    self.assert_pruned(loaded.layers[-1])
    for wanted, actual in zip(model.layers[-1].get_weights(),
                              loaded.layers[-1].get_weights()):
      if actual.dtype == np.float32:  # Not the seed of Keras 3.
        np.testing.assert_array_equal(actual, wanted)
    steps = [int(keras_variables.value_of(pruned.step))
             for pruned in loaded.layers[-1].pruned_weights]
    self.assertEqual(steps, [2] * 4)

  def test_an_unknown_schedule_is_named(self):
    wrapped = sparsity.prune_low_magnitude(
        keras.layers.Dense(2), FromTheThird(3))
    config = wrapped.get_config()
    config['pruning_schedule'].update(class_name='Gone', module='nowhere')
    with self.assertRaisesRegex(ValueError, "schedule 'Gone'.*scope"):
      type(wrapped).from_config(config)
    with keras.utils.custom_object_scope({'Gone': FromTheThird}):
      again = type(wrapped).from_config(config)
    self.assertEqual(again.pruning_schedule.begin_step, 3)


class StrippedTest(wrapped_models.WrapperTestCase):

  @parameterized.parameters('.h5', '.keras')
  def test_a_stripped_model_loads_without_this_library(self, suffix):
    if _why_not(suffix):
      self.skipTest(_why_not(suffix))
    model = sparsity.prune_low_magnitude(keras_models.sequential())
    keras_models.WAYS['fit'](model, 1)
    path = f'{self.create_tempdir().full_path}/model{suffix}'
    sparsity.strip_pruning(model).save(path)
    program = (
        'import sys, numpy as np, tensorflow as tf\n'
        f'model = tf.keras.models.load_model({path!r}, compile=False)\n'
        'print(np.mean(model.get_weights()[0] == 0))\n'
        'print("model_pruning" in sys.modules)')
    printed = subprocess.run(
        [sys.executable, '-c', program], check=True, stdout=subprocess.PIPE,
        universal_newlines=True).stdout
    self.assertEqual(printed.split()[-2:], ['0.5', 'False'])


if __name__ == '__main__':
  absltest.main()
