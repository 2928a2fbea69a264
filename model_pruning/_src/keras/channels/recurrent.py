# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Rules of recurrent layers, whose channels are their units."""

from __future__ import annotations

from typing import Any, List, Sequence

import numpy as np

from model_pruning._src.keras.channels import contractions
from model_pruning._src.keras.channels import layer_call
from model_pruning._src.keras.channels import rules

_NUM_GATES = {'SimpleRNN': 1, 'GRU': 3, 'LSTM': 4}


@rules.for_kinds(*_NUM_GATES)
def _recurrent(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  units = _units(call, call.along(call.inputs[0]))
  for state in call.inputs[1:]:
    # Keras 3 passes a mask as one more tensor.
    if state is call.kwargs.get('mask') or state.shape[-1] != len(units):
      call.freeze(state, f'{call.name}: it is a mask')
    else:
      call.unite(call.along(state), units)
  # Whatever it returns, the sequence or its states, is made by the units.
  return [call.spread(units, output=i) for i in range(len(call.shapes))]


def _units(call: layer_call.LayerCall, channels: np.ndarray) -> np.ndarray:
  """The units of a recurrent layer, given the channels of its input."""
  layer: Any = call.layer
  cell = layer.cell
  units = call.make(layer.units)
  gates = np.tile(units, _NUM_GATES[call.kind])
  call.consumes(cell.kernel, 0, channels)
  call.makes(cell.kernel, 1, gates)
  call.consumes(cell.recurrent_kernel, 0, units)
  call.makes(cell.recurrent_kernel, 1, gates)
  call.makes(getattr(cell, 'bias', None), -1, gates)
  call.counts('units', units)
  for activation in (cell.activation,
                     getattr(cell, 'recurrent_activation', None)):
    if not contractions.is_pointwise(activation):
      call.freeze(units, f'{call.name}: its activation '
                  f'{contractions.name_of(activation)} depends on all units')
  return units


@rules.for_kinds('Bidirectional')
def _bidirectional(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  layer = call.layer
  forward = call.of_inner(layer.forward_layer, 'layer', 'config')
  # Without a configuration of its own it has that of the forward layer.
  has_own = 'backward_layer' in layer.get_config()
  backward = call.of_inner(
      layer.backward_layer, *(('backward_layer', 'config') if has_own
                              else ('layer', 'config')))
  if (forward.kind not in _NUM_GATES or backward.kind not in _NUM_GATES
      or len(call.shapes) != 1 or len(call.inputs) != 1):
    return call.stays('it has states or cells without a rule')
  channels = call.along(call.inputs[0])
  units: List[np.ndarray] = [
      _units(one, channels) for one in (forward, backward)]
  if not has_own:  # One number of units counts for both.
    call.unite(*units)
  if layer.merge_mode == 'concat':
    return [call.spread(np.concatenate(units))]
  call.unite(*units)
  return [call.spread(units[0])]


@rules.for_kinds('TimeDistributed')
def _time_distributed(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  layer = call.layer.layer
  inner = call.of_inner(layer, 'layer', 'config')
  # Their channels are the last axis, however many axes are before it.
  if inner.kind not in ('Dense', 'Conv1D', 'Conv2D', 'DepthwiseConv2D',
                        'BatchNormalization', 'Activation', 'Dropout') or (
                            getattr(layer, 'data_format', None)
                            == 'channels_first'):
    return call.stays(f'{inner.kind} in it has no rule')
  return rules.follow(inner)
