# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tables for people: how every report of the library prints its rows."""

from __future__ import annotations

from typing import List, Sequence


def lines(header: Sequence[str], rows: Sequence[Sequence[str]]) -> List[str]:
  """Lines of a table with columns as wide as they need.

  Args:
    header: one word or more for each column.
    rows: cells, as many in each row as `header` has.

  Returns:
    The lines, indented by two spaces; a single one if there are no rows.
  """
  if not rows:
    return [f'  {header[0]}: none']
  widths = [max(map(len, column)) for column in zip(header, *rows)]
  return ['  ' + '  '.join(
      cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
          for row in (header, *rows)]


def shape(dims: Sequence[int]) -> str:
  """A shape as a cell: `3x3x8`, with `?` for what is not known (-1)."""
  return 'x'.join('?' if dim == -1 else str(dim) for dim in dims) or 'scalar'
