# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which channels of which weights depend on each other.

The network is traced with arrays of channel ids in place of its tensors, of
their full shape, batch included. An op that only moves data moves the ids; a
contraction assigns the ids of its input to an axis of its kernel and makes new
ones for its output; an elementwise op of several tensors unites their ids. A
class of united channels is the smallest unit that can be removed.
"""

from __future__ import annotations

import enum
from typing import Any, Dict, Hashable, List, NamedTuple, Sequence, Tuple

import numpy as np

from model_pruning._src.channels import channel_ids


class Role(enum.Enum):
  """What a weight does with the channels of one of its axes."""

  # It sums over the channels, which have no effect where it is zero.
  CONSUMES = 'in'
  MAKES = 'out'  # It makes the channels, as a kernel or a bias does.
  SCALES = 'per channel'  # It has one entry or one filter per channel.
  COUNTS = 'statistics'  # It has one statistic per channel; never pruned.


class Use(NamedTuple):
  """The channels of an axis of a weight.

  Attributes:
    weight: the key of the weight.
    name: the name of the weight, for people.
    axis: an axis of the weight, >= 0.
    channels: int64 array, the channel of each index of the axis.
    role: what the weight does with the channels.
    rank: the number of axes of the weight; a bias has 1.
  """

  weight: Hashable
  name: str
  axis: int
  channels: np.ndarray
  role: Role
  rank: int


class Dependency:
  """The channels of a network and the weights that use them, as traced.

  Attributes:
    ids: the channels, and which of them are united.
    uses: the axes of weights that have channels, each once.
    sizes: the channels that a number in the configuration of a layer counts, by
      the key of the layer and the path of the number in its configuration.
    families: the channels that are ranked together: one array for each axis
      that makes channels.
    parts: arrays of channels that an op slices out of others; one channel of
      each must be kept.
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
    """Arrays of channels of each of which at least one must be kept."""
    return self.parts + self.families

  def make(self, key: Hashable, number: int) -> np.ndarray:
    """Returns the channels that a layer makes: the same at each of its calls.

    Args:
      key: a key of the weight or layer that makes them.
      number: the number of channels.
    """
    if key not in self._made:
      self._made[key] = self.ids.fresh(number)
      self.families.append(self._made[key])
    return self._made[key]

  def use(self, weight: Hashable, name: str, axis: int, channels: np.ndarray,
          role: Role, rank: int) -> None:
    """Records which channels an axis of a weight has.

    If the axis was recorded before, its channels are united with the new ones.

    Args:
      weight: the key of the weight.
      name: the name of the weight, for people.
      axis: an axis of the weight, >= 0.
      channels: the channel of each index of the axis.
      role: what the weight does with the channels.
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
    """Records that a number in the configuration of a layer counts channels.

    If the layer was called before, the channels of both calls are united, since
    the number counts both.

    Args:
      layer: the key of the layer.
      path: the keys that lead to the number in the configuration.
      channels: the channels that the number counts.
    """
    before = self.sizes.setdefault((layer, path), channels)
    self.ids.unite(before, channels)

  def along(self, tensor: np.ndarray, axis: int) -> np.ndarray:
    """Returns the channels along an axis of a tensor, int64 of shape [size].

    Channels at the same index of this axis are united if they differ elsewhere
    in the tensor.
    """
    channels = self._along(compact(tensor), axis)
    return np.broadcast_to(channels, tensor.shape[axis:][:1])

  def _along(self, tensor: np.ndarray, axis: int) -> np.ndarray:
    rows = np.moveaxis(tensor, axis, -1).reshape(-1, tensor.shape[axis])
    rows = np.unique(rows, axis=0)
    channels = rows[0].copy()
    for row in rows[1:]:
      self.ids.unite(channels, row)
      channels = np.where(channels == channel_ids.NONE, row, channels)
    return channels

  def varies(self, tensor: np.ndarray, axis: int) -> bool:
    """Returns whether a tensor has several channels along an axis."""
    return _differ(self.ids.classes_of(compact(tensor)), axis)

  def aligned(self, tensor: np.ndarray) -> np.ndarray:
    """Returns the tensor after uniting channels so that they lie on one axis.

    A reshape may spread channels over several axes, for example to split them
    into groups. But only whole slices of one axis can be removed from a tensor:
    the longest of these axes is chosen.
    """
    small = compact(tensor)
    classes = self.ids.classes_of(small)
    axes = [axis for axis in range(small.ndim) if _differ(classes, axis)]
    if len(axes) > 1:
      self._along(small, max(axes, key=lambda axis: (small.shape[axis], axis)))
    return np.broadcast_to(small, tensor.shape)

  def merge(self, tensors: Sequence[np.ndarray]) -> np.ndarray:
    """Returns the result of an elementwise op of `tensors`.

    Shapes are broadcast. If a tensor has one entry where another one has
    several channels, its channels are frozen, since all of those depend on it.
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
    # Without a merged tensor, every tensor was broadcast along the channels of
    # another one, and all of them are frozen.
    return tensors[0] if merged is None else merged

  def freeze(self, tensor: np.ndarray, reason: str) -> None:
    """Freezes all channels of a tensor; see `ChannelIds.freeze`."""
    self.ids.freeze(compact(tensor), reason)


def compact(tensor: np.ndarray) -> np.ndarray:
  """Returns the tensor with each axis of equal entries cut to length 1."""
  for axis in range(tensor.ndim):
    if tensor.shape[axis] > 1:
      first = np.take(tensor, [0], axis=axis)
      if tensor.strides[axis] == 0 or (tensor == first).all():
        tensor = first
  return tensor


def _differ(tensor: np.ndarray, axis: int) -> bool:
  """Whether an axis has different channels; `NONE` does not count as one."""
  if tensor.shape[axis] < 2:
    return False
  largest = tensor.max(axis)
  least = np.where(tensor == channel_ids.NONE, largest.max(), tensor).min(axis)
  return bool((least < largest).any())


def _of_rank(tensors: Sequence[np.ndarray]) -> List[np.ndarray]:
  """Reshapes tensors to the same rank, with new axes in front."""
  rank = max(tensor.ndim for tensor in tensors)
  return [tensor.reshape((1,) * (rank - tensor.ndim) + tensor.shape)
          for tensor in tensors]
