# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Rules of layers and operations that slice channels by index.

If channels before or inside of a slice are removed, its bounds become smaller.
Each slice keeps at least one channel, since layers need one.
"""

from __future__ import annotations

from typing import Any, List, Sequence, Tuple

import numpy as np

from model_pruning._src.keras.channels import layer_call
from model_pruning._src.keras.channels import rules

_Call = layer_call.LayerCall
_NOT_KNOWN = 'it takes channels by numbers that are tensors'


@rules.for_kinds('ops.GetItem', 'tf.__operators__.getitem')
def _item(call: _Call) -> Sequence[np.ndarray]:
  key = call.argument(1, 'key', call.kwargs.get('slice_spec'))
  path = (('args', 1) if len(call.args) > 1 else
          ('kwargs', 'key' if 'key' in call.kwargs else 'slice_spec'))
  is_one = not isinstance(key, (list, tuple))
  # Keras 2 has a dict in place of a slice.
  keys: List[Any] = [
      slice(one['start'], one['stop'], one['step'])
      if isinstance(one, dict) and 'step' in one else one
      for one in ([key] if is_one else key)]
  paths: List[Tuple[Any, ...]] = [
      path if is_one else (*path, i) for i in range(len(keys))]
  tensor = call.inputs[0]
  for place, one in enumerate(keys):
    if one is Ellipsis:
      missing = tensor.ndim - sum(
          other is not None for other in keys) + 1
      keys[place:place + 1] = [slice(None)] * missing
      paths[place:place + 1] = [path] * missing
      break
  moved = call.run_on_channels()
  axis = 0
  for one, path in zip(keys, paths):
    if one is None:
      continue
    if call.varies(tensor, axis):
      channels = call.along(tensor, axis)
      if isinstance(one, int):
        call.freeze(channels[one],
                    f'{call.name}: it takes one channel by its number')
        call.counts_argument(path, channels[:one % len(channels)])
      elif not isinstance(one, slice) or not _take(
          call, channels, one, path):
        return call.stays('it takes channels by their number')
    axis += 1
  return moved


def _take(call: _Call, channels: np.ndarray, key: slice,
          path: Tuple[Any, ...]) -> bool:
  """Traces a slice of channels; returns whether that is possible.

  If the step is larger than 1, the channels from one that is taken up to the
  next are united, so that the same step works for the remaining channels.
  """
  numbers = [one for one in (key.start, key.stop, key.step)
             if one is not None]
  if not all(isinstance(one, int) for one in numbers):
    return False
  step = 1 if key.step is None else key.step
  if step < 0:
    return numbers == [-1]  # All channels in reverse order.
  size = len(channels)
  line = channels[slice(key.start, None).indices(size)[0]:]
  for first in range(0, len(line), step):
    block = line[first:first + step]
    call.unite(np.broadcast_to(block[:1], block.shape), block)
  for name, number in (('start', key.start), ('stop', key.stop)):
    if number is not None and -size <= number < size:
      call.counts_argument((*path, name), channels[:number % size])
  call.keeps_one(channels[key])
  return True


@rules.for_kinds('ops.Split', 'tf.split')
def _split(call: _Call) -> Sequence[np.ndarray]:
  is_tf = call.kind == 'tf.split'
  axis = call.argument(2, 'axis', 0) if is_tf else call.layer.axis
  numbers = (call.argument(1, 'num_or_size_splits') if is_tf
             else call.layer.indices_or_sections)
  tensor = call.inputs[0]
  if len(call.inputs) != 1 or not isinstance(axis, int):
    return call.stays(_NOT_KNOWN)
  moved = call.run_on_channels()
  if not call.varies(tensor, axis):
    return moved
  channels = call.along(tensor, axis)
  ends = np.cumsum([part.shape[axis] for part in moved]).tolist()
  parts = np.split(channels, ends[:-1])
  if isinstance(numbers, int):  # The parts must keep equal sizes.
    for part in parts[1:]:
      call.unite(parts[0], part)
  elif not isinstance(numbers, (list, tuple)) or not all(
      isinstance(one, int) for one in numbers):
    return call.stays(_NOT_KNOWN)
  elif not is_tf:
    for i, number in enumerate(numbers):
      if number != ends[i]:
        return call.stays('its parts overlap, or begin at the end')
      call.counts(('indices_or_sections', i), channels[:number])
  else:
    path = (('args', 1) if len(call.args) > 1
            else ('kwargs', 'num_or_size_splits'))
    for i, part in enumerate(parts):
      if numbers[i] != -1:
        call.counts_argument((*path, i), part)
  for part in parts:
    call.keeps_one(part)
  return moved


@rules.for_kinds('ops.Slice', 'tf.slice')
def _slice(call: _Call) -> Sequence[np.ndarray]:
  is_tf = call.kind == 'tf.slice'
  begins = call.argument(1, 'begin' if is_tf else 'start_indices')
  sizes = call.argument(2, 'size') if is_tf else call.layer.shape
  for numbers in (begins, sizes):
    if not isinstance(numbers, (list, tuple)) or not all(
        isinstance(one, int) for one in numbers):
      return call.stays(_NOT_KNOWN)
  tensor = call.inputs[0]
  moved = call.run_on_channels()
  for axis, (begin, size) in enumerate(zip(begins, sizes)):
    if not call.varies(tensor, axis):
      continue
    channels = call.along(tensor, axis)
    part = channels[begin:] if size == -1 else channels[begin:begin + size]
    call.counts_argument(
        ('args', 1, axis) if len(call.args) > 1 else
        ('kwargs', 'begin' if is_tf else 'start_indices', axis),
        channels[:begin])
    if size == -1:
      pass
    elif is_tf:
      call.counts_argument(
          ('args', 2, axis) if len(call.args) > 2 else
          ('kwargs', 'size', axis), part)
    else:
      call.counts(('shape', axis), part)
    call.keeps_one(part)
  return moved
