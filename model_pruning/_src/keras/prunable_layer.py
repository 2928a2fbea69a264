# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Layers that say which of their weights are pruned."""

from __future__ import annotations

import abc
from typing import Any, List


class PrunableLayer(abc.ABC):
  """A mixin for a layer that decides itself which of its weights are pruned.

      class MyDense(keras.layers.Dense, PrunableLayer):

        def get_prunable_weights(self):
          return [self.kernel]

  It decides on all the variables in it, except for those of a layer inside
  that decides too. A layer that has the method need not have this class.
  """

  @abc.abstractmethod
  def get_prunable_weights(self) -> List[Any]:
    """The variables of this built layer that are pruned; none is `[]`."""


def decides(layer: Any) -> bool:
  """Whether `layer` says which of its weights are pruned."""
  return callable(getattr(layer, 'get_prunable_weights', None))
