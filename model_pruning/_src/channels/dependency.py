# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which channels of which weights depend on each other.

Each tensor of a network is followed as an array of channel ids of its full
shape, batch included. What only moves data moves the ids; a contraction reads
the ids of its inputs on an axis of its kernel and makes new ones; an operation
on several tensors unites theirs. A class of united channels can be removed
from a network as a whole, and nothing less can.
"""

from __future__ import annotations

import enum
from typing import Any, Dict, Hashable, List, NamedTuple, Sequence, Tuple

import numpy as np

from model_pruning._src.channels import channel_ids


class Role(enum.Enum):
  """What a weight does with the channels of one of its axes."""

  CONSUMES = 'in'  # Sums over them: where it is zero, they have no effect.
  MAKES = 'out'  # Makes them, as a kernel or a bias does.
  SCALES = 'per channel'  # Has an entry, or a filter, for each of them.
  COUNTS = 'statistics'  # Holds a statistic of each of them; never pruned.


class Use(NamedTuple):
  """The channels of an axis of a weight.

  Attributes:
    weight: a key of the weight.
    name: of the weight, for people.
    axis: of the weight, >= 0.
    channels: int64, as many as the axis has entries.
    role: what the weight does with them.
    rank: the number of axes of the weight; a bias has 1.
  """

  weight: Hashable
  name: str
  axis: int
  channels: np.ndarray
  role: Role
  rank: int


class Dependency:
  """What following the tensors of a network has found.

  Attributes:
    ids: the channels.
    uses: the axes of weights that have channels, each once.
    sizes: the channels that numbers in configurations count, by the key of a
      layer and the keys that lead to the number.
    families: for each axis that makes channels, these: what is ranked together.
    parts: channels that something takes out of others: one of them stays.
  """

  def __init__(self) -> None:
    """Starts with an empty network."""
    self.ids = channel_ids.ChannelIds()
    self.uses: List[Use] = []
    self.sizes: Dict[Tuple[Hashable, Tuple[Any, ...]], np.ndarray] = {}
    self.families: List[np.ndarray] = []
    self.parts: List[np.ndarray] = []
    self._used: Dict[Tuple[Hashable, int], Use] = {}
    self._made: Dict[Hashable, np.ndarray] = {}

  @property
  def keepers(self) -> List[np.ndarray]:
    """The channels of which one has to stay, for each of what needs one."""
    return self.parts + self.families

  def make(self, key: Hashable, number: int) -> np.ndarray:
    """Returns the channels that a layer makes: the same at each of its calls.

    Args:
      key: of what makes them.
      number: of the channels.
    """
    if key not in self._made:
      self._made[key] = self.ids.fresh(number)
      self.families.append(self._made[key])
    return self._made[key]

  def use(self, weight: Hashable, name: str, axis: int, channels: np.ndarray,
          role: Role, rank: int) -> None:
    """Says which channels an axis of a weight has.

    A weight that is used again unites what it is used with.

    Args:
      weight: a key of the weight.
      name: of the weight, for people.
      axis: of the weight, >= 0.
      channels: as many as the axis has entries.
      role: what the weight does with them.
      rank: the number of axes of the weight.
    """
    before = self._used.get((weight, axis))
    if before is not None:
      self.ids.unite(before.channels, channels)
      return
    self._used[weight, axis] = Use(
        weight, name, axis, np.array(channels), role, rank)
    self.uses.append(self._used[weight, axis])

  def size(self, layer: Hashable, path: Tuple[Any, ...],
           channels: np.ndarray) -> None:
    """Says that a number in the configuration of a layer counts channels.

    Args:
      layer: a key of the layer.
      path: where its configuration has the number, key after key.
      channels: those that it counts. A layer that is called again counts as
        many: they go together with those of before.
    """
    before = self.sizes.setdefault((layer, path), channels)
    self.ids.unite(before, channels)

  def along(self, tensor: np.ndarray, axis: int) -> np.ndarray:
    """Returns the channels along an axis of a tensor, int64 of shape [size].

    They are the same wherever else in the tensor, and are united if not.
    """
    found = self._along(compact(tensor), axis)
    return np.broadcast_to(found, tensor.shape[axis:][:1])

  def _along(self, tensor: np.ndarray, axis: int) -> np.ndarray:
    rows = np.moveaxis(tensor, axis, -1).reshape(-1, tensor.shape[axis])
    rows = np.unique(rows, axis=0)
    found = rows[0].copy()
    for row in rows[1:]:
      self.ids.unite(found, row)
      found = np.where(found == channel_ids.NONE, row, found)
    return found

  def varies(self, tensor: np.ndarray, axis: int) -> bool:
    """Returns whether a tensor has several channels along an axis."""
    return _differ(self.ids.classes_of(compact(tensor)), axis)

  def aligned(self, tensor: np.ndarray) -> np.ndarray:
    """Returns the tensor, with channels united so that one axis has them all.

    A reshape may spread channels over several axes, as one that splits them in
    groups. From a tensor only whole slices of an axis can be removed: those of
    the longest of these axes.
    """
    small = compact(tensor)
    classes = self.ids.classes_of(small)
    axes = [axis for axis in range(small.ndim) if _differ(classes, axis)]
    if len(axes) > 1:
      self._along(small, max(axes, key=lambda axis: (small.shape[axis], axis)))
    return np.broadcast_to(small, tensor.shape)

  def merge(self, tensors: Sequence[np.ndarray]) -> np.ndarray:
    """Returns what an operation entry by entry makes of tensors.

    Shapes are broadcast. A tensor with one entry where another has several
    channels stays whole: each of these depends on it.
    """
    tensors = _of_rank(tensors)
    shapes = [tensor.shape for tensor in tensors]
    tensors = [compact(tensor) for tensor in tensors]
    varying = [{axis for axis in range(tensor.ndim)
                if _differ(self.ids.classes_of(tensor), axis)}
               for tensor in tensors]
    merged = None
    for i, tensor in enumerate(tensors):
      others = set().union(*(axes for j, axes in enumerate(varying) if j != i))
      if any(shapes[i][axis] == 1 for axis in others):
        self.ids.freeze(tensor, 'one value for many channels')
        continue
      if merged is None:
        merged = tensor
        continue
      merged, tensor = np.broadcast_arrays(merged, tensor)
      self.ids.unite(merged, tensor)
      merged = np.where(merged == channel_ids.NONE, tensor, merged)
    # Where each has one value for channels of another, all of them stay.
    return tensors[0] if merged is None else merged

  def freeze(self, tensor: np.ndarray, reason: str) -> None:
    """Lets all channels of a tensor stay; see `ChannelIds.freeze`."""
    self.ids.freeze(compact(tensor), reason)


def compact(tensor: np.ndarray) -> np.ndarray:
  """The tensor with one entry along each axis where all are equal."""
  for axis in range(tensor.ndim):
    if tensor.shape[axis] > 1:
      first = np.take(tensor, [0], axis=axis)
      if tensor.strides[axis] == 0 or (tensor == first).all():
        tensor = first
  return tensor


def _differ(tensor: np.ndarray, axis: int) -> bool:
  """Whether channels differ along an axis; what is no channel does not."""
  if tensor.shape[axis] < 2:
    return False
  largest = tensor.max(axis)
  least = np.where(tensor == channel_ids.NONE, largest.max(), tensor).min(axis)
  return bool((least < largest).any())


def _of_rank(tensors: Sequence[np.ndarray]) -> List[np.ndarray]:
  """The tensors with as many axes each, new ones in front."""
  rank = max(tensor.ndim for tensor in tensors)
  return [tensor.reshape((1,) * (rank - tensor.ndim) + tensor.shape)
          for tensor in tensors]
