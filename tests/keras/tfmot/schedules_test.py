# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of schedules that are objects, and of what wrappers make of them."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning import keras as sparsity
from tests.support import keras_models
from tests.support import modes
from tests.support import numpy_reference
from tests.support import wrapped_models


def _sparsities(schedule, num_steps, **kwargs):
  """The share of zeros in a mask after each step."""
  masks, _ = wrapped_models.weights_after_each_step(
      num_steps, masks=True, pruning_schedule=schedule, **kwargs)
  return [1 - np.mean(mask) for mask in masks]


def _asked(schedule, steps):
  """Whether masks change at each of the steps, and how sparse they are."""
  due, sparsities = zip(*[
      modes.run_graph(lambda step: schedule(step), np.int64(step))
      for step in steps])
  return list(due), list(sparsities)


class EveryThird(sparsity.PruningSchedule):
  """A schedule of a user, written as those of tfmot are."""

  def __init__(self, start):
    self.start = start

  def __call__(self, step):
    return (self._should_prune_in_step(step, self.start, -1, 3),
            tf.minimum(0.1 * tf.cast(step, tf.float32), 0.5))

  def get_config(self):
    return {'class_name': 'EveryThird', 'config': {'start': self.start}}


class WithoutClassName(EveryThird):

  def get_config(self):
    return {'start': self.start}


class CallTest(parameterized.TestCase):

  def test_constant_sparsity_is_the_same_on_a_grid(self):
    due, sparsities = _asked(sparsity.ConstantSparsity(
        0.75, 2, end_step=9, frequency=3), range(12))
    self.assertEqual([i for i, is_due in enumerate(due) if is_due], [2, 5, 8])
    self.assertEqual(sparsities[2:], [0.75] * 10)

  def test_polynomial_decay_ends_at_its_end_off_the_grid_as_well(self):
    due, sparsities = _asked(sparsity.PolynomialDecay(
        0.0, 0.75, 1, 6, power=1, frequency=4), range(9))
    self.assertEqual([i for i, is_due in enumerate(due) if is_due], [1, 5, 6])
    np.testing.assert_allclose(
        sparsities, [0, 0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.75, 0.75], rtol=1e-6)

  @parameterized.parameters(
      sparsity.ConstantSparsity(0.75, 2, 9, 3),
      sparsity.PolynomialDecay(0.0, 0.75, 1, 6, 1, 4),
      EveryThird(4), WithoutClassName(4))
  def test_its_config_makes_it_again(self, schedule):
    again = type(schedule).from_config(schedule.get_config())
    self.assertEqual(again.get_config(), schedule.get_config())

  @parameterized.parameters(
      (sparsity.ConstantSparsity, (0.5, -1), 'begin_step.*-1'),
      (sparsity.ConstantSparsity, (0.5, 0, -2), 'end_step.*-2'),
      (sparsity.ConstantSparsity, (0.5, 5, 4), 'end_step.*which is 5.*4'),
      (sparsity.ConstantSparsity, (0.5, 0, -1, 0), 'frequency.*0'),
      (sparsity.ConstantSparsity, (1.0, 0), 'target_sparsity.*1.0'),
      (sparsity.PolynomialDecay, (0.0, 0.5, 0, -1), 'end_step.*-1'),
      (sparsity.PolynomialDecay, (-0.1, 0.5, 0, 1), 'initial_sparsity.*-0.1'),
      (sparsity.PolynomialDecay, (0.0, 1.5, 0, 1), 'final_sparsity.*1.5'),
      (sparsity.PolynomialDecay, (0.0, 0.5, 0, 1, 0), 'power.*0'))
  def test_a_wrong_argument_is_named(self, schedule, arguments, message):
    with self.assertRaisesRegex(ValueError, message):
      schedule(*arguments)


class TrainingTest(wrapped_models.WrapperTestCase):

  def test_few_steps_prune_as_well(self):
    sparsities = _sparsities(sparsity.ConstantSparsity(0.5, 0), 2)
    self.assertEqual(sparsities, [0.5, 0.5])

  def test_the_final_sparsity_is_reached_off_the_grid(self):
    sparsities = _sparsities(
        sparsity.PolynomialDecay(0.0, 0.9, 0, 7, frequency=5), 9)
    self.assertEqual(sparsities[6:], [0.9] * 3)
    self.assertLess(sparsities[5], 0.9)

  def test_a_polynomial_without_length_is_a_jump(self):
    sparsities = _sparsities(sparsity.PolynomialDecay(0.25, 0.5, 2, 2), 3)
    self.assertEqual(sparsities, [0.0, 0.5, 0.5])

  def test_a_sparsity_may_fall(self):
    sparsities = _sparsities(sparsity.PolynomialDecay(
        0.5, 0.0, 1, 3, power=1, frequency=1), 4)
    self.assertEqual(sparsities, [0.5, 0.25, 0.0, 0.0])

  def test_a_schedule_of_the_user_is_asked_after_each_update(self):
    sparsities = _sparsities(EveryThird(2), 6)
    np.testing.assert_allclose(sparsities, [0, 0.2, 0.2, 0.2, 0.5, 0.5])

  def test_a_subclass_that_answers_for_itself_is_asked(self):

    class Later(sparsity.ConstantSparsity):

      def __call__(self, step):
        return tf.equal(step, 3), 0.25

    self.assertEqual(_sparsities(Later(0.5, 0), 4), [0, 0, 0.25, 0.25])

  def test_a_pattern_of_zeros_follows_the_schedule(self):
    masks, _ = wrapped_models.weights_after_each_step(
        4, masks=True, sparsity_m_by_n=(2, 4),
        pruning_schedule=sparsity.PolynomialDecay(
            0.0, 0.9, 2, 4, power=1, frequency=1))
    for mask, num_zeros in zip(masks, (0, 0, 1, 2)):
      zeros = 4 - mask.reshape(2, 4, 10).sum(axis=1)
      np.testing.assert_array_equal(zeros, num_zeros)

  def test_a_pattern_of_zeros_is_there_at_once_by_default(self):
    masks, problem = wrapped_models.weights_after_each_step(
        1, masks=True, sparsity_m_by_n=[3, 4])
    updated = problem.weight - np.float32(0.5) * problem.gradient
    np.testing.assert_array_equal(
        masks[0], numpy_reference.n_of_m_mask(updated, 4, 0.75))

  @parameterized.parameters(((1, 5), 'AVG'), ((3, 4), 'MAX'), ((1, 16), 'AVG'))
  def test_blocks_are_kept_or_pruned_as_a_whole(self, block_size, pooling):
    masks, problem = wrapped_models.weights_after_each_step(
        1, masks=True, block_size=block_size, block_pooling_type=pooling)
    updated = problem.weight - np.float32(0.5) * problem.gradient
    height, width = min(block_size[0], 8), min(block_size[1], 10)
    np.testing.assert_array_equal(masks[0], numpy_reference.block_mask(
        updated, height, width, pooling, 0.5))

  @parameterized.parameters(dict(block_size=(3, 2)),
                            dict(sparsity_m_by_n=(2, 4)))
  def test_a_convolution_has_blocks_and_patterns_too(self, **kwargs):
    layers = tf.keras.layers
    model = tf.keras.Sequential([
        layers.InputLayer((8, 8, 4)), sparsity.prune_low_magnitude(
            layers.Conv2D(4, 3), **kwargs),
        layers.Flatten(), layers.Dense(10)])
    keras_models.compile_(model)
    _, labels = keras_models.batch()
    model.train_on_batch(np.ones((32, 8, 8, 4), np.float32), labels)
    kernel = model.layers[0].get_weights()[0].reshape(-1, 4)
    if 'block_size' in kwargs:
      is_zero = (kernel == 0).reshape(12, 3, 2, 2).sum(axis=(1, 3))
      self.assertEqual(set(is_zero.ravel()), {0, 6})
    else:
      np.testing.assert_array_equal(
          (kernel == 0).reshape(9, 4, 4).sum(axis=1), 2)


if __name__ == '__main__':
  absltest.main()
