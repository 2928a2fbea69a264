# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`channel_groups`: which channels of a model can only go together."""

from __future__ import annotations

from typing import Any, NamedTuple, Tuple

from model_pruning._src.channels import channel_sets
from model_pruning._src.keras.channels import trace


class ChannelGroups(NamedTuple):
  """The channels of a model; prints as a list that people can read.

  Attributes:
    sets: channels that are ranked together, with the weights that have them.
  """

  sets: Tuple[channel_sets.ChannelSet, ...]

  def __str__(self) -> str:
    """The sets of which some channel can go, then those that stay."""
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

  A channel that a layer makes can be removed only with all that makes, scales
  or takes it in: the kernels before it, its batch normalization, the kernels
  after it, and with both sides of an addition.

  Args:
    model: a built model, functional or Sequential; or a subclassed one whose
      `call` takes symbolic tensors.
    inputs: of a subclassed model, a batch as its `call` takes it.
    norms: 'recompute' as for `remove_channels`. Default: 'exact'.

  Returns:
    Sets of channels: each has the channels, those that stay and why, and the
    axes of weights that have them.

  Raises:
    TypeError: if `model` is no Keras model.
    ValueError: if it is not built or cannot be followed, or `norms` is none of
      the two.
  """
  traced = trace.trace(model, 'channel_groups', inputs, norms)
  return ChannelGroups(tuple(channel_sets.sets_of(traced.dependency)))
