# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a mask update is told, and what it can ask for."""

from __future__ import annotations

from typing import Any, NamedTuple, Optional, Sequence

import tensorflow as tf

from model_pruning._src.axes import structures as structures_lib
from model_pruning._src.core import mask
from model_pruning._src.core import sparsity_bounds


class Ranking(NamedTuple):
  """Weights that share a ranking, at a step at which their masks are due.

  Attributes:
    masks: the masks of before, bool tensors.
    saliencies: one tensor per weight, of its shape.
    structures: one per weight.
    sparsity: float64 scalar, the share of zeros that the schedule asks for.
    target: the share of zeros in the end, a float.
    bounds: of the sparsity of one of several weights.
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
    """Returns masks that keep what matters most.

    They prune to the sparsity of the schedule or, if that is more, as much as
    the masks do already, up to the target: so a sparse weight whose step was
    lost, or starts anew, does not become dense.
    """
    floor: Optional[mask.Floor] = None
    if self.keeps_sparsity:
      floor = mask.Floor(self.masks, self.target)
    return mask.masks_of(self.saliencies, self.structures, self.sparsity,
                         self.bounds, floor)
