# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Rules of normalizations that compute statistics over several channels.

Removing a channel changes the mean and the variance, even if the channel is
zero. So channels are kept, unless the caller allows the statistics to be
computed from the remaining channels.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Sequence

import numpy as np

from model_pruning._src.keras.channels import layer_call
from model_pruning._src.keras.channels import rules

# The values of the argument `norms`, the default first.
CHOICES = ('exact', 'recompute')

WARNING = ('With norms=\'recompute\' channels can go that a normalization '
           'computes with: `remove_channels(..., norms=\'recompute\')` '
           'changes the outputs, and says by how much')


class Recomputed(NamedTuple):
  """A normalization that loses channels.

  Attributes:
    channels: the channels along `axis`.
    axis: the axis of its input that it normalizes.
  """

  channels: np.ndarray
  axis: int


def is_recompute(norms: Any, verb: str) -> bool:
  """Returns whether norms may be computed from fewer channels.

  Args:
    norms: the argument, one of `CHOICES`.
    verb: the public function that the user called, for the message.

  Raises:
    ValueError: if it is none of them.
  """
  if norms not in CHOICES:
    raise ValueError(f'Argument `norms` of `{verb}` must be one of '
                     f'{", ".join(map(repr, CHOICES))}. Received: {norms!r}')
  return bool(norms == 'recompute')


@rules.for_kinds('LayerNormalization', 'GroupNormalization',
                 'UnitNormalization', 'RMSNormalization')
def _norm(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  layer, tensor = call.layer, call.inputs[0]
  axes = getattr(layer, 'axis', -1)
  axes = list(axes) if isinstance(axes, (list, tuple)) else [axes]
  axis = axes[0]
  if len(axes) != 1 or not call.varies(tensor, axis) or any(
      len(weight.shape) != 1 for weight in layer.weights):
    return _whole(call)
  channels = call.along(tensor, axis)
  groups = getattr(layer, 'groups', 1)
  if groups == len(channels) > 1:  # Each by itself.
    call.counts('groups', channels)
  elif call.recomputed is None:
    return _whole(call)
  else:
    before = call.recomputed.setdefault(
        id(layer), Recomputed(channels, axis))
    if before.channels.shape != channels.shape or before.axis != axis:
      call.freeze(before.channels, f'{call.name}: it has several sizes')
      return _whole(call)
    call.unite(before.channels, channels)
    # Each group loses as many as every other.
    lines = channels.reshape(groups, -1)
    call.unite(np.broadcast_to(lines[:1], lines.shape), lines)
  for weight in layer.weights:
    call.scales(weight, 0, channels)
  return call.inputs


def _whole(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  call.freeze(call.inputs[0], f'{call.name}: it is computed from all channels')
  return call.inputs
