# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the operations of a graph share while its channels are followed."""

from __future__ import annotations

from typing import Dict, NamedTuple, Sequence, Set

import numpy as np
import tensorflow as tf

from model_pruning._src.channels import dependency as dependency_lib
from model_pruning._src.graph.channels import probe as probe_lib
from model_pruning._src.graph.channels import sizes as sizes_lib
from model_pruning._src.graph.channels import tensors

_Tensor = tensors.Tensor


class Context(NamedTuple):
  """What the operations of a graph share.

  Attributes:
    probe: the graph.
    dependency: its channels; a constant has the name of its node for a key.
    sizes: its numbers.
    constant: the names of the operations that depend on constants only.
    roles: what constants with an entry per channel do, by name.
    lines: the channels of these, by name.
  """

  probe: probe_lib.Probe
  dependency: dependency_lib.Dependency
  sizes: sizes_lib.Sizes
  constant: Set[str]
  roles: Dict[str, dependency_lib.Role]
  lines: Dict[str, np.ndarray]

  def freeze(self, tensor: _Tensor, shaped: tf.Tensor, reason: str) -> None:
    """Lets all of a tensor stay; `shaped` is it, in the graph."""
    if tensor.weight is not None:
      self.freeze_weight(tensor.weight, shaped.shape.as_list(), reason)
    elif tensor.numbers is not None:
      self.sizes.fix(tensor.numbers)
    elif tensor.channels is not None:
      self.dependency.freeze(tensor.channels, reason)

  def freeze_weight(self, weight: tensors.Weight, shape: Sequence[int],
                    reason: str) -> None:
    """Lets the channels of all axes of a constant stay."""
    for axis, of_constant in enumerate(weight.axes):
      if of_constant is not None:
        line = self.dependency.ids.fresh(shape[axis])
        self.dependency.freeze(line, reason)
        self.dependency.use(weight.name, weight.name, of_constant, line,
                            dependency_lib.Role.COUNTS, weight.rank)
