# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the callbacks of Keras that save during pruned training."""

from __future__ import annotations

import os

import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support import keras_models
from tests.support import saved_training

keras = tf.keras

_EPOCHS = 3
_STEPS_PER_EPOCH = saved_training.STEPS // _EPOCHS
_SAVE_FREQ = 5  # steps


def _backup_class():
  callbacks = keras.callbacks
  return getattr(callbacks, 'BackupAndRestore', getattr(
      getattr(callbacks, 'experimental', None), 'BackupAndRestore', None))


class _InterruptionError(Exception):
  """What ends training too early."""


class _Interrupt(keras.callbacks.Callback):
  """Ends training in the last epoch, after an update of masks in it."""

  def on_epoch_begin(self, epoch, logs=None):
    self._epoch = epoch

  def on_train_batch_end(self, batch, logs=None):
    if self._epoch == _EPOCHS - 1 and batch == 4:
      raise _InterruptionError


def _checkpoint(path, **kwargs):
  """A ModelCheckpoint that counts batches in `save_freq`."""
  callback = keras.callbacks.ModelCheckpoint(path, **kwargs)
  if hasattr(callback, '_samples_seen_since_last_saving'):
    if callback.save_freq != 'epoch':  # Before TF 2.2 it counts examples.
      callback.save_freq *= len(keras_models.batch()[0])
  return callback


class ModelCheckpointTest(saved_training.SavingTestCase):

  # Steps of the files of epochs 1, 2 and 3, by what `save_freq` is.
  _SAVED_STEPS = {'epoch': [6, 12, 18], _SAVE_FREQ: [5, 10, 15]}

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    directory = cls.create_tempdir(cls('run')).full_path
    cases = [(kind, freq) for kind in ('model', 'weights')
             for freq in cls._SAVED_STEPS]
    patterns = [
        os.path.join(directory, f'{kind}-{freq}-{{epoch}}'
                     + {'model': '.keras', 'weights': '.weights.h5'}[kind])
        for kind, freq in cases]
    model, _ = saved_training.start_pruned('sgd')
    saved_training.train(model, _STEPS_PER_EPOCH, epochs=_EPOCHS, callbacks=[
        _checkpoint(pattern, save_freq=freq,
                    save_weights_only=kind == 'weights')
        for (kind, freq), pattern in zip(cases, patterns)])
    cls.final_weights = model.get_weights()
    cls.files = {case: [pattern.format(epoch=epoch + 1)
                        for epoch in range(_EPOCHS)]
                 for case, pattern in zip(cases, patterns)}
    loaded = iter(saved_training.load_elsewhere(directory, [
        (kind, path) for kind, freq in cases
        for path in cls.files[kind, freq]]))
    cls.zeros = {case: [next(loaded)[0] for _ in range(_EPOCHS)]
                 for case in cases}

  @parameterized.parameters(
      ('model', 'epoch'), ('model', _SAVE_FREQ), ('weights', 'epoch'),
      ('weights', _SAVE_FREQ))
  def test_every_file_is_sparse_where_there_is_no_model_pruning(
      self, kind, freq):
    self.assertEqual(
        self.zeros[kind, freq],
        [saved_training.zeros(step) for step in self._SAVED_STEPS[freq]])

  @parameterized.parameters(
      ('model', 'epoch'), ('model', _SAVE_FREQ), ('weights', 'epoch'),
      ('weights', _SAVE_FREQ))
  def test_training_goes_on_from_the_second_file(self, kind, freq):
    step = self._SAVED_STEPS[freq][1]
    path = self.files[kind, freq][1]
    if kind == 'model':
      model = keras.models.load_model(path)
    else:
      model = saved_training.start('sgd')
      model.load_weights(path)
      saved_training.set_iterations(model, step)
    pruner = model_pruning.keras.prune(model, saved_training.SPEC)
    self.assertEqual(pruner.step, step)
    saved_training.train(model, saved_training.STEPS - step)
    self.assert_weights(model, self.final_weights)


class BackupAndRestoreTest(saved_training.SavingTestCase):

  def setUp(self):
    super().setUp()
    if _backup_class() is None:
      self.skipTest(
          f'Keras of TensorFlow {tf.__version__} has no BackupAndRestore')

  def _fit(self, model, directory, *callbacks):
    saved_training.train(
        model, _STEPS_PER_EPOCH, epochs=_EPOCHS,
        callbacks=[_backup_class()(directory), *callbacks])

  def test_interrupted_training_ends_with_the_same_weights(self):
    whole, _ = saved_training.start_pruned('adam')
    saved_training.train(whole, saved_training.STEPS)
    directory = self.create_tempdir().full_path
    model, _ = saved_training.start_pruned('adam')
    with self.assertRaises(_InterruptionError):
      self._fit(model, directory, _Interrupt())
    model, pruner = saved_training.start_pruned('adam')
    self._fit(model, directory)
    self.assert_weights(model, whole.get_weights())
    self.assertEqual(pruner.step, saved_training.STEPS)

  def test_the_model_that_was_interrupted_goes_on_after_resume(self):
    # Its train step was traced before, and notices nothing.
    whole, _ = saved_training.start_pruned('adam')
    saved_training.train(whole, saved_training.STEPS)
    directory = self.create_tempdir().full_path
    model, pruner = saved_training.start_pruned('adam')
    with self.assertRaises(_InterruptionError):
      self._fit(model, directory, _Interrupt())
    self._fit(model, directory, keras.callbacks.LambdaCallback(
        on_train_begin=lambda logs: pruner.resume()))
    self.assert_weights(model, whole.get_weights())
    self.assertEqual(pruner.step, saved_training.STEPS)


if __name__ == '__main__':
  absltest.main()
