# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How far one weight may be pruned when several share a ranking.

A shared ranking prunes the weights whose saliencies are small, possibly whole
weights. Bounds limit the sparsity of each weight from below and from above; the
total number of pruned entries does not depend on them.
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

    A bound that contradicts it is moved to `sparsity`, so the same `sparsity`
    for every weight is always within the bounds.

    Args:
      sparsity: float or float64 scalar in [0, 1].

    Returns:
      The smallest and the largest sparsity of a weight, float64 scalars; None
      for no bound.
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
  """Raises an error if weights that share a ranking cannot have bounds.

  Bounds count cells, and a number of cells is a share of the entries only if
  all cells have the same size.

  Args:
    shapes: the shapes of the weights.
    structures: the structures of the weights.
    names: the names of the weights, for the message; by default their indices.

  Raises:
    ValueError: if the cells differ in size.
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
