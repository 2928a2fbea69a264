# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Numbers in a graph, some of which count channels.

The second input of a Reshape is made of constants and of the sizes of other
tensors, packed and sliced. Where one of these counts channels, a constant has
to become smaller with them, and a size does so by itself.
"""

from __future__ import annotations

from typing import Dict, List, NamedTuple, Optional, Set, Tuple, Union

import numpy as np

from model_pruning._src.channels import dependency as dependency_lib

# The number of which nothing is known.
UNKNOWN = 0
_BY_ITSELF = -1


class _Number(NamedTuple):
  """An entry of a constant."""

  constant: str
  place: int
  value: int


class _Dim(NamedTuple):
  """The size of an axis of a tensor, whose channels are known."""

  tensor: np.ndarray
  axis: int

  @property
  def value(self) -> int:
    return int(self.tensor.shape[self.axis])


_Factors = Tuple[Union[_Number, _Dim], ...]


class Sizes:
  """The numbers of a graph, each a product of constants and sizes.

  A number is an integer key; arrays of them are moved as the graph moves the
  numbers.
  """

  def __init__(self, dependency: dependency_lib.Dependency):
    """Starts without numbers.

    Args:
      dependency: is told which constants count channels.
    """
    self._dependency = dependency
    self._factors: List[Optional[_Factors]] = [None]
    self._fixed: Set[Tuple[str, int]] = set()

  def of_constant(self, name: str, values: np.ndarray) -> np.ndarray:
    """Returns the numbers in a constant: keys in its shape."""
    keys = [self._add(_Number(name, i, value))
            for i, value in enumerate(values.ravel().tolist())]
    return np.array(keys, np.int64).reshape(values.shape)

  def of_shape(self, tensor: np.ndarray) -> np.ndarray:
    """Returns the sizes of a tensor of channels: keys of shape [rank]."""
    return np.array([self._add(_Dim(tensor, axis))
                     for axis in range(tensor.ndim)], np.int64)

  def product(self, keys: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Returns the products of numbers at equal places."""
    keys, others = np.broadcast_arrays(keys, others)
    found = []
    for key, other in zip(keys.ravel().tolist(), others.ravel().tolist()):
      one, two = self._factors[key], self._factors[other]
      found.append(UNKNOWN if one is None or two is None
                   else self._add(*one, *two))
    return np.array(found, np.int64).reshape(keys.shape)

  def fix(self, keys: np.ndarray) -> None:
    """Lets numbers be what they are, for something depends on them."""
    for key in np.unique(keys).tolist():
      for factor in self._factors[key] or ():
        if isinstance(factor, _Number):
          self._fixed.add(factor[:2])
        elif self._dependency.varies(factor.tensor, factor.axis):
          self._dependency.ids.freeze(
              self._dependency.along(factor.tensor, factor.axis),
              'how many they are is computed with')

  def count(self, key: int, channels: np.ndarray) -> bool:
    """Lets a number count channels.

    Args:
      key: the number.
      channels: as many as it is.

    Returns:
      Whether the number will be right when some of the channels are gone.
    """
    factors = self._factors[key]
    if factors is None:
      return False
    [first, *others] = factors
    if isinstance(first, _Number) and not others:
      if first.value != _BY_ITSELF:
        self._dependency.size(first.constant, (first.place,), channels)
      return True
    varying = [factor for factor in factors if isinstance(factor, _Dim)
               and self._dependency.varies(factor.tensor, factor.axis)]
    if len(varying) != 1:
      return False
    [dim] = varying
    times = np.prod([factor.value for factor in factors
                     if factor is not dim], dtype=np.int64)
    for factor in factors:
      if isinstance(factor, _Number):
        self._fixed.add(factor[:2])
    return self._numbers(channels, 1) == self._numbers(
        self._dependency.along(dim.tensor, dim.axis), int(times))

  def finish(self) -> None:
    """Lets channels stay that are counted by a number which must stay."""
    for (constant, path), channels in self._dependency.sizes.items():
      if (constant, *path) in self._fixed:
        self._dependency.ids.freeze(
            channels, f'{constant}: something else depends on this number')

  def _add(self, *factors: Union[_Number, _Dim]) -> int:
    self._factors.append(factors)
    return len(self._factors) - 1

  def _numbers(self, channels: np.ndarray, times: int) -> Dict[int, int]:
    """How often each class of channels is there, so many times."""
    classes, numbers = np.unique(
        self._dependency.ids.classes_of(channels), return_counts=True)
    return dict(zip(classes.tolist(), (times * numbers).tolist()))
