# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The page of a report stands for itself and says all that it should."""

from __future__ import annotations

import dataclasses
import html.parser
import re

from absl.testing import absltest

from model_pruning._src.cli import html as html_lib
from tests.support.files import measured_models

# Those that have no end.
_VOID = ('meta', 'rect', 'path', 'br')


class _Page(html.parser.HTMLParser):
  """What is in a page.

  Attributes:
    tags: pairs of a name and the attributes of each tag.
    texts: between tags.
    is_nested: whether each tag ends where it should.
  """

  def __init__(self, text):
    super().__init__()
    self.tags, self.texts, self._open, self.is_nested = [], [], [], True
    self.feed(text)
    self.close()
    self.is_nested = self.is_nested and not self._open

  def handle_starttag(self, tag, attrs):
    self.tags.append((tag, dict(attrs)))
    if tag not in _VOID:
      self._open.append(tag)

  def handle_startendtag(self, tag, attrs):
    self.tags.append((tag, dict(attrs)))

  def handle_endtag(self, tag):
    self.is_nested = (self.is_nested and self._open != []
                      and self._open.pop() == tag)

  def handle_data(self, data):
    self.texts.append(data)


def _widths(text):
  """How wide the bars below a heading are, in percent."""
  return [float(width) for width in re.findall(r'width:([\d.]+)%', text)]


class HtmlTest(absltest.TestCase):

  def setUp(self):
    super().setUp()
    self._text = html_lib.page(measured_models.model_report())
    self._page = _Page(self._text)
    # Style and head are before the first one.
    _, *self._sections = self._text.split('<h2>')

  def test_it_is_a_page(self):
    self.assertStartsWith(self._text, '<!DOCTYPE html>\n<html lang="en">')
    self.assertTrue(self._page.is_nested)

  def test_it_takes_nothing_from_elsewhere(self):
    loading = {'script', 'link', 'img', 'iframe', 'object', 'embed', 'base'}
    self.assertEmpty(loading & {tag for tag, _ in self._page.tags})
    for _, attributes in self._page.tags:
      self.assertEmpty(
          {'src', 'href', 'xlink:href', 'srcset', 'onload'} & set(attributes))
    for word in ('url(', '@import', '//'):
      self.assertNotIn(word, self._text)

  def test_each_kernel_has_its_name_and_its_share_of_zeros(self):
    section = self._sections[2]
    self.assertStartsWith(section, 'Zeros in each kernel')
    self.assertIn('share of entries', section)
    names = _Page(section).texts
    for name, share in measured_models.SPARSITIES.items():
      self.assertIn(name, names)
      self.assertIn(f'10x10, float32, {share:.1%} zero', ' '.join(names))
    self.assertEqual(_widths(section), [25, 75, 0])

  def test_a_name_is_no_markup(self):
    self.assertNotIn('<b>', self._text)
    self.assertNotIn('<1>', self._text)
    self.assertIn('Sparsity of net <1>.keras', self._page.texts)

  def test_totals_are_of_all_arrays(self):
    self.assertIn('33.3%', self._page.texts)
    size, work = self._sections[:2]
    for label in ('in memory: 1,240 bytes (100.0%)',
                  'gzip -6: 930 bytes (75.0%)', 'packed: 620 bytes (50.0%)'):
      self.assertIn(label, size)
    self.assertEqual(_widths(size), [100, 75, 50])
    self.assertIn('3,000 dense, 2,000 with zeros skipped', work)
    self.assertEqual(_widths(work), [100, 66.67])

  def test_multiply_adds_that_are_not_known_have_no_bars(self):
    report = dataclasses.replace(
        measured_models.model_report(), unknown_multiply_adds='it is a pack',
        weights=tuple(dataclasses.replace(weight, multiply_adds=None)
                      for weight in measured_models.model_report().weights))
    work = html_lib.page(report).split('<h2>')[2]
    self.assertIn('are not known: it is a pack', work)
    self.assertEmpty(_widths(work))

  def test_a_histogram_has_axes_and_the_threshold(self):
    section = self._sections[3]
    figures = re.findall('<figure>.*?</figure>', section)
    self.assertLen(figures, len(measured_models.SPARSITIES))
    for name, figure in zip(measured_models.SPARSITIES, figures):
      self.assertEqual(
          _Page(figure).texts[:6], ['40', '0', '0', '1.5', '|w|', 'entries'])
      self.assertIn(name, _Page(figure).texts)
      bars = [float(height) for height in re.findall(
          '<rect [^>]*height="([^"]+)"', figure)]
      self.assertLen(bars, 2)
      self.assertAlmostEqual(bars[0] / bars[1], 10 / 40, delta=0.01)
    self.assertIn('the smallest is 0.5, 25 zeros beside it', figures[0])
    # The axis, and the line where a third of it is.
    self.assertEqual(re.findall(r'<path d="M([\d.]+) ', figures[0]),
                     ['136.0', '48'])
    self.assertIn('no zeros', figures[2])
    self.assertEqual(re.findall(r'<path d="M([\d.]+) ', figures[2]), ['48'])

  def test_of_many_kernels_the_largest_have_histograms(self):
    report = measured_models.model_report()
    many = dataclasses.replace(report, weights=report.weights[:1] * 14)
    page = html_lib.page(many)
    self.assertEqual(page.count('<figure>'), 12)
    self.assertIn('The 12 largest kernels.', page)
    self.assertNotIn('largest kernels', self._text)

  def test_what_can_run_faster_is_said(self):
    self.assertIn('<li>Nothing is faster.</li>', self._sections[4])


if __name__ == '__main__':
  absltest.main()
