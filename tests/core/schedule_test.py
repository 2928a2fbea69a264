# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of model_pruning._src.core.schedule."""

from __future__ import annotations

import hypothesis
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from hypothesis import strategies as st

from model_pruning._src.axes import schedules as curves
from model_pruning._src.core import schedule
from tests.support import modes

_STEPS = st.integers(0, 10**7)
# No subnormal numbers: TensorFlow flushes them to zero.
_SPARSITIES = st.one_of(st.just(0.0), st.floats(1e-6, 0.9999))
_EXPONENTS = st.sampled_from([0.5, 1.0, 1.375, 2.0, 3.0, 7.0, 30.0])


def _brute_force_due_steps(steps, num_steps):
  """All steps up to `num_steps` at which a mask is due, one by one."""
  due = set()
  for step in range(num_steps + 1):
    in_window = step >= steps.begin_step and (
        steps.end_step == -1 or step <= steps.end_step)
    on_grid = (step - steps.begin_step) % steps.frequency == 0
    if in_window and (on_grid or step == steps.final_step):
      due.add(step)
  return due


class PolynomialSparsityTest(parameterized.TestCase):

  @parameterized.parameters(
      (0, 0.0), (10, 0.0), (15, 0.7875), (20, 0.9), (1000, 0.9))
  def test_cubic_curve_has_the_published_values(self, step, sparsity):
    curve = curves.PolynomialSparsity(0.0, 0.9, 10, 20)
    self.assertAlmostEqual(curve(step), sparsity, places=15)

  @parameterized.parameters((99, 0.25), (100, 0.5), (101, 0.5))
  def test_equal_ends_are_a_jump(self, step, sparsity):
    curve = curves.PolynomialSparsity(0.25, 0.5, 100, 100)
    self.assertEqual(curve(step), sparsity)

  def test_sparsity_may_fall(self):
    curve = curves.PolynomialSparsity(0.8, 0.2, 0, 10, exponent=1.0)
    np.testing.assert_allclose(curve(np.array([0, 5, 10])), [0.8, 0.5, 0.2])

  @parameterized.parameters(0.3, 0.5, 1.7, 2.0, 3.0, 11.0)
  def test_power_agrees_with_the_mathematical_one(self, exponent):
    curve = curves.PolynomialSparsity(0.0, 1.0, 0, 1000, exponent)
    steps = np.arange(1001)
    np.testing.assert_allclose(
        1.0 - curve(steps), (1.0 - steps / 1000) ** exponent, atol=1e-14)

  @parameterized.parameters(*modes.MODES)
  def test_numbers_arrays_and_tensors_agree_to_the_last_bit(self, mode):

    @hypothesis.settings(max_examples=12)
    @hypothesis.given(_SPARSITIES, _SPARSITIES, _STEPS, _STEPS, _EXPONENTS,
                      st.lists(_STEPS, min_size=5, max_size=5))
    def check(initial, final, begin, span, exponent, steps):
      curve = curves.PolynomialSparsity(
          initial, final, begin, begin + span, exponent)
      steps = np.array(steps + [begin, begin + 1, begin + span // 3,
                                begin + span])
      array = curve(steps)
      self.assertEqual(array.dtype, np.float64)
      self.assertEqual([curve(int(step)) for step in steps], array.tolist())
      tensor = modes.run(self, mode, curve, steps)
      self.assertEqual(tensor.dtype, np.float64)
      np.testing.assert_array_equal(tensor, array)

    check()


class UpdateStepsTest(parameterized.TestCase):

  def test_grid_includes_both_ends(self):
    steps = schedule.UpdateSteps(10, 30, 10, final_step=30)
    due = [t for t in range(50) if steps.is_due(t, t - 1)]
    self.assertEqual(due, [10, 20, 30])

  def test_target_is_reached_when_its_step_is_off_the_grid(self):
    steps = schedule.UpdateSteps(0, 95, 10, final_step=95)
    self.assertTrue(steps.is_due(95, 90))
    self.assertFalse(steps.is_due(96, 95))

  def test_final_step_outside_the_window_is_not_due(self):
    steps = schedule.UpdateSteps(0, 20, 10, final_step=25)
    self.assertFalse(steps.includes_final_step)
    self.assertFalse(steps.is_due(25, 20))

  def test_masks_never_updated_are_due_at_once_after_the_begin(self):
    steps = schedule.UpdateSteps(0, -1, 100, final_step=0)
    self.assertTrue(steps.is_due(1, schedule.NEVER))
    self.assertFalse(steps.is_due(2, 1))

  def test_before_the_begin_nothing_is_due(self):
    steps = schedule.UpdateSteps(100, -1, 10, final_step=200)
    self.assertFalse(steps.is_due(55, schedule.NEVER))

  def test_an_update_that_the_clock_jumped_over_is_late_and_not_lost(self):
    steps = schedule.UpdateSteps(0, 20, 10, final_step=20)
    self.assertTrue(steps.is_due(19, 9))
    self.assertTrue(steps.is_due(1000, 19))
    self.assertFalse(steps.is_due(1001, 1000))

  def test_up_to_lists_the_steps_of_a_clock_that_counts_updates(self):
    steps = schedule.UpdateSteps(0, -1, 10, final_step=25)
    self.assertEqual(steps.up_to(30), (1, 10, 20, 25, 30))
    self.assertEqual(steps.up_to(0), ())

  @hypothesis.given(st.integers(0, 40), st.integers(0, 40),
                    st.integers(1, 30), st.integers(0, 90), st.booleans(),
                    st.lists(st.integers(1, 7), min_size=5, max_size=30))
  def test_every_due_step_is_caught_once_by_any_clock(
      self, begin, length, frequency, final, endless, jumps):
    end = -1 if endless else begin + length
    steps = schedule.UpdateSteps(begin, end, frequency, final)
    ticks = np.cumsum(jumps).tolist()
    due_steps = _brute_force_due_steps(steps, ticks[-1])
    last = schedule.NEVER
    for i, tick in enumerate(ticks):
      before = ticks[i - 1] if i else schedule.NEVER
      missed = any(before < due <= tick for due in due_steps)
      self.assertEqual(steps.is_due(tick, last), missed, (tick, last))
      if missed:
        last = tick
    updates = {max(due, 1) for due in due_steps} - {ticks[-1] + 1}
    self.assertEqual(set(steps.up_to(ticks[-1])), updates)

  @hypothesis.given(st.integers(0, 40), st.integers(0, 40),
                    st.integers(1, 30), st.integers(0, 90), st.booleans())
  def test_the_last_update_is_the_last_of_the_list(
      self, begin, length, frequency, final, endless):
    end = -1 if endless else begin + length
    steps = schedule.UpdateSteps(begin, end, frequency, final)
    self.assertEqual(
        [steps.last_up_to(t) for t in range(100)],
        [max(steps.up_to(t), default=schedule.NEVER) for t in range(100)])

  @parameterized.parameters(*modes.MODES)
  def test_the_last_update_of_numbers_arrays_and_tensors_agrees(self, mode):
    for steps in (schedule.UpdateSteps(3, 17, 5, 11),
                  schedule.UpdateSteps(0, -1, 5, 22)):
      array = steps.last_up_to(np.arange(30))
      self.assertEqual([steps.last_up_to(t) for t in range(30)],
                       array.tolist())
      tensor = modes.run(self, mode, steps.last_up_to, np.arange(30))
      self.assertEqual(tensor.dtype, np.int64)
      np.testing.assert_array_equal(tensor, array)

  @parameterized.parameters(*modes.MODES)
  def test_numbers_arrays_and_tensors_agree(self, mode):
    for steps in (schedule.UpdateSteps(3, 17, 5, 11),
                  schedule.UpdateSteps(3, -1, 5, 20)):
      grid = np.mgrid[0:30, -1:30].reshape(2, -1)
      array = steps.is_due(*grid)
      self.assertEqual([steps.is_due(int(t), int(last))
                        for t, last in grid.T], array.tolist())
      tensor = modes.run(self, mode, steps.is_due, *grid)
      np.testing.assert_array_equal(tensor, array)


if __name__ == '__main__':
  absltest.main()
