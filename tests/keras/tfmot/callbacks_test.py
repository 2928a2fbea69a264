# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of UpdatePruningStep and PruningSummaries."""

from __future__ import annotations

import glob
import importlib.util
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning import keras as sparsity
from model_pruning._src.compat import keras_variables
from tests.support import wrapped_models

keras = tf.keras
layers = keras.layers


def _summaries(directory):
  """Tag -> list of (step, value) in the event files of a directory."""
  found = {}
  for path in glob.glob(f'{directory}/events.*'):
    for event in tf.compat.v1.train.summary_iterator(path):
      for value in event.summary.value:
        found.setdefault(value.tag, []).append((event.step,
                                                value.simple_value))
  return found


class CallbacksTest(wrapped_models.WrapperTestCase):

  def test_update_pruning_step_changes_nothing(self):
    weights = []
    for callbacks in ([], [sparsity.UpdatePruningStep()]):
      weight = np.linspace(-1, 1, 80).reshape(8, 10).astype(np.float32)
      model = wrapped_models.one_kernel_model(
          weight, pruning_schedule=sparsity.ConstantSparsity(0.5, 2))
      wrapped_models.fit(model, np.ones((8, 10), np.float32), 4,
                         callbacks=callbacks)
      weights.append(model.layers[-1].get_weights()[0])
    np.testing.assert_array_equal(*weights)
    self.assertEqual(np.mean(weights[0] == 0), 0.5)

  def test_a_loop_of_ones_own_may_call_what_it_called_of_tfmot(self):
    model = wrapped_models.one_kernel_model(
        np.linspace(-1, 1, 80).reshape(8, 10).astype(np.float32),
        pruning_schedule=sparsity.ConstantSparsity(0.5, 0))
    step = model.layers[-1].pruning_step
    self.assertEqual(keras_variables.value_of(step), -1)
    model.compile('sgd', 'mean_squared_error')
    callbacks = [sparsity.UpdatePruningStep()]
    if importlib.util.find_spec('tensorboard') is not None:
      callbacks.append(sparsity.PruningSummaries(
          log_dir=self.create_tempdir().full_path))
    for callback in callbacks:
      callback.set_model(model)
    callbacks[0].on_train_begin()
    self.assertEqual(keras_variables.value_of(step), 0)
    for callback in callbacks[1:]:
      callback.on_epoch_begin(epoch=-1)
    callbacks[0].on_train_batch_begin(batch=-1)
    model.train_on_batch(np.eye(8, dtype=np.float32), np.ones((8, 10)))
    callbacks[0].on_epoch_end(batch=-1)
    self.assertEqual(keras_variables.value_of(step), 1)
    self.assert_pruned(model.layers[-1])
    callbacks[0].on_train_begin()  # Of a training that goes on.
    self.assertEqual(keras_variables.value_of(step), 1)

  def test_its_class_is_that_of_callbacks(self):
    self.assertIsInstance(sparsity.UpdatePruningStep(),
                          keras.callbacks.Callback)

  def test_the_other_keras_takes_it_as_well(self):
    if importlib.util.find_spec('tf_keras') is None:
      self.skipTest('there is one Keras here')
    import tf_keras  # pylint: disable=g-import-not-at-top
    model = tf_keras.Sequential([
        sparsity.prune_low_magnitude(tf_keras.layers.Dense(1),
                                     input_shape=(8,))])
    self.assertIsInstance(model.layers[0], tf_keras.layers.Wrapper)
    model.compile('sgd', 'mean_squared_error')
    model.fit(np.eye(8), np.ones((8, 1)), verbose=0,
              callbacks=[sparsity.UpdatePruningStep()])
    self.assert_pruned(model.layers[0])

  def test_summaries_have_one_tag_a_weight(self):
    if importlib.util.find_spec('tensorboard') is None:
      self.skipTest('TensorBoard is not installed')
    model = sparsity.prune_low_magnitude(keras.Sequential([
        layers.InputLayer((4, 3)), layers.LSTM(4, name='lstm'),
        layers.Dense(2, name='dense')]))
    model.compile('sgd', 'mean_squared_error')
    log_dir = self.create_tempdir().full_path
    model.fit(np.ones((8, 4, 3)), np.zeros((8, 2)), batch_size=4, epochs=2,
              verbose=0, callbacks=[sparsity.PruningSummaries(log_dir)])
    found = _summaries(f'{log_dir}/metrics')
    tags = sorted(tag for tag in found if tag.endswith('/sparsity'))
    self.assertLen(tags, 3)
    self.assertLen([tag for tag in found if tag.endswith('/threshold')], 3)
    for tag in tags:
      steps, values = zip(*found[tag])
      self.assertEqual(steps, (0, 2, 4))
      self.assertEqual(values, (0.0, 0.5, 0.5))

  def test_without_tensorboard_it_is_said_when_summaries_are_made(self):
    if hasattr(tf.summary, 'FileWriter'):
      self.skipTest('TF 1 writes summaries without TensorBoard')
    with mock.patch.object(importlib.util, 'find_spec', return_value=None):
      with self.assertRaisesRegex(
          ImportError, '^PruningSummaries .* pip install tensorboard$'):
        sparsity.PruningSummaries(self.create_tempdir().full_path)

  @parameterized.parameters('', 3, None)
  def test_a_log_dir_must_be_a_string(self, log_dir):
    if importlib.util.find_spec('tensorboard') is None:
      self.skipTest('TensorBoard is not installed')
    with self.assertRaisesRegex(ValueError, 'log_dir'):
      sparsity.PruningSummaries(log_dir)


if __name__ == '__main__':
  absltest.main()
