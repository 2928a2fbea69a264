# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What became of each variant of an export."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Dict, Optional, Tuple

from model_pruning._src.planning import table


@dataclasses.dataclass(frozen=True)
class ExportedVariant:
  """One variant of an exported model.

  Attributes:
    name: its name, such as 'float16 sparse'.
    num_bytes: the size of the file; 0 if there is none.
    gzip_bytes: that file compressed by gzip -6; None for a directory.
    error: the largest difference of an output to the source's, as a share of
      the largest output, with the default delegate; NaN if not computed.
    reference_error: the same with the kernels of TensorFlow Lite itself; None
      for what is no TensorFlow Lite file.
    problem: why it is rejected; '' if it is right.
  """

  name: str
  num_bytes: int
  gzip_bytes: Optional[int]
  error: float
  reference_error: Optional[float]
  problem: str

  @property
  def is_right(self) -> bool:
    """Whether it computes what the source does."""
    return not self.problem


@dataclasses.dataclass(frozen=True)
class ExportReport:
  """What became of an export. Prints as a table.

  Attributes:
    path: the file that was written.
    chosen: the name of the variant in it.
    variants: all that were tried.
  """

  path: str
  chosen: str
  variants: Tuple[ExportedVariant, ...]

  def variant(self, name: str) -> Optional[ExportedVariant]:
    """The variant of a name, None if it was not tried."""
    return next((one for one in self.variants if one.name == name), None)

  def to_dict(self) -> Dict[str, Any]:
    """All of it as plain Python, for JSON; NaN is None."""
    rows = [dataclasses.asdict(one) for one in self.variants]
    return dict(path=self.path, chosen=self.chosen, variants=[
        {key: None if isinstance(value, float) and math.isnan(value) else value
         for key, value in row.items()} for row in rows])

  def __str__(self) -> str:
    rows = [(one.name, f'{one.num_bytes:,}' if one.num_bytes else '',
             f'{one.gzip_bytes:,}' if one.gzip_bytes else '',
             _number(one.error), _number(one.reference_error),
             one.problem or ('right, written' if one.name == self.chosen
                             else 'right'))
            for one in self.variants]
    return '\n'.join([
        f'{self.path}: the smallest variant that is right, {self.chosen}.',
        *table.lines(('variant', 'bytes', 'gzip', 'error', 'without delegate',
                      'verdict'), rows)])


def _number(value: Optional[float]) -> str:
  return '' if value is None or math.isnan(value) else f'{value:.2g}'
