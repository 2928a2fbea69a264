# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Layers that define which of their weights are pruned."""

from __future__ import annotations

import abc
from typing import Any, Callable, List


class PrunableLayer(abc.ABC):
  """A mixin for a layer that defines which of its weights are pruned.

      class MyDense(keras.layers.Dense, PrunableLayer):

        def get_prunable_weights(self):
          return [self.kernel]

  It decides on all the variables in it, except for those of a layer inside
  that decides too. A layer that has the method need not have this class.
  """

  @abc.abstractmethod
  def get_prunable_weights(self) -> List[Any]:
    """The variables of this built layer to prune; `[]` for none."""


def decides(layer: Any) -> bool:
  """Whether `layer` defines which of its weights are pruned."""
  method = getattr(layer, 'get_prunable_weights', None)
  return callable(method) and not isinstance(method, _Default)


class _Default:
  """The method `get_prunable_weights` of a layer whose class has none."""

  def __init__(self, layer: Any, find: Callable[[Any], List[Any]]):
    self._layer = layer
    self._find = find

  def __call__(self) -> List[Any]:
    return self._find(self._layer)


def give_default(layer: Any, find: Callable[[Any], List[Any]]) -> None:
  """Lets `layer.get_prunable_weights()` be called, whatever its class.

  Programs for tfmot ask the layer in a wrapper, which there gets the method as
  well. It decides nothing.

  Args:
    layer: the layer; it is not changed if it has the method.
    find: a function of the layer that returns the result of the method.
  """
  if getattr(layer, 'get_prunable_weights', None) is None:
    layer.get_prunable_weights = _Default(layer, find)
