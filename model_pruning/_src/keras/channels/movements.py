# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Rules of layers that move data, are elementwise, or pool."""

from __future__ import annotations

from typing import Any, List, Sequence

import numpy as np

from model_pruning._src.channels import channel_ids
from model_pruning._src.keras.channels import contractions
from model_pruning._src.keras.channels import layer_call
from model_pruning._src.keras.channels import rules

_BY_NUMBER = 'it takes channels by their number'


@rules.for_kinds(
    'Flatten', 'Permute', 'Concatenate', 'RepeatVector', 'ops.Concatenate',
    'ops.ExpandDims', 'ops.Flip', 'ops.Moveaxis', 'ops.Repeat', 'ops.Squeeze',
    'ops.Stack', 'ops.Swapaxes', 'ops.Tile', 'ops.Transpose', 'tf.concat',
    'tf.expand_dims', 'tf.repeat', 'tf.reverse', 'tf.squeeze', 'tf.stack',
    'tf.tile', 'tf.transpose')
def _moved(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  return call.run_on_channels()


@rules.for_kinds('ZeroPadding1D', 'ZeroPadding2D', 'ZeroPadding3D')
def _padded(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  [moved] = call.run_on_channels()
  # Zeros beside channels are theirs: where one goes, they go with it.
  for axis in range(1, moved.ndim):
    if not call.varies(moved, axis):
      moved = np.where(moved == channel_ids.NONE,
                       moved.max(axis, keepdims=True), moved)
  return [moved]


@rules.for_kinds('Cropping1D', 'Cropping2D', 'Cropping3D')
def _cropped(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  tensor = call.inputs[0]
  if any(size != tensor.shape[axis] and call.varies(tensor, axis)
         for axis, size in enumerate(call.shapes[0])):
    return call.stays(_BY_NUMBER)
  return call.run_on_channels()


@rules.for_kinds('Reshape')
def _reshaped(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  [moved] = call.run_on_channels()
  for axis in range(1, moved.ndim):
    if call.varies(moved, axis):
      call.counts(('target_shape', axis - 1), call.along(moved, axis))
  return [moved]


@rules.for_kinds('ops.Reshape', 'tf.reshape')
def _reshaped_by_argument(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  is_tf = call.kind == 'tf.reshape'
  shape = call.argument(1, 'shape') if is_tf else call.layer.newshape
  if not isinstance(shape, (list, tuple)) or not all(
      isinstance(dim, int) for dim in shape) or len(shape) != len(
          call.shapes[0]):
    return call.stays('its shape is a tensor')
  [moved] = call.run_on_channels()
  for axis in range(1, moved.ndim):
    if shape[axis] != -1 and call.varies(moved, axis):
      channels = call.along(moved, axis)
      if not is_tf:
        call.counts(('newshape', axis), channels)
      elif len(call.args) > 1:
        call.counts_argument(('args', 1, axis), channels)
      else:
        call.counts_argument(('kwargs', 'shape', axis), channels)
  return [moved]


@rules.for_kinds(
    'Activation', 'ReLU', 'LeakyReLU', 'ELU', 'ThresholdedReLU', 'Dropout',
    'SpatialDropout1D', 'SpatialDropout2D', 'SpatialDropout3D', 'Identity',
    'GaussianNoise', 'GaussianDropout', 'AlphaDropout',
    'ActivityRegularization', 'ops.Abs', 'ops.Cast', 'ops.Celu', 'ops.Clip',
    'ops.Elu', 'ops.Exp',
    'ops.Gelu', 'ops.HardSigmoid', 'ops.HardSilu', 'ops.HardTanh',
    'ops.Identity', 'ops.LeakyRelu', 'ops.Log1p', 'ops.LogSigmoid', 'ops.Mish',
    'ops.Negative', 'ops.Relu', 'ops.Relu6', 'ops.Selu', 'ops.Sigmoid',
    'ops.Sign', 'ops.Silu', 'ops.Softplus', 'ops.Softsign', 'ops.Sqrt',
    'ops.Square', 'ops.Tanh', 'tf.cast', 'tf.clip_by_value', 'tf.identity',
    'tf.math.abs', 'tf.math.exp', 'tf.math.negative', 'tf.math.sigmoid',
    'tf.math.softplus', 'tf.math.sqrt', 'tf.math.square', 'tf.math.tanh',
    'tf.nn.elu', 'tf.nn.gelu', 'tf.nn.leaky_relu', 'tf.nn.relu', 'tf.nn.relu6',
    'tf.nn.selu', 'tf.nn.silu', 'tf.nn.swish', 'tf.sigmoid', 'tf.stop_gradient',
    'tf.tanh')
def _same(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  activation = getattr(call.layer, 'activation', None)
  if not contractions.is_pointwise(activation):
    return call.stays(
        f'{contractions.name_of(activation)} depends on all channels')
  if len(call.inputs) != 1:
    return call.stays('its arguments are tensors')
  return [np.broadcast_to(call.inputs[0], call.shapes[0])]


@rules.for_kinds('Rescaling')
def _rescaled(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  if np.ndim(call.layer.scale) or np.ndim(call.layer.offset):
    return call.stays('it scales each channel')
  return call.inputs


@rules.for_kinds('PReLU')
def _leaky(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  alpha = call.layer.alpha
  for axis, size in enumerate(alpha.shape):
    if size > 1:
      call.scales(alpha, axis, call.along(call.inputs[0], axis + 1))
  return call.inputs


@rules.for_kinds('BatchNormalization')
def _batch_norm(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  layer = call.layer
  axes = layer.axis if isinstance(layer.axis, (list, tuple)) else [layer.axis]
  if len(list(axes)) != 1:
    return call.stays('it has several axes')
  channels = call.along(call.inputs[0], axes[0])
  for weight in (layer.gamma, layer.beta):
    call.scales(weight, 0, channels)
  for weight in (layer.moving_mean, layer.moving_variance):
    call.has_statistics(weight, 0, channels)
  return call.inputs


@rules.for_kinds(
    'AveragePooling1D', 'AveragePooling2D', 'AveragePooling3D', 'MaxPooling1D',
    'MaxPooling2D', 'MaxPooling3D', 'UpSampling1D', 'UpSampling2D',
    'UpSampling3D', 'ops.AveragePool', 'ops.MaxPool', 'ops.Resize',
    'tf.image.resize')
def _pooled(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  axis = contractions.channel_axis(call.layer)
  return [call.spread(call.along(call.inputs[0], axis), axis)]


@rules.for_kinds(
    'GlobalAveragePooling1D', 'GlobalAveragePooling2D',
    'GlobalAveragePooling3D', 'GlobalMaxPooling1D', 'GlobalMaxPooling2D',
    'GlobalMaxPooling3D')
def _globally_pooled(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  axis = contractions.channel_axis(call.layer)
  channels = call.along(call.inputs[0], axis)
  # Without `keepdims` only the batch and the channel axis are left.
  kept = axis if len(call.shapes[0]) == call.inputs[0].ndim else -1
  return [call.spread(channels, kept)]


@rules.for_kinds('ops.Mean', 'ops.Max', 'ops.Sum', 'tf.math.reduce_mean',
                 'tf.math.reduce_max', 'tf.math.reduce_sum')
def _reduced(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  tensor = call.inputs[0]
  axes = getattr(call.layer, 'axis', None)
  if call.kind.startswith('tf.'):
    axes = call.argument(1, 'axis')
  if isinstance(axes, int):
    axes = [axes]
  if not axes or not all(isinstance(axis, int) for axis in axes):
    return call.stays('it reduces all axes')
  axes = sorted({axis % tensor.ndim for axis in axes})
  lines = np.moveaxis(tensor, axes, range(len(axes)))
  lines = lines.reshape((-1,) + lines.shape[len(axes):])
  if (lines != lines[:1]).any():
    return call.stays('it reduces channels')
  return [np.broadcast_to(lines[0].reshape(call.shapes[0]), call.shapes[0])]


_CONSTANT = 'a constant of it has an entry for each channel'


@rules.for_kinds(
    'Add', 'Subtract', 'Multiply', 'Average', 'Maximum', 'Minimum', 'ops.Add',
    'ops.Subtract', 'ops.Multiply', 'ops.Divide', 'ops.TrueDivide',
    'ops.Maximum', 'ops.Minimum', 'tf.math.add', 'tf.math.subtract',
    'tf.math.multiply', 'tf.math.divide', 'tf.math.truediv', 'tf.math.maximum',
    'tf.math.minimum', 'tf.__operators__.add', 'tf.add', 'tf.subtract',
    'tf.multiply', 'tf.divide', 'tf.maximum', 'tf.minimum')
def _merged(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  if any(np.size(one) > 1 for one in _constants(call)):
    return call.stays(_CONSTANT)
  return [np.broadcast_to(call.merge(call.inputs), call.shapes[0])]


def _constants(call: layer_call.LayerCall) -> List[Any]:
  tensors = {id(one) for one in call.inputs}
  found: List[Any] = []
  for one in (*call.args, *call.kwargs.values()):
    parts = one if isinstance(one, (list, tuple)) else [one]
    found += [part for part in parts
              if id(part) not in tensors and not isinstance(part, str)]
  return found


@rules.for_kinds('Softmax', 'ops.Softmax', 'tf.nn.softmax')
def _softmax(call: layer_call.LayerCall) -> Sequence[np.ndarray]:
  return call.stays('softmax depends on all channels')
