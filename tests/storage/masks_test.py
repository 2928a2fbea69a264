# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Masks of packed files."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.storage import masks
from model_pruning._src.storage import parts


def _decoded(mask, total, num_kept):
  data = parts.decompress(mask.codec, mask.stored, mask.size)
  return masks.decode(mask.form, data, total, num_kept)


class MasksTest(parameterized.TestCase):

  @parameterized.product(
      total=(1, 7, 8, 9, 255, 256, 257, 5000), share=(0.0, 0.01, 0.5, 0.99))
  def test_what_is_kept_comes_back(self, total, share):
    kept = np.flatnonzero(np.random.RandomState(total).rand(total) < share)
    mask = masks.encode(total, kept)
    decoded = _decoded(mask, total, kept.size)
    if decoded is None:
      decoded = np.arange(total)
    np.testing.assert_array_equal(decoded, kept)

  @parameterized.parameters(0, 1, 253, 254, 255, 256, 509, 510, 511, 100000)
  def test_a_gap_of_any_length_comes_back(self, zeros):
    kept = np.array([zeros, zeros + 3])
    mask = masks.encode(zeros + 100000, kept)
    self.assertEqual(mask.form, masks.GAPS)
    np.testing.assert_array_equal(
        _decoded(mask, zeros + 100000, 2), kept)

  def test_the_bytes_are_those_of_the_specification(self):
    kept = np.array([2, 4])
    bits = masks.encode(5, kept)
    self.assertEqual((bits.form, bits.stored), (masks.BITS, b'\x28'))
    gaps = np.array([2, 1], np.uint8)
    np.testing.assert_array_equal(
        masks.decode(masks.GAPS, gaps, 5, 2), kept)
    long = np.array([255, 255, 3, 0], np.uint8)
    np.testing.assert_array_equal(
        masks.decode(masks.GAPS, long, 1000, 2), [513, 514])

  def test_all_and_none_take_no_bytes(self):
    for kept, form in ((np.arange(9), masks.ALL), (np.arange(0), masks.NONE)):
      mask = masks.encode(9, kept)
      self.assertEqual((mask.form, mask.stored), (form, b''))

  def test_the_smaller_form_is_taken(self):
    random = np.random.RandomState(0).rand(100000)
    for share, form in ((0.5, masks.BITS), (0.02, masks.GAPS)):
      self.assertEqual(
          masks.encode(random.size, np.flatnonzero(random < share)).form, form)

  @parameterized.parameters(
      ('gaps', [2, 1], 5, 3, 'keeps 2 entries, not 3'),
      ('gaps', [2, 2], 5, 2, 'keeps entry 5 of 5'),
      ('gaps', [255, 255], 600, 1, 'keeps 0 entries'),
      ('bits', [0x28], 5, 1, 'keeps 2 entries, not 1'),
      ('bits', [0x04], 5, 1, 'keeps entry 5 of 5'),
      ('all', [], 5, 4, 'keeps 5 entries, not 4'),
      ('none', [], 5, 1, 'keeps 0 entries'))
  def test_a_mask_that_does_not_fit_is_refused(
      self, form, data, total, num_kept, message):
    with self.assertRaisesRegex(ValueError, message):
      masks.decode(form, np.array(data, np.uint8), total, num_kept)

  @parameterized.parameters(
      ('runs', 1), ('bits', 2), ('gaps', 0), ('gaps', 10), ('all', 1),
      ('none', 1))
  def test_a_size_that_cannot_be_is_refused(self, form, size):
    with self.assertRaisesRegex(ValueError, 'form'):
      masks.check_size(form, size, 8)


if __name__ == '__main__':
  absltest.main()
