# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The report of a strip: weights folded, variables removed, warnings."""

from __future__ import annotations

import dataclasses
from typing import Any, List, Optional, Tuple

import numpy as np
from absl import logging

from model_pruning._src.planning import table


@dataclasses.dataclass(frozen=True)
class StrippedWeight:
  """A weight whose mask was taken away.

  Attributes:
    name: its name, without `:0`.
    shape: its shape.
    num_zeros: how many of its entries are zero now.
  """

  name: str
  shape: Tuple[int, ...]
  num_zeros: int

  @classmethod
  def of(cls, name: str, value: np.ndarray) -> StrippedWeight:
    """Counts the zeros of a weight."""
    return cls(name, value.shape, int(value.size - np.count_nonzero(value)))

  @property
  def size(self) -> int:
    """How many entries it has."""
    return int(np.prod(self.shape, dtype=np.int64))

  @property
  def sparsity(self) -> float:
    """The share of its entries that are zero."""
    return self.num_zeros / max(self.size, 1)


@dataclasses.dataclass(frozen=True)
class StripReport:
  """The outcome of stripping. Prints as a table.

  Attributes:
    weights: those whose masks were taken away.
    removed: names of the variables that are gone: masks, thresholds, and what
      else pruning keeps.
    warnings: what the user should know: masks that were left, and why.
    graph_def: the frozen GraphDef, if the result is one.
    path: what was written, if something was.
  """

  weights: Tuple[StrippedWeight, ...]
  removed: Tuple[str, ...] = ()
  warnings: Tuple[str, ...] = ()
  graph_def: Optional[Any] = dataclasses.field(default=None, repr=False)
  path: Optional[str] = None

  @property
  def sparsity(self) -> float:
    """The share of zeros in all weights together."""
    size = sum(weight.size for weight in self.weights)
    return sum(weight.num_zeros for weight in self.weights) / max(size, 1)

  def log(self) -> None:
    """Logs the table, and each of the warnings as one."""
    logging.info('%s', self)
    for warning in self.warnings:
      logging.warning('model_pruning: %s', warning)

  def __str__(self) -> str:
    lines: List[str] = ['Stripped of masks:']
    lines += table.lines(
        ('weight', 'shape', 'zeros', 'sparsity'),
        [(weight.name, table.shape(weight.shape),
          f'{weight.num_zeros} of {weight.size}', f'{weight.sparsity:.4f}')
         for weight in self.weights])
    lines.append(f'  {len(self.weights)} weights, '
                 f'{self.sparsity:.4f} of their entries are zero; '
                 f'{len(self.removed)} variables removed')
    if self.path:
      lines.append(f'  written: {self.path}')
    lines += [f'  warning: {warning}' for warning in self.warnings]
    return '\n'.join(lines)
