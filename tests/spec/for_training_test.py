# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Schedules that are chosen for a training of known length."""

from __future__ import annotations

import doctest

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.core import schedule
from model_pruning._src.spec import for_training
from model_pruning._src.spec import weight_rule
from model_pruning._src.spec.pruning_spec import PruningSpec


def load_tests(loader, tests, ignore):
  del loader, ignore
  tests.addTests(doctest.DocTestSuite(for_training))
  return tests


def _choice(*args, **kwargs):
  choice = for_training.choose(*args, **kwargs)
  return choice.begin_step, choice.end_step, choice.frequency


class ChooseTest(parameterized.TestCase):

  @parameterized.parameters(
      # Steps an epoch, epochs: begin, end, frequency.
      (1000, 10, 1000, 7500, 130),
      (1, 1, 0, 0, 1),
      (2, 1, 0, 1, 1),
      (4, 1, 0, 3, 1),
      (20, 1, 2, 15, 1),
      (100, 1, 10, 75, 1),
      (100, 2, 20, 150, 2),
      (391, 30, 1173, 8797, 152))
  def test_the_rule_is_the_documented_one(
      self, steps_per_epoch, epochs, begin, end, frequency):
    actual_begin, actual_end, actual_frequency = _choice(
        steps_per_epoch * epochs)
    self.assertEqual((actual_begin, actual_frequency), (begin, frequency))
    self.assertLessEqual(actual_end, end)
    self.assertGreater(actual_end, end - frequency)

  def test_shares_and_number_of_updates_can_be_given(self):
    self.assertEqual(
        _choice(1000, warm_up=0, recovery=0.5, num_updates=5),
        (0, 500, 100))

  @parameterized.parameters(*range(1, 40), 100, 151, 999, 12345, 10**7 + 1)
  def test_updates_are_so_many_and_the_last_is_at_the_target(self, num_steps):
    spec = PruningSpec.for_training(0.9, num_steps, 1)
    steps = schedule.UpdateSteps.of(spec).up_to(num_steps)
    self.assertLessEqual(len(steps), 100)
    if num_steps >= 100:
      self.assertGreaterEqual(len(steps), 50)
    self.assertLessEqual(steps[-1], max(num_steps * 3 // 4, 1))
    curve = weight_rule.curve(
        spec, spec.rule_for('kernel', [10, 10]))
    self.assertEqual(curve(steps[-1]), 0.9)
    if num_steps > 1:
      self.assertEqual(curve(spec.begin_pruning_step), 0.0)
    self.assertEmpty(spec.schedule_notes())

  @parameterized.parameters(
      ('num_steps', 0), ('num_steps', 1.5), ('num_steps', True),
      ('num_steps', None), ('num_steps', '3'), ('num_updates', 0),
      ('warm_up', 1), ('warm_up', -0.1), ('recovery', 'much'),
      ('recovery', float('nan')))
  def test_a_wrong_argument_is_named(self, name, value):
    arguments = dict(num_steps=100)
    arguments[name] = value
    with self.assertRaisesRegex(ValueError, f'`{name}` must be.*Received'):
      for_training.choose(**arguments)

  def test_something_is_left_for_pruning(self):
    with self.assertRaisesRegex(ValueError, 'warm_up=0.5, recovery=0.5'):
      for_training.choose(100, warm_up=0.5, recovery=0.5)

  def test_counts_of_numpy_will_do(self):
    self.assertEqual(_choice(np.int64(200)), _choice(200))


class ForTrainingTest(parameterized.TestCase):

  @parameterized.parameters(
      (0, 1, 'steps_per_epoch'), (True, 1, 'steps_per_epoch'),
      (None, 1, 'steps_per_epoch'), (1, -1, 'epochs'), (1, '3', 'epochs'))
  def test_a_wrong_length_is_named(self, steps_per_epoch, epochs, name):
    with self.assertRaisesRegex(ValueError, f'`{name}` must be.*Received'):
      PruningSpec.for_training(0.9, steps_per_epoch, epochs)

  def test_other_fields_are_as_given(self):
    spec = PruningSpec.for_training(
        0.9, 1000, 10, do_not_prune=['head'], block_width=4)
    self.assertEqual(spec.target_sparsity, 0.9)
    self.assertEqual(spec.do_not_prune, ('head',))
    self.assertEqual(spec.block_width, 4)
    self.assertEqual(spec, PruningSpec.parse(str(spec)))

  def test_what_was_chosen_is_logged(self):
    with self.assertLogs('absl', 'INFO') as logs:
      PruningSpec.for_training(0.9, 1000, 10)
    self.assertIn(
        'Of 10000 training steps, the first 1000 prune nothing; 51 mask '
        'updates, every 130 steps, reach the target sparsity at step 7500; '
        'with the masks of that step the last 2500 train on.', logs.output[0])
    self.assertIn("PruningSpec.parse('begin_pruning_step=1000", logs.output[0])

  def test_a_field_that_is_chosen_cannot_be_given(self):
    with self.assertRaisesRegex(
        ValueError, '`pruning_frequency` must be left out.*=5'):
      PruningSpec.for_training(0.9, 1000, 10, pruning_frequency=5)

  def test_a_wrong_field_is_refused_as_everywhere(self):
    with self.assertRaisesRegex(ValueError, '`target_sparsity` must be in'):
      PruningSpec.for_training(1.0, 1000, 10)
    with self.assertRaisesRegex(ValueError, 'Did you mean `block_width`'):
      PruningSpec.for_training(0.5, 1000, 10, block_widht=5)

  def test_n_of_m_has_its_sparsity(self):
    spec = PruningSpec.for_training(0.5, 1000, 10, sparsity_m_by_n='2x4')
    self.assertEqual(spec.target_sparsity, 0.5)


if __name__ == '__main__':
  absltest.main()
