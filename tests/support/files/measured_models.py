# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A report on a model that is nowhere, all of it known."""

from __future__ import annotations

from model_pruning._src.model_files.reports import measured
from model_pruning._src.model_files.reports import report

# The share of zeros of each kernel.
SPARSITIES = {'conv/kernel': 0.25, 'a & <b>/kernel': 0.75, 'dense/kernel': 0.0}


def model_report():
  """Three kernels of 100 entries, and a bias; 1/3 of the kernels is zero."""
  weights = [
      measured.MeasuredWeight(
          name=name, shape=(10, 10), dtype='float32', zeros=round(100 * share),
          structure='2:4' if share == 0.75 else '', dense_bytes=400,
          gzip_bytes=300, packed_bytes=200, histogram=(0, 10, 40),
          largest=1.5, smallest=0.5, multiply_adds=1000)
      for name, share in SPARSITIES.items()]
  weights.append(measured.MeasuredWeight(
      name='bias', shape=(10,), dtype='float32', zeros=10, structure='',
      dense_bytes=40, gzip_bytes=30, packed_bytes=20))
  return report.ModelReport(
      'net <1>.keras', 'Keras file', tuple(weights), ('Nothing is faster.',),
      other_multiply_adds=0)
