# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Ids of channels, and the classes of channels that can only go together."""

from __future__ import annotations

from typing import Dict, List

import numpy as np

# The id of entries that belong to no channel, such as zeros added by padding.
NONE = 0


class ChannelIds:
  """The channels of a network, united into classes that can only go together.

  A channel is an integer, and an array of integers says which channel each
  entry of a tensor belongs to. Channels are united while the network is traced
  (a union-find structure); a class of united channels is removed or kept as a
  whole. A frozen class is always kept.

  >>> ids = ChannelIds()
  >>> a, b = ids.fresh(2), ids.fresh(2)
  >>> ids.unite(a, b)
  >>> ids.classes_of(b).tolist()
  [1, 2]
  """

  def __init__(self) -> None:
    """Starts with no channel."""
    self._parents = [NONE]
    self._reasons: Dict[int, str] = {}

  def fresh(self, number: int) -> np.ndarray:
    """Returns `number` new channels, int64 of shape [number]."""
    first = len(self._parents)
    self._parents += range(first, first + number)
    return np.arange(first, first + number)

  def find(self, channel: int) -> int:
    """Returns the smallest channel of the class that `channel` belongs to."""
    parents = self._parents
    while parents[channel] != channel:
      parents[channel] = parents[parents[channel]]
      channel = parents[channel]
    return channel

  def classes_of(self, channels: np.ndarray) -> np.ndarray:
    """Returns an array like `channels` with the class of each."""
    distinct, places = np.unique(channels, return_inverse=True)
    classes = np.array([self.find(one) for one in distinct.tolist()], np.int64)
    return classes[places].reshape(channels.shape)

  def unite(self, first: np.ndarray, second: np.ndarray) -> None:
    """Unites the channels at the same index of two arrays of the same shape.

    An index where one of the arrays has `NONE` is ignored.
    """
    if not first.size:  # `np.unique` of old NumPy rejects empty arrays.
      return
    pairs = np.unique(np.stack([first.ravel(), second.ravel()]), axis=1)
    for one, other in pairs.T.tolist():
      if NONE not in (one, other):
        one, other = self.find(one), self.find(other)
        self._parents[max(one, other)] = min(one, other)

  def freeze(self, channels: np.ndarray, reason: str) -> None:
    """Marks channels, and all that are or will be united with them, as kept.

    Args:
      channels: an integer array of any shape.
      reason: why they are kept, in a few words. Later reasons for the same
        channel are ignored.
    """
    for channel in np.unique(channels).tolist():
      if channel != NONE:
        self._reasons.setdefault(channel, reason)

  def frozen(self) -> Dict[int, List[str]]:
    """Returns the distinct reasons for each frozen class, in order."""
    by_class: Dict[int, List[str]] = {}
    for channel, reason in sorted(self._reasons.items()):
      reasons = by_class.setdefault(self.find(channel), [])
      if reason not in reasons:
        reasons.append(reason)
    return by_class
