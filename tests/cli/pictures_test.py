# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The pictures show the numbers, have units, and are of the right size."""

from __future__ import annotations

import dataclasses
import io
from unittest import mock

import numpy as np
from absl.testing import absltest

from model_pruning._src.cli import pictures
from model_pruning._src.planning import curve as curve_lib
from model_pruning._src.planning import picture
from tests.support.files import measured_models

try:
  import matplotlib
except ImportError:
  matplotlib = None

_ZERO = (0, 0x72, 0xB2)
_NOT_ZERO = (0xE6, 0x9F, 0)


class PicturesTest(absltest.TestCase):

  def setUp(self):
    super().setUp()
    if matplotlib is None:
      self.skipTest('this Python has no package matplotlib')

  def _draw(self, draw, what):
    """Draws; gives the pixels and the figure that they are of."""
    figures = []

    def new_figure(width, height):
      figures.append(self._new_figure(width, height))
      return figures[-1]

    self._new_figure = picture.new_figure
    file = io.BytesIO()
    with mock.patch.object(picture, 'new_figure', new_figure):
      draw(what, file)
    self.assertStartsWith(file.getvalue(), b'\x89PNG\r\n\x1a\n')
    file.seek(0)
    from matplotlib import image
    pixels = np.round(255 * image.imread(file, 'png')[..., :3]).astype(int)
    [figure] = figures
    return pixels, figure

  def _count(self, pixels, color):
    return int(np.sum(np.all(pixels == color, -1)))

  def test_a_report_shows_the_zeros_of_each_kernel_and_the_bytes(self):
    pixels, figure = self._draw(
        pictures.draw_report, measured_models.model_report())
    self.assertEqual(pixels.shape, (round(150 * (2.6 + 0.28 * 3)), 1500, 3))
    zeros, sizes = figure.axes
    # Of as many entries each: the lowest is first.
    names = [label.get_text() for label in zeros.get_yticklabels()]
    self.assertEqual(names, list(measured_models.SPARSITIES)[::-1])
    shares = list(measured_models.SPARSITIES.values())[::-1]
    self.assertEqual([text.get_text() for text in zeros.texts],
                     [f'{share:.1%}' for share in shares])
    self.assertEqual([bar.get_width() for bar in zeros.patches],
                     [*shares, *(1 - share for share in shares)])
    self.assertEqual(zeros.get_xlabel(), 'share of entries')
    self.assertEqual(
        [text.get_text() for text in zeros.get_legend().get_texts()],
        ['zero', 'not zero'])
    self.assertEqual(sizes.get_ylabel(), 'kilobytes')
    self.assertEqual([label.get_text() for label in sizes.get_xticklabels()],
                     ['in memory', 'gzip -6', 'packed'])
    self.assertEqual([text.get_text() for text in sizes.texts],
                     ['1.24', '0.93', '0.62'])
    # A third of what is drawn of the kernels is of zeros.
    blue, orange = (self._count(pixels, one) for one in (_ZERO, _NOT_ZERO))
    self.assertGreater(blue + orange, 0.1 * pixels.size / 3)
    self.assertAlmostEqual(blue / (blue + orange), 1 / 3, delta=0.03)

  def test_many_kernels_and_bytes(self):
    report = measured_models.model_report()
    large = dataclasses.replace(report, weights=report.weights * 900)
    _, figure = self._draw(pictures.draw_report, large)
    self.assertLen(figure.axes[0].get_yticklabels(), 3)  # Of one name each.
    self.assertLen(figure.axes[0].texts, 24)
    self.assertEqual(figure.axes[0].get_xlabel(), 'share of entries '
                     '(of the 24 largest of 2,700 kernels)')
    self.assertEqual(figure.axes[1].get_ylabel(), 'megabytes')
    self.assertEqual(figure.axes[1].texts[0].get_text(), '1.12')

  def test_a_curve_has_its_steps_and_units(self):
    curve = curve_lib.curve_of(
        'target_sparsity=0.8,begin_pruning_step=100,end_pruning_step=300,'
        'pruning_frequency=100', num_steps=1000)
    pixels, figure = self._draw(pictures.draw_curve, curve)
    self.assertEqual(pixels.shape, (675, 1200, 3))
    [axes] = figure.axes
    self.assertEqual(axes.get_xlabel(), 'training step (optimizer updates)')
    self.assertEqual(axes.get_ylabel(), 'sparsity (share of zeros)')
    self.assertEqual((axes.get_xlim(), axes.get_ylim()), ((0, 1000), (0, 1)))
    [line] = axes.lines
    steps, sparsities = line.get_data()
    self.assertEqual((steps[0], sparsities[0]), (0, 0))
    self.assertEqual((steps[-1], round(sparsities[-1], 9)), (1000, 0.8))
    self.assertEqual(list(steps[1:-1]), list(curve.steps))
    self.assertIn('sparsity of 0.8', axes.get_title())
    self.assertGreater(self._count(pixels, _ZERO), 1000)


if __name__ == '__main__':
  absltest.main()
