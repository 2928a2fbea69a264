# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What packing did to each weight."""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, List, Tuple


@dataclasses.dataclass(frozen=True)
class PackedWeight:
  """One weight of a packed file.

  Attributes:
    name: its name.
    shape: its shape.
    dtype: the name of its dtype.
    stored: the name of the dtype of the stored values.
    zeros: how many of its entries are not stored because they are zero.
    dense_bytes: its bytes in memory.
    packed_bytes: its bytes in the file.
    max_error: the largest absolute difference between the weight and what is
      unpacked; 0 if every bit is kept.
  """

  name: str
  shape: Tuple[int, ...]
  dtype: str
  stored: str
  zeros: int
  dense_bytes: int
  packed_bytes: int
  max_error: float = 0.0


@dataclasses.dataclass(frozen=True)
class PackReport:
  """What packing did. Prints in two lines; `rows()` has each weight.

  Attributes:
    path: the packed file.
    weights: one for each weight, in the order of the file.
    file_bytes: the size of the file.
    left_out: names of what could not be packed, each with the reason.
  """

  path: str
  weights: Tuple[PackedWeight, ...]
  file_bytes: int
  left_out: Tuple[Tuple[str, str], ...] = ()

  @property
  def dense_bytes(self) -> int:
    """The bytes of all weights in memory."""
    return sum(weight.dense_bytes for weight in self.weights)

  @property
  def max_error(self) -> float:
    """The largest error of any weight; 0 if every bit is kept."""
    return max([weight.max_error for weight in self.weights], default=0.0)

  def rows(self) -> List[Dict[str, Any]]:
    """One dict for each weight, for `pandas.DataFrame` say."""
    return [dataclasses.asdict(weight) for weight in self.weights]

  def to_dict(self) -> Dict[str, Any]:
    """All of it as plain Python, for JSON."""
    return dict(
        path=self.path, file_bytes=self.file_bytes,
        dense_bytes=self.dense_bytes, max_error=self.max_error,
        weights=[dict(row, shape=list(row['shape'])) for row in self.rows()],
        left_out=[list(item) for item in self.left_out])

  def __str__(self) -> str:
    lines = [
        f'{self.path}: {len(self.weights)} weights, {self.dense_bytes:,} '
        f'bytes in memory, {self.file_bytes:,} bytes packed'
        f'{_ratio(self.dense_bytes, self.file_bytes)}.']
    rounded = [weight for weight in self.weights
               if weight.stored != weight.dtype]
    if rounded:
      worst = max(rounded, key=lambda weight: weight.max_error)
      lines.append(
          f'  {len(rounded)} weights are rounded to {rounded[0].stored}; the '
          f'largest error is {worst.max_error:.3g}, of {worst.name}.')
    else:
      lines.append('  Every bit is kept.')
    lines += [f'  Left out: {name}, {reason}.'
              for name, reason in self.left_out]
    return '\n'.join(lines)


def _ratio(dense: int, packed: int) -> str:
  """How many times smaller the file is, for a sentence."""
  return f' ({dense / packed:.1f} times fewer)' if dense > packed else ''
