# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of what is saved in the middle of pruned training of Keras models.

Whatever the format: the file is sparse, loads where there is no model_pruning,
and training that goes on from it ends as if it had never stopped.
"""

from __future__ import annotations

import os

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support import keras_models
from tests.support import saved_training

keras = tf.keras

_SAVED_STEP = 6


def _save_savedmodel(model, path):
  model.save(path, save_format='tf')


def _save_weights_tf(model, path):
  model.save_weights(path, save_format='tf')


def _save_checkpoint(model, path):
  return tf.train.Checkpoint(model=model).save(path)


class Format:
  """A way to save a model.

  Attributes:
    kind: of load_plain.py.
    suffix: of the path.
    save: saves a model to a path, may return another.
    optimizer: what to train with; without slots where some Keras has none of
      them in the file, or cannot use them.
  """

  def __init__(self, kind, suffix, save, optimizer='adam'):
    self.kind = kind
    self.suffix = suffix
    self.save = save
    self.optimizer = optimizer

  def why_not(self):
    """Why this process has no such format; empty if it has."""
    version = f'TensorFlow {tf.__version__}'
    if self.save in (_save_savedmodel, _save_weights_tf) and (
        keras_models.IS_KERAS_3):
      return 'Keras 3 has no save_format=tf'
    if self.save is _save_savedmodel and version.endswith(' 1.14.0'):
      return f'{version} saves no Keras model as SavedModel'
    if self.kind == 'export' and not hasattr(keras.Model, 'export'):
      return f'Keras of {version} has no Model.export'
    if self.kind == 'checkpoint' and not tf.executing_eagerly():
      return 'tf.train.Checkpoint of a whole model needs eager mode'
    return ''


_FORMATS = {
    'keras': Format('model', '.keras', keras.Model.save),
    'h5': Format('model', '.h5', keras.Model.save, 'sgd'),
    'SavedModel': Format('model', '', _save_savedmodel, 'sgd'),
    'weights_h5': Format('weights', '.weights.h5', keras.Model.save_weights,
                         'sgd'),
    'weights_tf': Format('weights', '', _save_weights_tf, 'sgd'),
    'checkpoint': Format('checkpoint', '', _save_checkpoint),
    'export': Format('export', '', lambda model, path: model.export(path)),
}


def _load_weights(model, path):
  model.load_weights(path)
  saved_training.set_iterations(model, _SAVED_STEP)


def _load_model(path):
  """Loads a model that is compiled, at the step when it was saved."""
  model = keras.models.load_model(path)
  # An optimizer that Keras 3 loads from .h5 refuses to train.
  if saved_training.iterations(model) != _SAVED_STEP or (
      keras_models.IS_KERAS_3 and path.endswith('.h5')):
    model = keras.models.load_model(path, compile=False)
    saved_training.compile_(model, 'sgd')
    saved_training.set_iterations(model, _SAVED_STEP)
  return model


def _restore(model, path):
  tf.train.Checkpoint(model=model).restore(path)


class FormatTest(saved_training.SavingTestCase):
  """Files in each format, saved between two mask updates."""

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    directory = cls.create_tempdir(cls('run')).full_path
    cls.paths, cls.final_weights, cls.outputs = {}, {}, {}
    for optimizer in ('adam', 'sgd'):
      model, _ = saved_training.start_pruned(optimizer)
      saved_training.train(model, _SAVED_STEP)
      cls.outputs[optimizer] = model.predict(keras_models.batch()[0])
      for name, format_ in _FORMATS.items():
        if format_.optimizer == optimizer and not format_.why_not():
          path = os.path.join(directory, name + format_.suffix)
          cls.paths[name] = format_.save(model, path) or path
      saved_training.train(model, saved_training.STEPS - _SAVED_STEP)
      cls.final_weights[optimizer] = model.get_weights()
    loaded = saved_training.load_elsewhere(directory, [
        (_FORMATS[name].kind, path) for name, path in cls.paths.items()])
    cls.loaded = dict(zip(cls.paths, loaded))

  def _require(self, name):
    reason = _FORMATS[name].why_not()
    if reason:
      self.skipTest(reason)

  @parameterized.parameters(*_FORMATS)
  def test_a_file_is_sparse_where_there_is_no_model_pruning(self, name):
    self._require(name)
    zeros, outputs = self.loaded[name]
    self.assertEqual(zeros, saved_training.zeros(_SAVED_STEP))
    np.testing.assert_array_equal(
        outputs, self.outputs[_FORMATS[name].optimizer])

  def _continue(self, model, pruner, name):
    """Trains on a loaded model that is pruned, and compares the weights."""
    self.assertEqual(pruner.step, _SAVED_STEP)
    saved_training.train(model, saved_training.STEPS - _SAVED_STEP)
    self.assert_weights(
        model, self.final_weights[_FORMATS[name].optimizer])
    self.assertEqual(pruner.step, saved_training.STEPS)

  @parameterized.parameters('keras', 'h5', 'SavedModel')
  def test_training_of_a_loaded_model_ends_with_the_same_weights(self, name):
    self._require(name)
    if name == 'SavedModel' and not tf.executing_eagerly():
      self.skipTest('Keras of TF 1.x in graph mode cannot train a model from a '
                    'SavedModel once its session has run')
    model = _load_model(self.paths[name])
    pruner = model_pruning.keras.prune(model, saved_training.SPEC)
    self._continue(model, pruner, name)

  @parameterized.parameters('weights_h5', 'weights_tf', 'checkpoint')
  def test_a_model_that_loads_and_is_pruned_then_goes_on(self, name):
    self._require(name)
    model = saved_training.start(_FORMATS[name].optimizer)
    load = _restore if name == 'checkpoint' else _load_weights
    load(model, self.paths[name])
    pruner = model_pruning.keras.prune(model, saved_training.SPEC)
    self._continue(model, pruner, name)

  @parameterized.parameters('weights_h5', 'weights_tf', 'checkpoint')
  def test_a_pruned_model_that_loads_resumes(self, name):
    self._require(name)
    model, pruner = saved_training.start_pruned(_FORMATS[name].optimizer)
    load = _restore if name == 'checkpoint' else _load_weights
    load(model, self.paths[name])
    pruner.resume()
    self._continue(model, pruner, name)

  def test_a_model_that_trained_on_can_go_back_to_an_earlier_file(self):
    model, pruner = saved_training.start_pruned('sgd')
    saved_training.train(model, 10)
    _load_weights(model, self.paths['weights_h5'])
    pruner.resume()
    self._continue(model, pruner, 'weights_h5')


if __name__ == '__main__':
  absltest.main()
