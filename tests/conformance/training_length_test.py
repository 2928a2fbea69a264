# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""One spec and one length: the same sparsity at each step on both sides."""

from __future__ import annotations

import gc

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support import keras_models

v1 = tf.compat.v1
keras = tf.keras
sparsity = model_pruning.keras

_SHAPE = (40, 25)


def _session_counts(spec, num_run, **length):
  """Zeros of a kernel after each step, and the hook."""
  with tf.Graph().as_default():
    step = v1.train.get_or_create_global_step()
    kernel = v1.get_variable('kernel', _SHAPE, initializer=(
        v1.random_uniform_initializer(1.0, 2.0, seed=1)))
    loss = tf.reduce_sum(tf.matmul(tf.ones([1, _SHAPE[0]]), kernel))
    train_op = v1.train.GradientDescentOptimizer(0.001).minimize(loss, step)
    hook = model_pruning.PruningHook(spec, **length)
    counts = []
    with v1.train.MonitoredSession(hooks=[hook]) as session:
      for _ in range(num_run):
        session.run(train_op)
        counts.append(int((session.run(kernel) == 0).sum()))
  return counts, hook


def _model():
  model = keras.Sequential([keras.layers.InputLayer((_SHAPE[0],)),
                            keras.layers.Dense(_SHAPE[1], name='dense')])
  model.compile('sgd', 'mean_squared_error')
  return model


def _fit(model, num_run):
  """Zeros of the kernel after each step."""
  counts = []
  x, y = np.ones((1, _SHAPE[0])), np.ones((1, _SHAPE[1]))
  for _ in range(num_run):
    model.train_on_batch(x, y)
    counts.append(int((model.layers[-1].get_weights()[0] == 0).sum()))
  return counts


class BothSidesTest(parameterized.TestCase):

  @parameterized.parameters(
      ('target_sparsity=0.9', dict(num_steps=100)),
      ('target_sparsity=0.9,begin_pruning_step=10%'
       ',sparsity_function_end_step=50%,pruning_frequency=5%',
       dict(num_steps=100)),
      ('target_sparsity=0.5,sparsity_function_end_step=2ep',
       dict(steps_per_epoch=20)))
  def test_the_same_entries_are_zero_at_each_step(self, spec, length):
    in_session, _ = _session_counts(spec, 100, **length)
    model = _model()
    pruner = sparsity.prune(model, spec, **length)
    self.assertEqual(_fit(model, 100), in_session)
    self.assertEqual(in_session[-1], 900 if '0.9' in spec else 500)
    del pruner

  def test_the_target_of_a_one_liner_is_reached_at_three_quarters(self):
    counts, hook = _session_counts('target_sparsity=0.9', 100, num_steps=100)
    self.assertEqual(counts[8], 0)
    self.assertBetween(counts[49], 700, 899)
    self.assertEqual(counts[74:], [900] * 26)
    self.assertEmpty(hook.report.warnings)


class WarningTest(parameterized.TestCase):

  def _warnings(self, run):
    """The warnings of this library while `run` runs."""
    with self.assertLogs('absl', 'WARNING') as logs:
      from absl import logging  # pylint: disable=g-import-not-at-top
      logging.warning('there is one at least')
      run()
      keras.backend.clear_session()  # Keras 3 keeps models until then.
      gc.collect()
    return [record.getMessage() for record in logs.records[1:]]

  def test_without_a_length_the_session_is_told_once(self):
    found = self._warnings(lambda: _session_counts('target_sparsity=0.9', 110))
    self.assertLen(found, 1)
    self.assertRegex(found[0], 'reached at step 100.*`num_steps`')

  def test_without_a_length_keras_is_told_once(self):
    def run():
      model = _model()
      sparsity.prune(model, 'target_sparsity=0.9')
      _fit(model, 110)
    found = self._warnings(run)
    self.assertLen(found, 1)
    self.assertRegex(found[0], 'reached at step 100.*`num_steps`')

  def test_without_a_length_the_drop_in_is_told_once(self):
    found = self._warnings(lambda: sparsity.prune_low_magnitude(
        keras_models.sequential(), spec='target_sparsity=0.9'))
    self.assertLen(found, 1)
    self.assertRegex(found[0], 'reached at step 100.*`num_steps`')

  def test_a_schedule_that_is_through_at_once_is_told_of(self):
    _, hook = _session_counts(
        'target_sparsity=0.9,sparsity_function_end_step=100', 1,
        num_steps=10000)
    self.assertRegex(
        ' '.join(hook.report.warnings), 'step 100, in the first 5%')

  _LONG = 'target_sparsity=0.9,sparsity_function_end_step=100'

  def test_a_session_that_ends_early_says_how_far_it_came(self):
    found = self._warnings(lambda: _session_counts(self._LONG, 20))
    self.assertLen(found, 1)
    self.assertRegex(
        found[0], r'ended at step 20 and the sparsity is 0\.44 of the target '
        r'0\.90')

  def test_a_keras_training_that_ends_early_says_how_far_it_came(self):
    if not tf.executing_eagerly():
      self.skipTest('models of Keras in a graph live as long as the program')
    def run():
      model = _model()
      sparsity.prune(model, self._LONG)
      _fit(model, 20)
    found = self._warnings(run)
    self.assertLen(found, 1)
    self.assertRegex(found[0], r'ended at step 20 .* 0\.44 of the target 0\.90')

  @parameterized.parameters(
      dict(spec=_LONG),
      dict(pruning_schedule=sparsity.PolynomialDecay(
          0.0, 0.9, 0, 100, frequency=10)))
  def test_wrappers_that_end_early_say_so_once(self, **arguments):
    if not tf.executing_eagerly():
      self.skipTest('models of Keras in a graph live as long as the program')
    def run():
      model = sparsity.prune_low_magnitude(
          keras_models.sequential(), **arguments)
      keras_models.compile_(model)
      keras_models.WAYS['fit'](model, 4)
    found = self._warnings(run)
    self.assertLen(found, 1)
    self.assertRegex(found[0], r'ended at step 4 .* of the target 0\.90')

  def test_strip_before_training_says_nothing(self):
    def run():
      model = _model()
      sparsity.prune(model, self._LONG).strip()
      _fit(model, 3)
    self.assertEmpty(self._warnings(run))

  def test_strip_after_training_is_the_end_and_says_nothing_later(self):
    def run():
      model = _model()
      pruner = sparsity.prune(
          model, 'target_sparsity=0.9,sparsity_function_end_step=2')
      _fit(model, 3)
      pruner.strip()
      _fit(model, 3)
    self.assertEmpty(self._warnings(run))

  def test_holding_zeros_is_no_training_in_which_nothing_was_pruned(self):
    value = np.where(np.arange(1000).reshape(_SHAPE) % 2, 0.0, 1.0)
    model = _model()
    model.set_weights([value, np.zeros(_SHAPE[1])])
    def run():
      sparsity.prune(model, 'mask_update=hold')
      _fit(model, 3)
    found = self._warnings(run)
    self.assertLen(found, 1)
    self.assertIn('keeps the zeros that are there', found[0])


if __name__ == '__main__':
  absltest.main()
