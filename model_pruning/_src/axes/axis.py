# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`Axis`: a table of entries that a field of a spec chooses from by name."""

from __future__ import annotations

from typing import Dict, Mapping, TypeVar

T = TypeVar('T')


class Axis(Dict[str, T]):
  """The entries that a field of `PruningSpec` takes, by name.

  >>> Axis('prune_option', {'weight': abs}).entry('weight')(-1)
  1

  Attributes:
    field: the name of the field.
  """

  def __init__(self, field: str, entries: Mapping[str, T]):
    """Creates an axis of `entries`, which can be added to."""
    super().__init__(entries)
    self.field = field

  def entry(self, name: str) -> T:
    """Returns the entry of a name.

    Raises:
      ValueError: There is none; the message lists the names there are.
    """
    if name not in self:
      raise ValueError(
          f'Argument `{self.field}` must be one of {", ".join(self)}. '
          f'Received: {self.field}={name!r}')
    return self[name]
