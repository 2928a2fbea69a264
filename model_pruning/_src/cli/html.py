# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A report as a page that stands for itself: no script, nothing from elsewhere.

Colours are of the palette of Okabe and Ito, which colour-blind people can tell
apart, and every bar has its number beside it.
"""

from __future__ import annotations

import html
from typing import Iterable, List

from model_pruning._src.model_files.reports import measured
from model_pruning._src.model_files.reports import report as report_lib
from model_pruning._src.planning import table

_MAX_HISTOGRAMS = 12
_ZEROS = '#0072B2'
_KEPT = '#E69F00'
_BYTES = ('#999999', '#56B4E9', '#009E73')
_STYLE = f'''
body {{ font: 16px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 72rem;
  padding: 1rem; color: #222; background: #fff; }}
h1 {{ font-size: 1.4rem; overflow-wrap: anywhere; }}
h2 {{ font-size: 1.1rem; margin-top: 2rem; }}
.row {{ display: grid; grid-template-columns: minmax(0, 22rem) 1fr; gap: .2rem
  1rem; padding: .35rem 0; border-bottom: 1px solid #ddd; }}
.name {{ overflow-wrap: anywhere; font-family: ui-monospace, monospace;
  font-size: .85rem; }}
.detail {{ color: #555; font-size: .85rem;
  font-family: system-ui, sans-serif; }}
.bar {{ background: {_KEPT}; height: 1rem; }}
.bar div {{ background: {_ZEROS}; height: 100%; }}
.size {{ height: 1rem; min-width: 1px; }}
.grid {{ display: grid; gap: 1.5rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); }}
figure {{ margin: 0; }}
figcaption {{ font-size: .85rem; overflow-wrap: anywhere; }}
svg {{ width: 100%; height: auto; }}
.key {{ display: inline-block; width: .8rem; height: .8rem;
  margin: 0 .3rem 0 1rem; }}
@media (max-width: 40rem) {{ .row {{ grid-template-columns: 1fr; }} }}
'''


def page(report: report_lib.ModelReport) -> str:
  """Returns the page of a report."""
  kernels = report.kernels
  title = f'Sparsity of {report.path}'
  parts = [
      '<!DOCTYPE html>', '<html lang="en">', '<head>',
      '<meta charset="utf-8">',
      '<meta name="viewport" content="width=device-width, initial-scale=1">',
      f'<title>{html.escape(title)}</title>', f'<style>{_STYLE}</style>',
      '</head>', '<body>', f'<h1>{html.escape(title)}</h1>',
      f'<p>{html.escape(report.kind)}. The kernels are '
      f'<strong>{report.sparsity:.1%}</strong> zero.</p>',
      '<h2>Bytes of all arrays</h2>', *_sizes(report),
      '<h2>Multiply-adds</h2>', *_multiply_adds(report),
      '<h2>Zeros in each kernel</h2>',
      f'<p><span class="key" style="background:{_ZEROS}"></span>zero'
      f'<span class="key" style="background:{_KEPT}"></span>not zero '
      '(share of entries)</p>', *map(_row, kernels)]
  drawn = sorted((weight for weight in kernels if weight.histogram),
                 key=lambda weight: -weight.size)[:_MAX_HISTOGRAMS]
  if drawn:
    parts += [
        '<h2>Magnitudes of the entries that are not zero</h2>',
        '<p>The line is the smallest of them: the threshold, where single '
        'entries were pruned by magnitude.'
        + (f' The {len(drawn)} largest kernels.'
           if len(drawn) < len(kernels) else '') + '</p>',
        '<div class="grid">', *map(_histogram, drawn), '</div>']
  parts += ['<h2>What can run faster</h2>', '<ul>',
            *(f'<li>{html.escape(note)}</li>' for note in report.notes),
            '</ul>', '</body>', '</html>']
  return '\n'.join(parts) + '\n'


def _sizes(report: report_lib.ModelReport) -> Iterable[str]:
  """Bars of the bytes dense, compressed and packed."""
  dense = max(report.total('dense_bytes'), 1)
  for label, field, colour in zip(
      ('in memory', 'gzip -6', 'packed'),
      ('dense_bytes', 'gzip_bytes', 'packed_bytes'), _BYTES):
    size = report.total(field)
    yield _bar(f'{label}: {size:,} bytes ({size / dense:.1%})', size / dense,
               colour)


def _multiply_adds(report: report_lib.ModelReport) -> Iterable[str]:
  """Bars of the multiply-adds dense and with zeros skipped."""
  yield f'<p>{html.escape(report.multiply_adds_text())}</p>'
  dense = report.multiply_adds
  for label, count, colour in (
      ('dense', dense, _BYTES[0]),
      ('zeros skipped', report.nonzero_multiply_adds, _BYTES[2])):
    if dense and count is not None:
      yield _bar(f'{label}: {report_lib.short(count)} ({count / dense:.1%})',
                 count / dense, colour)


def _bar(label: str, share: float, colour: str) -> str:
  """A label, and a bar of a share of the width."""
  return (f'<div class="row"><div>{label}</div><div class="size" style='
          f'"background:{colour};width:{min(share, 1):.2%}"></div></div>')


def _row(weight: measured.MeasuredWeight) -> str:
  """The bar of a kernel."""
  details = [table.shape(weight.shape), weight.dtype,
             f'{weight.sparsity:.1%} zero', weight.structure]
  text = '<br>'.join(html.escape(line) for line in (
      ', '.join(detail for detail in details if detail),
      _multiply_adds_of(weight)) if line)
  return (f'<div class="row"><div class="name">{html.escape(weight.name)}'
          f'<div class="detail">{text}</div></div><div class="bar" '
          f'role="img" aria-label="{weight.sparsity:.1%} zero"><div '
          f'style="width:{weight.sparsity:.2%}"></div></div></div>')


def _multiply_adds_of(weight: measured.MeasuredWeight) -> str:
  """The multiply-adds of a kernel in words; '' if they are not known."""
  if weight.multiply_adds_per_turn is not None:
    return ('multiply-adds in each turn of its loop: '
            f'{report_lib.short(weight.multiply_adds_per_turn)}, '
            f'{report_lib.short(weight.nonzero_multiply_adds_per_turn)} '
            'without zeros')
  if weight.multiply_adds is None:
    return ''
  return (f'multiply-adds: {report_lib.short(weight.multiply_adds)}, '
          f'{report_lib.short(weight.nonzero_multiply_adds)} without zeros')


def _histogram(weight: measured.MeasuredWeight) -> str:
  """The magnitudes of a kernel, as a drawing with axes."""
  width, height, left, bottom, top = 320, 190, 48, 34, 12
  inner, tall = width - left - 8, height - bottom - top
  most = max(weight.histogram)
  step = inner / len(weight.histogram)
  bars: List[str] = []
  for i, count in enumerate(weight.histogram):
    if count:
      size = max(tall * count / most, 1)
      bars.append(f'<rect x="{left + i * step:.1f}" '
                  f'y="{top + tall - size:.1f}" width="{step * .9:.2f}" '
                  f'height="{size:.1f}" fill="{_KEPT}"/>')
  line = left + inner * weight.smallest / weight.largest
  base = top + tall
  threshold, caption = '', 'no zeros'
  if weight.zeros:
    threshold = (f'<path d="M{line:.1f} {top}V{base}" stroke="{_ZEROS}" '
                 'stroke-width="1.5"/>')
    caption = (f'the smallest is {weight.smallest:.3g}, {weight.zeros:,} zeros '
               'beside it')
  axis = (
      f'<path d="M{left} {top}V{base}H{left + inner}" stroke="#222" '
      f'fill="none"/><text x="{left - 4}" y="{top + 8}" text-anchor="end">'
      f'{report_lib.short(most)}</text><text x="{left - 4}" y="{base}" '
      f'text-anchor="end">0</text><text x="{left}" y="{base + 14}">0</text>'
      f'<text x="{left + inner}" y="{base + 14}" text-anchor="end">'
      f'{weight.largest:.3g}</text><text x="{left + inner / 2}" '
      f'y="{base + 28}" text-anchor="middle">|w|</text><text x="12" '
      f'y="{top + tall / 2}" text-anchor="middle" transform="rotate(-90 12 '
      f'{top + tall / 2})">entries</text>')
  return (
      f'<figure><svg viewBox="0 0 {width} {height}" font-size="11" '
      f'font-family="sans-serif" role="img">{"".join(bars)}'
      f'{threshold}{axis}</svg><figcaption><span class="name">'
      f'{html.escape(weight.name)}</span>: {caption}</figcaption></figure>')
