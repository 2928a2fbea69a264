# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Channels of layers with kernels: dense ones and convolutions."""

from __future__ import annotations

from typing import Any, List, Sequence

import numpy as np

from model_pruning._src.keras.channels import layer_call
from model_pruning._src.keras.channels import rules


def channel_axis(layer: Any) -> int:
  """The axis of its input that holds the channels of a layer."""
  return 1 if getattr(layer, 'data_format', None) == 'channels_first' else -1


def _finished(call: layer_call.LayerCall, out: np.ndarray,
              axis: int = -1) -> List[np.ndarray]:
  """The output of a layer with a bias and an activation."""
  layer = call.layer
  if getattr(layer, 'use_bias', False):
    call.makes(layer.bias, 0, out)
  activation = getattr(layer, 'activation', None)
  if not is_pointwise(activation):
    call.freeze(out, f'{call.name}: its activation {name_of(activation)} '
                'depends on all channels')
  return [call.spread(out, axis)]


# The activations of Keras that compute each entry from that entry alone.
_POINTWISE = frozenset([
    'linear', 'relu', 'relu6', 'leaky_relu', 'elu', 'selu', 'celu', 'gelu',
    'silu', 'swish', 'mish', 'sigmoid', 'log_sigmoid', 'hard_sigmoid', 'tanh',
    'hard_tanh', 'hard_silu', 'hard_swish', 'softplus', 'softsign',
    'exponential', 'tanh_shrink', 'hard_shrink', 'soft_shrink', 'squareplus',
    'sparse_plus', 'threshold'])


def name_of(activation: Any) -> str:
  """The name of an activation."""
  return str(getattr(activation, '__name__', type(activation).__name__))


def is_pointwise(activation: Any) -> bool:
  """Whether an activation is known to be elementwise."""
  return activation is None or name_of(activation) in _POINTWISE


@rules.for_kinds('Dense')
def _dense(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  layer = call.layer
  out = call.make(layer.units)
  call.consumes(layer.kernel, 0, call.along(call.inputs[0]))
  call.makes(layer.kernel, 1, out)
  call.counts('units', out)
  return _finished(call, out)


@rules.for_kinds('Conv1D', 'Conv2D', 'Conv3D')
def _conv(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  layer = call.layer
  axis = channel_axis(layer)
  channels = call.along(call.inputs[0], axis)
  groups = getattr(layer, 'groups', 1)
  if groups == 1:
    out = call.make(layer.filters)
    call.consumes(layer.kernel, -2, channels)
  elif groups == len(channels):  # Depthwise: each filter has one channel.
    out = np.repeat(channels, layer.filters // groups)
    call.counts('groups', channels)
  else:
    # All groups must lose the same number of channels: channels at the same
    # index of their groups are united.
    inputs = channels.reshape(groups, -1)
    out = call.make(layer.filters)
    made = out.reshape(groups, -1)
    for i in range(1, groups):
      call.unite(inputs[0], inputs[i])
      call.unite(made[0], made[i])
    call.consumes(layer.kernel, -2, inputs[0])
  call.makes(layer.kernel, -1, out)
  call.counts('filters', out)
  return _finished(call, out, axis)


@rules.for_kinds('Conv1DTranspose', 'Conv2DTranspose', 'Conv3DTranspose')
def _transposed(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  layer = call.layer
  axis = channel_axis(layer)
  out = call.make(layer.filters)
  call.consumes(layer.kernel, -1, call.along(call.inputs[0], axis))
  call.makes(layer.kernel, -2, out)
  call.counts('filters', out)
  return _finished(call, out, axis)


@rules.for_kinds('DepthwiseConv1D', 'DepthwiseConv2D')
def _depthwise(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  layer = call.layer
  axis = channel_axis(layer)
  channels = call.along(call.inputs[0], axis)
  kernel = getattr(layer, 'depthwise_kernel', None)
  call.scales(layer.kernel if kernel is None else kernel, -2, channels)
  return _finished(call, np.repeat(channels, layer.depth_multiplier), axis)


@rules.for_kinds('SeparableConv1D', 'SeparableConv2D')
def _separable(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  layer = call.layer
  axis = channel_axis(layer)
  channels = call.along(call.inputs[0], axis)
  out = call.make(layer.filters)
  call.scales(layer.depthwise_kernel, -2, channels)
  call.consumes(layer.pointwise_kernel, -2,
                np.repeat(channels, layer.depth_multiplier))
  call.makes(layer.pointwise_kernel, -1, out)
  call.counts('filters', out)
  return _finished(call, out, axis)


@rules.for_kinds('Embedding')
def _embedding(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  layer = call.layer
  call.freeze(call.inputs[0], f'{call.name}: they are indices')
  out = call.make(layer.output_dim)
  call.makes(layer.embeddings, 1, out)
  call.counts('output_dim', out)
  return [call.spread(out)]


@rules.for_kinds('EinsumDense')
def _einsum_dense(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  layer = call.layer
  taken, _, result = layer.equation.replace(' ', '').partition('->')
  inputs, _, kernel = taken.partition(',')
  summed = [axis for axis in kernel if axis in inputs and axis not in result]
  made = [axis for axis in kernel if axis in result and axis not in inputs]
  biases = getattr(layer, 'bias_axes', None) or ''
  if ('.' in inputs or len(summed) != 1 or len(made) != 1
      or len(summed) + len(made) != len(kernel)
      or biases not in ('', made[0]) or result[0] != inputs[0]):
    return call.stays(f'the equation {layer.equation} has no rule')
  place = result.index(made[0])
  out = call.make(call.shapes[0][place])
  call.consumes(layer.kernel, kernel.index(summed[0]), call.along(
      call.inputs[0], inputs.index(summed[0])))
  call.makes(layer.kernel, kernel.index(made[0]), out)
  if biases:
    call.makes(layer.bias, 0, out)
  given = layer.get_config()['output_shape']
  call.counts(('output_shape', place - 1) if isinstance(
      given, (list, tuple)) else 'output_shape', out)
  if not is_pointwise(layer.activation):
    call.freeze(out, f'{call.name}: its activation depends on all channels')
  return [call.spread(out, place)]
