# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How far one weight may be pruned when several share a ranking.

A shared ranking takes from the weights whose saliencies are small, all of them
if it comes to that. Bounds say how much it takes of each weight at least and
at most; the total stays what it is without them.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Optional, Sequence, Tuple, TYPE_CHECKING

import numpy as np

from model_pruning._src.axes import counts
from model_pruning._src.axes import numbers
from model_pruning._src.axes import structures as structures_lib

if TYPE_CHECKING:
  from model_pruning._src.spec import pruning_spec as spec_lib


class Bounds(NamedTuple):
  """Bounds of the sparsity of each weight of a ranking.

  Attributes:
    min_sparsity: in [0, 1); 0 is no bound.
    max_sparsity: in [0, 1]; 1 is no bound.
  """

  min_sparsity: float = 0.0
  max_sparsity: float = 1.0

  @classmethod
  def of(cls, spec: spec_lib.PruningSpec) -> Bounds:
    """Returns the bounds of `spec`."""
    return cls(spec.min_weight_sparsity, spec.max_weight_sparsity)

  @property
  def is_active(self) -> bool:
    """Whether there is a bound."""
    return self != NO_BOUNDS

  def at(self, sparsity: Any) -> Tuple[Optional[Any], Optional[Any]]:
    """The bounds while all the weights together have `sparsity`.

    They give way to it: every weight is within them if each has `sparsity`.

    Args:
      sparsity: float64 scalar in [0, 1] (a Python float is one).

    Returns:
      The least and the greatest sparsity, float64 scalars; None: no bound.
    """
    xp = numbers.namespace(sparsity)
    sparsity = numbers.cast(sparsity, 'float64', xp)
    least = (xp.minimum(np.float64(self.min_sparsity), sparsity)
             if self.min_sparsity > 0.0 else None)
    greatest = (xp.maximum(np.float64(self.max_sparsity), sparsity)
                if self.max_sparsity < 1.0 else None)
    return least, greatest


NO_BOUNDS = Bounds()


def check(shapes: Sequence[Sequence[int]],
          structures: Sequence[structures_lib.Structure],
          names: Sequence[str] = ()) -> None:
  """Raises if weights that share a ranking cannot have bounds.

  A number of cells is a share of the entries only where all cells are of one
  size.

  Args:
    shapes: of the weights.
    structures: of the weights.
    names: of the weights, for the message.

  Raises:
    ValueError: if their cells differ in size.
  """
  cells = [structure.cells(shape)
           for structure, shape in zip(structures, shapes)]
  if counts.item_sizes(cells) is not None:
    names = names or [f'weight {i}' for i in range(len(cells))]
    received = ', '.join(
        f'{name} {tuple(shape)}: {structure}'
        for name, shape, structure in zip(names, shapes, structures))
    raise ValueError(
        'Arguments `min_weight_sparsity` and `max_weight_sparsity` must be '
        'left out unless weights of one ranking have blocks of one size that '
        f'fill them. Received: {received}')
