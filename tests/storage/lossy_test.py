# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Rounded values of packed files."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.storage import lossy

_WEIGHT = np.random.RandomState(0).randn(30, 7).astype(np.float32)


def _rounded(array, dtype):
  stored = lossy.convert(array, dtype)
  return lossy.restore(stored, array.dtype.name, array.shape)


class LossyTest(parameterized.TestCase):

  @parameterized.parameters(
      ('float16', 2.0**-11), ('bfloat16', 2.0**-8))
  def test_floats_are_rounded_to_nearest(self, dtype, error):
    rounded = _rounded(_WEIGHT, dtype)
    self.assertEqual(rounded.dtype, np.float32)
    self.assertLessEqual(
        np.max(np.abs(rounded - _WEIGHT) / np.abs(_WEIGHT)), error)
    np.testing.assert_array_equal(_rounded(rounded, dtype), rounded)

  def test_bfloat16_is_rounded_half_to_even(self):
    bits = np.array([0x3F808000, 0x3F818000, 0x3F808001, 0x3F807FFF],
                    np.uint32)
    rounded = _rounded(bits.view(np.float32), 'bfloat16').view(np.uint32)
    np.testing.assert_array_equal(
        rounded, np.array([0x3F80, 0x3F82, 0x3F81, 0x3F80]) << 16)

  def test_int8_errs_by_half_a_scale_of_the_last_axis(self):
    weight = _WEIGHT * 10.0 ** np.arange(7)
    weight = weight.astype(np.float32)
    errors = np.abs(_rounded(weight, 'int8') - weight).max(axis=0)
    scales = np.abs(weight).max(axis=0) / 127
    self.assertTrue(np.all(errors <= 0.51 * scales), errors / scales)

  @parameterized.parameters('float16', 'bfloat16', 'int8')
  def test_zeros_stay_zeros(self, dtype):
    weight = np.where(_WEIGHT > 0, _WEIGHT, np.float32(0))
    weight[:, 3] = 0
    np.testing.assert_array_equal(_rounded(weight, dtype)[weight == 0], 0)

  @parameterized.parameters(
      (np.arange(5, dtype=np.int64), 'int8'),
      (np.arange(5, dtype=np.float32), 'int8'),
      (np.arange(5, dtype=np.float16), 'bfloat16'),
      (np.arange(5, dtype=np.float16), 'float16'),
      (np.array(True), 'float16'))
  def test_what_would_not_be_fewer_bits_is_kept(self, array, dtype):
    self.assertEqual(lossy.convert(array, dtype).dtype, array.dtype.name)

  @parameterized.parameters(
      ('float16', 70000.0, '70000 is beyond the range of float16'),
      ('bfloat16', np.finfo(np.float32).max, 'beyond the range of bfloat16'),
      ('int8', np.inf, 'not finite'), ('int8', np.nan, 'not finite'))
  def test_a_value_that_does_not_fit_is_refused(self, dtype, value, message):
    with self.assertRaisesRegex(ValueError, message):
      lossy.convert(np.full((2, 2), value, np.float32), dtype)

  @parameterized.parameters('float16', 'bfloat16')
  def test_nan_and_infinity_stay(self, dtype):
    weight = np.array([np.nan, np.inf, -np.inf], np.float32)
    weight = np.append(weight, np.array([0x7F800001], np.uint32).view('f4'))
    np.testing.assert_array_equal(_rounded(weight, dtype), weight)

  def test_tiny_values_of_int8_become_zeros(self):
    weight = np.full((2, 2), 1e-45, np.float32)
    np.testing.assert_array_equal(_rounded(weight, 'int8'), 0)

  def test_an_unknown_dtype_is_refused(self):
    with self.assertRaisesRegex(ValueError, "'int4' cannot be stored"):
      lossy.check('int4')


if __name__ == '__main__':
  absltest.main()
