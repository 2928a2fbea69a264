# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The input of a mask update, and the ranking that it can use."""

from __future__ import annotations

from typing import Any, NamedTuple, Optional, Sequence

import tensorflow as tf

from model_pruning._src.axes import structures as structures_lib
from model_pruning._src.core import mask
from model_pruning._src.core import sparsity_bounds


class Ranking(NamedTuple):
  """Weights that share a ranking, at a step at which their masks are due.

  Attributes:
    masks: the current masks, one bool tensor per weight; empty unless
      `keeps_sparsity`.
    saliencies: one tensor per weight, of its shape.
    structures: one per weight.
    sparsity: float64 scalar, the share of zeros that the schedule asks for.
    target: the final share of zeros, a float.
    bounds: the bounds of the sparsity of each of several weights.
    keeps_sparsity: whether the number of zeros must not fall.
  """

  masks: Sequence[tf.Tensor]
  saliencies: Sequence[tf.Tensor]
  structures: Sequence[structures_lib.Structure]
  sparsity: Any
  target: float
  bounds: sparsity_bounds.Bounds
  keeps_sparsity: bool

  def largest(self) -> mask.Masks:
    """Returns masks that keep the entries of largest saliency.

    They prune to the sparsity of the schedule. With `keeps_sparsity` they prune
    at least as much as the current masks do, up to the target: so a sparse
    weight does not become dense if its step was lost or starts again at 0.
    """
    floor: Optional[mask.Floor] = None
    if self.keeps_sparsity:
      floor = mask.Floor(self.masks, self.target)
    return mask.masks_of(self.saliencies, self.structures, self.sparsity,
                         self.bounds, floor)
