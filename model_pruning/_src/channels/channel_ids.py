# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Names for channels, some of which turn out to be the same."""

from __future__ import annotations

from typing import Dict, List

import numpy as np

# The id of what is no channel, as the zeros that a padding adds.
NONE = 0


class ChannelIds:
  """Channels of a network, with those that can only go together.

  A channel is an integer; arrays of them say which channel each entry of a
  tensor belongs to. Channels are united as the network is followed (a
  union-find structure), and a class of united channels goes or stays as a
  whole. A frozen class stays.

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
    """Returns the least channel of the class of a channel."""
    parents = self._parents
    while parents[channel] != channel:
      parents[channel] = parents[parents[channel]]
      channel = parents[channel]
    return channel

  def classes_of(self, channels: np.ndarray) -> np.ndarray:
    """Returns an array like `channels` with the class of each."""
    distinct, places = np.unique(channels, return_inverse=True)
    found = np.array([self.find(one) for one in distinct.tolist()], np.int64)
    return found[places].reshape(channels.shape)

  def unite(self, first: np.ndarray, second: np.ndarray) -> None:
    """Unites the channels at equal places of arrays of one shape.

    What is no channel in one of them says nothing of that in the other.
    """
    if not first.size:  # Old versions of NumPy take no empty array below.
      return
    pairs = np.unique(np.stack([first.ravel(), second.ravel()]), axis=1)
    for one, other in pairs.T.tolist():
      if NONE not in (one, other):
        one, other = self.find(one), self.find(other)
        self._parents[max(one, other)] = min(one, other)

  def freeze(self, channels: np.ndarray, reason: str) -> None:
    """Lets channels stay, and all that are united with them, ever.

    Args:
      channels: an array of any shape.
      reason: why, in a few words; the first one for a channel is kept.
    """
    for channel in np.unique(channels).tolist():
      if channel != NONE:
        self._reasons.setdefault(channel, reason)

  def frozen(self) -> Dict[int, List[str]]:
    """Returns for each class that stays the reasons, in order, each once."""
    found: Dict[int, List[str]] = {}
    for channel, reason in sorted(self._reasons.items()):
      reasons = found.setdefault(self.find(channel), [])
      if reason not in reasons:
        reasons.append(reason)
    return found
