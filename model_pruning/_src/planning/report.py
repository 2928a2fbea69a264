# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What is pruned, what is not and why, and what the user should know."""

from __future__ import annotations

import dataclasses
from typing import List, Optional, Sequence, Tuple

from absl import logging


@dataclasses.dataclass(frozen=True)
class PrunedWeight:
  """A weight with a mask.

  Attributes:
    name: its name, without `:0`.
    shape: its shape.
    target_sparsity: share of zeros when the schedule is through.
    structure: what is pruned together: entries, blocks, or n of m.
    group: the weights of one group share a threshold; None is alone.
  """

  name: str
  shape: Tuple[int, ...]
  target_sparsity: float
  structure: str
  group: Optional[str] = None


@dataclasses.dataclass(frozen=True)
class SkippedWeight:
  """A weight without a mask.

  Attributes:
    name: its name, without `:0`.
    shape: its shape, -1 for what is not known.
    reason: why it is not pruned.
  """

  name: str
  shape: Tuple[int, ...]
  reason: str


@dataclasses.dataclass(frozen=True)
class PruningReport:
  """The outcome of attaching a spec to a model. Prints as a table.

  Attributes:
    spec: the specification string.
    pruned: weights that have a mask.
    skipped: weights that have none, each with the reason.
    warnings: sentences on what may not be what the user meant.
  """

  spec: str
  pruned: Tuple[PrunedWeight, ...]
  skipped: Tuple[SkippedWeight, ...]
  warnings: Tuple[str, ...] = ()

  def with_warning(self, warning: str) -> PruningReport:
    """The same report with one more warning."""
    return dataclasses.replace(self, warnings=(*self.warnings, warning))

  def log(self) -> None:
    """Logs the table, and each of the warnings as one."""
    logging.info('%s', self)
    for warning in self.warnings:
      logging.warning('model_pruning: %s', warning)

  def __str__(self) -> str:
    lines = [f'Pruning with {self.spec!r}:']
    lines += table(
        ('pruned', 'shape', 'target', 'structure'),
        [(weight.name, _shape(weight.shape), f'{weight.target_sparsity:.4g}',
          weight.structure + (f', group {weight.group}' if weight.group
                              else ''))
         for weight in self.pruned])
    lines += table(
        ('not pruned', 'shape', 'reason'),
        [(weight.name, _shape(weight.shape), weight.reason)
         for weight in self.skipped])
    lines += [f'  warning: {warning}' for warning in self.warnings]
    return '\n'.join(lines)


def _shape(shape: Sequence[int]) -> str:
  return 'x'.join('?' if dim == -1 else str(dim)
                  for dim in shape) or 'scalar'


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> List[str]:
  """Lines of a table with columns as wide as they need."""
  if not rows:
    return [f'  {header[0]}: none']
  widths = [max(map(len, column)) for column in zip(header, *rows)]
  return ['  ' + '  '.join(
      cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
          for row in (header, *rows)]
