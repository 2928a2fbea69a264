# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Channels of what moves data, pads or pools."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence

import numpy as np

from model_pruning._src.graph.channels import node_call
from model_pruning._src.graph.channels import rules
from model_pruning._src.graph.channels import sizes
from model_pruning._src.graph.channels import tensors

_Call = node_call.NodeCall
_BY_NUMBER = 'it takes channels by their number'

# What moves entries -> which of its inputs it moves.
_MOVES: Dict[str, slice] = {
    **dict.fromkeys(['ExpandDims', 'Reshape', 'Reverse', 'ReverseV2', 'Slice',
                     'Squeeze', 'StridedSlice', 'Tile', 'Transpose', 'Unpack',
                     'GatherV2', 'SplitV'], slice(0, 1)),
    'ConcatV2': slice(0, -1),
    'Pack': slice(None),
    'Split': slice(1, 2),
}


def _moved(call: _Call) -> List[int]:
  """The indices of the inputs that are moved."""
  return list(range(len(call.op.inputs)))[_MOVES[call.op.type]]


def _run_on_numbers(call: _Call) -> Optional[List[tensors.Tensor]]:
  """The outputs of what moves numbers; None if no number is moved."""
  moved = {i: call.numbers(i) for i in _moved(call)}
  if all(one is None for one in moved.values()):
    return None
  for i in moved:
    call.is_handled(i)
  return [tensors.Tensor(numbers=one) for one in call.run_on({
      i: np.full(call.shape(i), sizes.UNKNOWN) if one is None else one
      for i, one in moved.items()})]


def _run_on_channels(call: _Call) -> List[np.ndarray]:
  return call.run_on({i: call.channels(i) for i in _moved(call)})


@rules.for_ops(['ExpandDims', 'Squeeze', 'Transpose'])
def _placed(call: _Call) -> Sequence[Any]:
  of_numbers = _run_on_numbers(call)
  if of_numbers:
    return of_numbers
  weight = call.weight(0)
  if weight is None:
    return _run_on_channels(call)
  axes = list(weight.axes)
  if call.op.type == 'Transpose':
    axes = [axes[axis] for axis in call.value(1).tolist()]
  elif call.op.type == 'ExpandDims':
    rank = len(call.output_shape())
    axes.insert(int(call.value(1)) % rank, None)
  else:
    gone = call.attr('squeeze_dims') or [
        axis for axis, size in enumerate(call.shape(0)) if size == 1]
    gone = {axis % len(axes) for axis in gone}
    axes = [one for axis, one in enumerate(axes) if axis not in gone]
  return [tensors.Tensor(weight=weight._replace(axes=tuple(axes)))]


@rules.for_ops(['Reshape'])
def _reshaped(call: _Call) -> Sequence[Any]:
  numbers = call.numbers(0)
  if numbers is not None:
    call.is_handled(0)
    return [tensors.Tensor(numbers=numbers.reshape(call.output_shape()))]
  moved = call.aligned(call.channels(0).reshape(call.output_shape()))
  lines = {axis: call.line(moved, axis) for axis in range(moved.ndim)
           if call.varies(moved, axis)}
  if not call.count_along(1, lines):
    return call.stays('its shape is computed')
  return [moved]


@rules.for_ops(['ConcatV2', 'Pack'])
def _joined(call: _Call) -> Sequence[Any]:
  of_numbers = _run_on_numbers(call)
  if of_numbers:
    return of_numbers
  [joined] = _run_on_channels(call)
  own = (int(call.value(len(call.op.inputs) - 1)) if call.op.type == 'ConcatV2'
         else call.attr('axis')) % joined.ndim
  # Side by side along another axis, the channels of all are the same ones.
  for axis in range(joined.ndim):
    if axis != own and call.varies(joined, axis):
      call.line(joined, axis)
  return [call.aligned(joined)]


@rules.for_ops(['GatherV2', 'Reverse', 'ReverseV2', 'Slice', 'StridedSlice',
                'Tile'])
def _taken(call: _Call) -> Sequence[Any]:
  of_numbers = _run_on_numbers(call)
  if of_numbers:
    return of_numbers
  tensor = call.channels(0)
  [moved] = _run_on_channels(call)
  lines = {axis: call.line(tensor, axis) for axis in range(tensor.ndim)
           if call.varies(tensor, axis)}
  for line in lines.values():
    if not any(np.array_equal(call.line(moved, axis), line)
               for axis in range(moved.ndim)):
      return call.stays(_BY_NUMBER)
  # A slice of all channels has their number, or -1.
  if call.op.type == 'Slice' and not call.count_along(2, lines):
    return call.stays('its size is computed')
  return [moved]


@rules.for_ops(['Unpack'])
def _unpacked(call: _Call) -> Sequence[Any]:
  of_numbers = _run_on_numbers(call)
  if of_numbers:
    return of_numbers
  if call.varies(call.channels(0), call.attr('axis')):
    return call.stays(_BY_NUMBER)
  return _run_on_channels(call)


@rules.for_ops(['Split', 'SplitV'])
def _split(call: _Call) -> Sequence[Any]:
  of_numbers = _run_on_numbers(call)
  if of_numbers:
    return of_numbers
  [index] = _moved(call)
  tensor = call.channels(index)
  axis = int(call.value(0 if call.op.type == 'Split' else 2)) % tensor.ndim
  parts = _run_on_channels(call)
  if not call.varies(tensor, axis):
    return parts
  lines = [call.line(part, axis) for part in parts]
  for line in lines:
    call.keep_one(line)
  if call.op.type == 'Split':
    # Parts are equal: each loses those at the same places.
    for line in lines[1:]:
      call.unite(lines[0], line)
  elif not all(call.count(1, i, line) for i, line in enumerate(lines)):
    return call.stays('its sizes are computed')
  return parts


@rules.for_ops(['Pad', 'PadV2', 'MirrorPad'])
def _padded(call: _Call) -> Sequence[Any]:
  tensor = call.channels(0)
  for axis, (before, after) in enumerate(call.value(1).tolist()):
    if not call.varies(tensor, axis):
      # What is beside channels is theirs: where one goes, it goes with it.
      shape = list(tensor.shape)
      shape[axis] += before + after
      tensor = np.broadcast_to(np.take(tensor, [0], axis=axis), shape)
    elif call.op.type == 'MirrorPad' and before + after:
      return call.stays(_BY_NUMBER)
    elif before + after:
      line = call.line(tensor, axis)
      line = np.concatenate([call.frozen(before, 'they are padding'), line,
                             call.frozen(after, 'they are padding')])
      tensor = call.spread(line, axis)
  return [tensor]


@rules.for_ops(['AvgPool', 'AvgPool3D', 'MaxPool', 'MaxPool3D', 'MaxPoolV2'])
def _pooled(call: _Call) -> Sequence[Any]:
  axis = call.channel_axis
  if call.shape(0)[axis] != call.output_shape()[axis]:
    return call.stays('it pools channels')
  return [call.spread(call.along(0, axis), axis)]


@rules.for_ops(['BatchToSpaceND', 'ResizeBicubic', 'ResizeBilinear',
                'ResizeNearestNeighbor', 'SpaceToBatchND'])
def _resized(call: _Call) -> Sequence[Any]:
  # Blocks are of the places.
  if call.op.type.endswith('ND') and len(call.value(1)) > (
      len(call.shape(0)) - 2):
    return call.stays('it moves channels')
  return [call.spread(call.along(0))]


@rules.for_ops(['Shape'])
def _shape(call: _Call) -> Sequence[Any]:
  return [tensors.Tensor(numbers=call.sizes.of_shape(call.channels(0)))]
