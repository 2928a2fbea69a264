# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Scores as float64, counts of true entries, the ways of selection."""

from __future__ import annotations

from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.core import histogram
from model_pruning._src.core import selection
from tests.support import modes

# Floating dtype -> the bits of its smallest number that is no denormal.
_SMALLEST_NORMAL = {
    'float16': np.uint16(1 << 10), 'bfloat16': np.uint16(1 << 7),
    'float32': np.uint32(1 << 23), 'float64': np.uint64(1 << 52)}


def _wanted(bits, dtype):
  """The values of bits, computed by NumPy; denormal float64 become 0."""
  if dtype == 'bfloat16':  # The upper half of a float32.
    return (bits.astype(np.uint32) << np.uint32(16)).view(np.float32).astype(
        np.float64)
  values = bits.view(dtype).astype(np.float64)
  is_denormal = bits < _SMALLEST_NORMAL['float64']
  return np.where(is_denormal, 0, values) if dtype == 'float64' else values


class ExactFloat64Test(parameterized.TestCase):

  @parameterized.product(mode=modes.MODES, dtype=list(_SMALLEST_NORMAL))
  def test_numbers_on_both_sides_of_the_smallest_normal_are_exact(
      self, mode, dtype):
    smallest = int(_SMALLEST_NORMAL[dtype])
    bits = np.array([0, 1, smallest - 1, smallest, smallest + 1],
                    _SMALLEST_NORMAL[dtype].dtype)

    def exact(signed_bits):
      return tf.bitcast(selection.exact_float64(
          tf.bitcast(signed_bits, dtype)), tf.int64)

    signed_bits = bits.view(bits.dtype.name.replace('uint', 'int'))
    np.testing.assert_array_equal(
        modes.run(self, mode, exact, signed_bits),
        _wanted(bits, dtype).view(np.int64))


class NumTrueTest(parameterized.TestCase):

  # Below, at and above what is counted in bytes of int64; all true: a byte
  # that did not hold its sum would spill into the next.
  @parameterized.product(
      size=[0, 1, 1919, 1920, 1921, 3 * 1920 + 7, 100000],
      share=[0.0, 0.3, 1.0])
  def test_every_true_entry_counts_once(self, size, share):
    mask = np.random.RandomState(0).rand(size) < share
    counted = modes.run_graph(selection.num_true, mask)
    self.assertEqual(counted, mask.sum())


class WaysTest(parameterized.TestCase):
  """A sort, histograms, and histograms slice by slice, select alike."""

  # Below, at and above one slice of 64 items, and 8, which is the most.
  @parameterized.product(
      size=[1, 64, 129, 513, 2000], has_sizes=[False, True],
      dtype=['float16', 'float32', 'float64'])
  def test_each_way_selects_the_same(self, size, has_sizes, dtype):
    random = np.random.RandomState(size)
    # Few values: most of them tie.
    scores = np.abs(random.randint(-9, 9, [size]) / 7).astype(dtype)
    scores[::7] = np.nan
    sizes = random.randint(1, 4, [size]).astype(np.int32)
    # The last one kept is a number, and one of the NaNs.
    numbers = [max(size // 3, 1), max(size // 9, 1)]

    def select(scores, sizes):
      keys = selection.ordered_keys(scores)
      return [result for number in numbers
              for result in selection.select_largest(
                  keys, number, sizes if has_sizes else None)]

    by_sorting = modes.run_graph(select, scores, sizes)
    with mock.patch.object(selection, '_MOST_SORTED_ITEMS', 0):
      by_histograms = modes.run_graph(select, scores, sizes)
      with mock.patch.object(histogram, '_LEAST_SLICE_ITEMS', 64):
        by_slices = modes.run_graph(select, scores, sizes)
    for wanted, one, other in zip(by_sorting, by_histograms, by_slices):
      np.testing.assert_array_equal(one, wanted)
      np.testing.assert_array_equal(other, wanted)


if __name__ == '__main__':
  absltest.main()
