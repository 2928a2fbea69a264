# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A graph of Keras that grows by random choices."""

from __future__ import annotations

from typing import Any, List, Optional, Sequence

import numpy as np


class RandomGraph:
  """A graph that grows.

  Attributes:
    random: the source of all choices.
    tensors: those that are there.
  """

  def __init__(self, random: np.random.RandomState, inputs: Sequence[Any]):
    """Starts with inputs."""
    self.random = random
    self.tensors: List[Any] = list(inputs)

  def pick(self, *ranks: int) -> Optional[Any]:
    """A tensor of one of some ranks, rather a new one; None without any."""
    found = [one for one in self.tensors if len(one.shape) in ranks]
    if not found:
      return None
    return found[max(self.random.randint(len(found)),
                     self.random.randint(len(found)))]

  def alike(self, tensor: Any, axes: Sequence[int]) -> Any:
    """A tensor that has the size of another along some axes, or that one."""
    found = [one for one in self.tensors if len(one.shape) == len(tensor.shape)
             and all(one.shape[axis] == tensor.shape[axis] for axis in axes)]
    return found[self.random.randint(len(found))]

  def one_of(self, *values: Any) -> Any:
    """One of some values."""
    return values[self.random.randint(len(values))]

  def channels(self) -> int:
    """A number of channels."""
    return int(self.random.randint(1, 9))

  def activation(self) -> Optional[str]:
    """The name of an activation, or none."""
    return self.one_of(None, 'relu', 'sigmoid', 'tanh', 'elu', 'softmax')
