# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reports and schedules as pictures, by matplotlib."""

from __future__ import annotations

from typing import BinaryIO

from model_pruning._src.model_files.reports import report as report_lib
from model_pruning._src.planning import curve as curve_lib
from model_pruning._src.planning import picture

_MAX_KERNELS = 24
_ZEROS = '#0072B2'
_KEPT = '#E69F00'


def draw_curve(curve: curve_lib.SparsityCurve, file: BinaryIO) -> None:
  """Draws the sparsity at each step as a PNG."""
  figure = picture.new_figure(8, 4.5)
  axes = figure.subplots()
  steps = [0, *curve.steps, curve.num_steps]
  sparsities = [0.0, *curve.sparsities, curve.at(curve.num_steps)]
  axes.step(steps, sparsities, where='post', color=_ZEROS, linewidth=2)
  axes.set_xlim(0, curve.num_steps)
  axes.set_ylim(0, 1)
  axes.set_xlabel('training step (optimizer updates)')
  axes.set_ylabel('sparsity (share of zeros)')
  axes.set_title(f'{len(curve.steps)} mask updates to a sparsity of '
                 f'{sparsities[-1]:.4g}')
  axes.grid(alpha=0.3)
  figure.savefig(file, format='png', dpi=picture.DOTS_PER_INCH)


def draw_report(report: report_lib.ModelReport, file: BinaryIO) -> None:
  """Draws the zeros of the largest kernels and the bytes as a PNG."""
  found = sorted(report.kernels, key=lambda weight: -weight.size)
  kernels = found[:_MAX_KERNELS][::-1]
  figure = picture.new_figure(10, 2.6 + 0.28 * len(kernels))
  left, right = figure.subplots(1, 2, gridspec_kw={'width_ratios': [3, 1]})
  names = [weight.name for weight in kernels]
  shares = [weight.sparsity for weight in kernels]
  left.barh(names, shares, color=_ZEROS, label='zero')
  left.barh(names, [1 - share for share in shares], left=shares, color=_KEPT,
            label='not zero')
  for i, share in enumerate(shares):
    left.text(1.01, i, f'{share:.1%}', va='center', fontsize=8)
  left.set_xlim(0, 1.12)
  left.margins(y=0.01)
  left.set_xlabel('share of entries' + (
      f' (of the {len(kernels)} largest of {len(found):,} kernels)'
      if len(kernels) < len(found) else ''))
  left.tick_params(axis='y', labelsize=8)
  left.legend(loc='lower center', bbox_to_anchor=(0.5, 1.0), ncol=2,
              frameon=False)
  is_large = report.total('dense_bytes') >= 10**6
  unit, unit_bytes = ('megabytes', 10**6) if is_large else ('kilobytes', 10**3)
  sizes = [report.total(field) / unit_bytes
           for field in ('dense_bytes', 'gzip_bytes', 'packed_bytes')]
  bars = right.bar(['in memory', 'gzip -6', 'packed'], sizes,
                   color=('#999999', '#56B4E9', '#009E73'))
  for bar, size in zip(bars, sizes):
    right.text(bar.get_x() + bar.get_width() / 2, size, f'{size:.3g}',
               ha='center', va='bottom', fontsize=8)
  right.set_ylabel(unit)
  right.tick_params(axis='x', labelsize=8)
  figure.savefig(file, format='png', dpi=picture.DOTS_PER_INCH)
