# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Channels of operations with kernels, and of what follows them."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np

from model_pruning._src.channels import dependency as dependency_lib
from model_pruning._src.graph.channels import node_call
from model_pruning._src.graph.channels import rules

_Call = node_call.NodeCall
_Role = dependency_lib.Role

_NO_CONSTANT = 'its kernel is no constant'


@rules.for_ops(['Conv2D', 'Conv3D'])
def _conv(call: _Call) -> Sequence[Any]:
  if call.weight(1) is None:
    return call.stays(_NO_CONSTANT)
  channels = call.along(0, call.channel_axis)
  num_inputs, num_outputs = call.shape(1)[-2:]
  groups = len(channels) // num_inputs
  if groups == 1:
    out = call.make(num_outputs)
    call.use(1, -2, channels, _Role.CONSUMES)
  elif num_inputs == 1:  # Depthwise: each filter has one channel.
    out = np.repeat(channels, num_outputs // groups)
  else:
    # Each group loses as many as every other: those at the same place in it.
    inputs = channels.reshape(groups, -1)
    out = call.make(num_outputs)
    made = out.reshape(groups, -1)
    for i in range(1, groups):
      call.unite(inputs[0], inputs[i])
      call.unite(made[0], made[i])
    call.use(1, -2, inputs[0], _Role.CONSUMES)
  call.use(1, -1, out, _Role.MAKES)
  return [call.spread(out, call.channel_axis)]


@rules.for_ops(['DepthwiseConv2dNative'])
def _depthwise(call: _Call) -> Sequence[Any]:
  if call.weight(1) is None:
    return call.stays(_NO_CONSTANT)
  channels = call.along(0, call.channel_axis)
  call.use(1, -2, channels, _Role.SCALES)
  return [call.spread(np.repeat(channels, call.shape(1)[-1]),
                      call.channel_axis)]


@rules.for_ops(['Conv2DBackpropInput', 'Conv3DBackpropInputV2'])
def _transposed(call: _Call) -> Sequence[Any]:
  if call.weight(1) is None:
    return call.stays(_NO_CONSTANT)
  axis = call.channel_axis
  out = call.make(call.shape(1)[-2])
  call.use(1, -1, call.along(2, axis), _Role.CONSUMES)
  call.use(1, -2, out, _Role.MAKES)
  rank = len(call.output_shape())
  # A shape of two is that of the places.
  if call.shape(0) == (rank,) and not call.count_along(0, {axis: out}):
    call.freeze(out, f'{call.op.name}: its shape is computed')
  return [call.spread(out, axis)]


@rules.for_ops(['MatMul'])
def _matmul(call: _Call) -> Sequence[Any]:
  if call.weight(1) is None or call.attr('transpose_a'):
    return call.stays(_NO_CONSTANT)
  return _dense(call, call.attr('transpose_b'))


@rules.for_ops(['BatchMatMul', 'BatchMatMulV2', 'BatchMatMulV3'])
def _batch_matmul(call: _Call) -> Sequence[Any]:
  if call.weight(1) is None or len(call.shape(1)) != 2 or call.attr('adj_x'):
    return call.stays(_NO_CONSTANT)
  return _dense(call, call.attr('adj_y'))


def _dense(call: _Call, is_transposed: bool) -> Sequence[Any]:
  taken, made = (1, 0) if is_transposed else (0, 1)
  out = call.make(call.shape(1)[made])
  call.use(1, taken, call.along(0), _Role.CONSUMES)
  call.use(1, made, out, _Role.MAKES)
  return [call.spread(out)]


@rules.for_ops(['BiasAdd'])
def _bias_add(call: _Call) -> Sequence[Any]:
  call.use_line(1, call.along(0, call.channel_axis))
  return [call.channels(0)]


@rules.for_ops(['FusedBatchNorm', 'FusedBatchNormV2', 'FusedBatchNormV3'])
def _batch_norm(call: _Call) -> Sequence[Any]:
  channels = call.along(0, call.channel_axis)
  for index in (1, 2, 3, 4):
    if call.shape(index) == channels.shape:
      call.use_line(index, channels)
  return [call.channels(0)]
