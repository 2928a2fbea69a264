# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The points of a sweep in a CSV file, so that a sweep can go on.

After each point the file is written anew, beside the old one, and takes its
place: it is never half.
"""

from __future__ import annotations

import csv
import os
from typing import Dict, NamedTuple, Optional, Tuple

from model_pruning._src.files import errors
from model_pruning._src.files import replace

_HEADER = ['weight', 'shape', 'asked_sparsity', 'sparsity', 'loss', 'sweep']


class Point(NamedTuple):
  """A measured point.

  Attributes:
    sparsity: the share of zeros that the weight had.
    loss: the loss then.
  """

  sparsity: float
  loss: float


class SweepFile:
  """The points that were measured, by weight and asked sparsity."""

  def __init__(self, path: Optional[str], sweep: str) -> None:
    """Reads what is there.

    Args:
      path: of the CSV file; None if points are kept in memory only.
      sweep: tells this sweep from those of other models and specs.

    Raises:
      ValueError: if there is a file that is none of this sweep.
    """
    self._path = path
    self._sweep = sweep
    self._points: Dict[Tuple[str, float], Tuple[str, Point]] = {}
    if path is not None and os.path.lexists(path):
      self._read(path)

  def _read(self, path: str) -> None:
    with errors.reading(path, 'the CSV file of a sweep'):
      with open(path, newline='', encoding='utf-8') as file:
        rows = list(csv.reader(file))
      if not rows or rows[0] != _HEADER:
        raise ValueError('its first line is not ' + ','.join(_HEADER))
      for weight, shape, asked, sparsity, loss, sweep in rows[1:]:
        if sweep != self._sweep:
          raise ValueError(
              'it is of another model, or another spec: give another path, or '
              'remove the file')
        self._points[weight, float(asked)] = (
            shape, Point(float(sparsity), float(loss)))

  def get(self, weight: str, asked: float) -> Optional[Point]:
    """The point of a weight, None if it is not measured."""
    found = self._points.get((weight, asked))
    return None if found is None else found[1]

  def add(self, weight: str, shape: str, asked: float, point: Point) -> None:
    """Keeps a point, and writes the file."""
    self._points[weight, asked] = (shape, point)
    if self._path is None:
      return
    folder, name = os.path.split(os.path.abspath(self._path))
    with replace.staged(folder) as staging:
      with open(os.path.join(staging, name), 'w', newline='',
                encoding='utf-8') as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        for (key, at), (dims, measured) in self._points.items():
          writer.writerow([key, dims, repr(at), repr(measured.sparsity),
                           repr(measured.loss), self._sweep])
