# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The sentences of a report on what could run faster."""

from __future__ import annotations

from absl.testing import absltest

from model_pruning._src.model_files.reports import measured
from model_pruning._src.model_files.reports import speed


def _kernel(shape, zeros, structure):
  return measured.MeasuredWeight(
      'kernel', shape, 'float32', zeros, structure, 0, 0, 0)


class NotesTest(absltest.TestCase):

  def test_one_kernel_is_spoken_of_in_the_singular(self):
    text = ' '.join(speed.notes([
        _kernel((1, 1, 8, 8), 48, '2 of 8 outputs')]))
    self.assertIn('Whole channels of 1 kernel are zero', text)
    self.assertIn('0 of 1 kernel have 2 of 4', text)
    self.assertIn('0 dense kernels are in blocks', text)
    self.assertIn('1 of 1 is, and', text)

  def test_several_kernels_in_the_plural(self):
    kernel = _kernel((8, 8), 48, '2 of 8 outputs, blocks 4x1')
    text = ' '.join(speed.notes([kernel, kernel]))
    self.assertIn('Whole channels of 2 kernels are zero', text)
    self.assertIn('2 dense kernels are in blocks', text)
    self.assertIn('1 dense kernel is in', ' '.join(speed.notes([kernel])))
    self.assertIn('there are no such convolutions here', text)


if __name__ == '__main__':
  absltest.main()
