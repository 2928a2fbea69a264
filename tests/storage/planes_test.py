# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Byte planes of packed files."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.storage import planes


class PlanesTest(parameterized.TestCase):

  @parameterized.product(width=(1, 2, 4, 8), rotate=(False, True))
  def test_split_and_join_keep_every_bit(self, width, rotate):
    random = np.random.RandomState(0)
    values = random.randint(0, 256, 8 * 100).astype(np.uint8).view(f'u{width}')
    parts = planes.split(values, rotate)
    self.assertLen(parts, width)
    np.testing.assert_array_equal(planes.join(parts, rotate), values)

  def test_the_exponent_fills_the_highest_plane(self):
    values = np.array([1.0, -1.0, 1.5, -1.999], np.float32).view(np.uint32)
    np.testing.assert_array_equal(planes.split(values, True)[3], [127] * 4)

  @parameterized.parameters(1, 2, 3, 4, 5, 16, 17, 200)
  def test_a_plane_of_so_many_bytes_comes_back(self, different):
    random = np.random.RandomState(0)
    for size in (1, 3, 4, 5, 9999):
      plane = random.randint(0, different, size).astype(np.uint8) + 50
      how, stored = planes.encode(plane)
      self.assertLen(stored, how.num_bytes)
      np.testing.assert_array_equal(
          planes.decode(how, stored, size), plane)

  def test_a_palette_takes_as_many_bits_as_it_needs(self):
    for different, each in ((1, 0), (2, 1), (4, 2), (16, 4), (17, 8)):
      plane = np.random.RandomState(0).randint(
          0, different, 80000).astype(np.uint8)
      how, stored = planes.encode(plane)
      self.assertEqual(how.palette is not None, different <= 16)
      self.assertLessEqual(len(stored), 10000 * each)

  def test_numbers_are_those_of_the_specification(self):
    how = planes.Plane('raw', 2, [7, 9, 200])
    np.testing.assert_array_equal(
        planes.decode(how, bytes([0b10010001, 0b01]), 5), [9, 7, 9, 200, 9])

  @parameterized.parameters(
      (planes.Plane('raw', 1, [7, 9, 200]), b'\xff', 4, 'beyond a palette'),
      (planes.Plane('raw', 1, list(range(17))), b'\x00', 1, '17 bytes'),
      (planes.Plane('raw', 1, []), b'\x00', 1, '0 bytes'),
      (planes.Plane('raw', 1, [1, 2]), b'\x00', 9, '1 bytes stand where 2'),
      (planes.Plane('raw', 1, None), b'\x00', 9, '1 bytes stand where 9'),
      (planes.Plane('lz4', 1, None), b'\x00', 1, "codec is 'lz4'"),
      (planes.Plane('zstd', 1, None), b'\x00', 1, 'damaged'))
  def test_what_is_no_plane_is_refused(self, how, stored, size, message):
    with self.assertRaisesRegex(ValueError, message):
      planes.decode(how, stored, size)


if __name__ == '__main__':
  absltest.main()
