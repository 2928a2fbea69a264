# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`channel_groups`: which channels of a model can only go together."""

from __future__ import annotations

from typing import Any, NamedTuple, Tuple

from model_pruning._src.channels import channel_sets
from model_pruning._src.keras.channels import trace


class ChannelGroups(NamedTuple):
  """The channels of a model; prints as a readable list.

  Attributes:
    sets: channels that are ranked together, with the weights that have them.
  """

  sets: Tuple[channel_sets.ChannelSet, ...]

  def __str__(self) -> str:
    """The sets with channels that can be removed, then the other sets."""
    free = [one for one in self.sets if one.free]
    number = sum(len(one.free) for one in free)
    lines = [f'{number} of {sum(len(one.classes) for one in self.sets)} '
             'channels can be removed']
    lines += [f'  {one}' for one in free]
    lines += [f'  {one}' for one in self.sets if not one.free]
    return '\n'.join(lines)


def channel_groups(model: Any, inputs: Any = None,
                   norms: str = 'exact') -> ChannelGroups:
  """Finds which channels of a model depend on each other.

      print(model_pruning.keras.channel_groups(model))

  A channel can be removed only together with its slices of all weights that
  make, scale or consume it: the kernels before it, its batch normalization and
  the kernels after it. An addition unites the channels of its inputs.

  Args:
    model: a built model, functional or Sequential; or a subclassed one whose
      `call` takes symbolic tensors.
    inputs: a batch as the `call` of a subclassed model takes it. Default: None.
    norms: 'exact' or 'recompute', see `remove_channels`. Default: 'exact'.

  Returns:
    The sets of channels. Each has its channels, those that must be kept and
    why, and the axes of weights that have them.

  Raises:
    TypeError: if `model` is no Keras model.
    ValueError: if it is not built or cannot be traced, or `norms` is neither
      'exact' nor 'recompute'.
  """
  traced = trace.trace(model, 'channel_groups', inputs, norms)
  return ChannelGroups(tuple(channel_sets.sets_of(traced.dependency)))
