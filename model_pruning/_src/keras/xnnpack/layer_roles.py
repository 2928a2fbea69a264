# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tells which layers XNNPACK can run with the channels first.

Its sparse kernel for 1x1 convolutions needs that layout, in all of a subgraph
or in none of it. The conditions are those of `xnn_subgraph_rewrite_for_nchw`
in XNNPACK's `src/subgraph.c`, as far as layers of Keras decide them.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, NamedTuple, Optional, Tuple

from model_pruning._src.keras.models import layer_graph

HEAD = 'head'  # Takes channels last, gives channels first.
BODY = 'body'  # Takes and gives channels first.
TAIL = 'tail'  # A body that can give channels last as well.
FOLDED = 'folded'  # Becomes part of the call before or after it, or nothing.
OUTSIDE = 'outside'  # Channels last.

_ACTIVATIONS = ('linear', 'relu', 'relu6', 'leaky_relu', 'elu', 'sigmoid')


class Role(NamedTuple):
  """The role of a call in a subgraph with the channels first.

  Attributes:
    kind: one of the five above.
    reason: why, if the kind is `OUTSIDE`; else empty.
  """

  kind: str
  reason: str = ''


def role_of(call: layer_graph.Call) -> Role:
  """The role of a call, whatever the roles of the calls around it."""
  layer = call.layer
  if getattr(layer, 'data_format', None) == 'channels_first':
    return Role(OUTSIDE, 'TensorFlow Lite has channels last only')
  kind = call.kind
  if kind in ('TFOpLambda', 'TensorFlowOpLayer'):
    kind = _operator(layer)
  if kind not in _ROLES:
    return Role(OUTSIDE, f'{kind} has no form with the channels first')
  return _ROLES[kind](call)


def is_pointwise(layer: Any) -> bool:
  """Whether it is a convolution that the sparse kernel can compute."""
  return (layer_graph.kind_of(layer) == 'Conv2D'
          and tuple(layer.kernel_size) == (1, 1)
          and tuple(layer.strides) == (1, 1)
          and getattr(layer, 'groups', 1) == 1
          and layer.data_format == 'channels_last')


def before(call: layer_graph.Call) -> Optional[layer_graph.Call]:
  """The call whose output a call of one input takes; None: it is an input."""
  return call.inputs[0] if call.inputs else None


def _conv(call: layer_graph.Call) -> Role:
  layer = call.layer
  kernel_size = tuple(layer.kernel_size)
  if getattr(layer, 'groups', 1) != 1:
    return Role(OUTSIDE, f'it has {layer.groups} groups')
  if kernel_size not in ((1, 1), (3, 3)):
    return Role(OUTSIDE, 'its kernel is {}x{}, and only 1x1, and 3x3 at the '
                'beginning, will do'.format(*kernel_size))
  if not _has_activation(layer):
    return _other_activation(layer)
  strides = tuple(layer.strides)
  if kernel_size == (1, 1):
    if strides != (1, 1):
      return Role(OUTSIDE, 'it is a 1x1 convolution with strides {}x{}'.format(
          *strides))
    if _padding(call) is not None:
      return Role(OUTSIDE, 'it is a 1x1 convolution with padding')
    return Role(BODY)
  num_channels = int(layer.kernel.shape[2])
  if strides != (2, 2) or num_channels != 3:
    return Role(OUTSIDE, 'it is a 3x3 convolution of {} channels with strides '
                '{}x{}; 3x3 must be the first, of 3 channels, with strides 2x2'
                .format(num_channels, *strides))
  if tuple(layer.dilation_rate) != (1, 1):
    return Role(OUTSIDE, 'it is dilated')
  reason = _why_not_padded(call, 1)
  return Role(OUTSIDE, reason) if reason else Role(HEAD)


def _depthwise(call: layer_graph.Call) -> Role:
  layer = call.layer
  kernel_size, strides = tuple(layer.kernel_size), tuple(layer.strides)
  if kernel_size not in ((3, 3), (5, 5)):
    return Role(OUTSIDE, 'its depthwise kernel is {}x{}, not 3x3 or 5x5'.format(
        *kernel_size))
  if strides not in ((1, 1), (2, 2)):
    return Role(OUTSIDE, 'its strides are {}x{}, not 1x1 or 2x2'.format(
        *strides))
  if layer.depth_multiplier != 1:
    return Role(OUTSIDE, f'its depth_multiplier is {layer.depth_multiplier}')
  if tuple(layer.dilation_rate) != (1, 1):
    return Role(OUTSIDE, 'it is dilated')
  if not _has_activation(layer):
    return _other_activation(layer)
  if layer.padding == 'same' and strides == (1, 1) and _padding(call) is None:
    return Role(BODY)
  reason = _why_not_padded(call, kernel_size[0] // 2)
  return Role(OUTSIDE, reason) if reason else Role(BODY)


def _padding(call: layer_graph.Call) -> Optional[Tuple[Tuple[int, int], ...]]:
  previous = before(call)
  if previous is None or previous.kind != 'ZeroPadding2D':
    return None
  return tuple((int(first), int(last))
               for first, last in previous.layer.padding)


def _why_not_padded(call: layer_graph.Call, size: int) -> str:
  """Why the input of a convolution is not padded by `size` on each side."""
  padding = _padding(call)
  wanted = f"needs ZeroPadding2D({size}) before it and padding='valid'"
  if padding is None:
    return f'it {wanted}: it has padding={call.layer.padding!r} and no other'
  if call.layer.padding != 'valid':
    return f'it {wanted}: it has padding={call.layer.padding!r} as well'
  if padding != ((size, size), (size, size)):
    return f'it {wanted}: the ZeroPadding2D is {padding}'
  return ''


def _has_activation(layer: Any) -> bool:
  activation = getattr(layer, 'activation', None)
  return (activation is None
          or getattr(activation, '__name__', None) in _ACTIVATIONS)


def _other_activation(layer: Any) -> Role:
  name = getattr(layer.activation, '__name__', type(layer.activation).__name__)
  return Role(OUTSIDE, f'its activation {name} is none of '
              + ', '.join(_ACTIVATIONS))


def _activation(call: layer_graph.Call) -> Role:
  return (Role(BODY) if _has_activation(call.layer)
          else _other_activation(call.layer))


def _relu(call: layer_graph.Call) -> Role:
  layer = call.layer
  if layer.max_value not in (None, 6) or float(layer.threshold or 0.0) != 0.0:
    return Role(OUTSIDE, 'it is neither relu nor relu6')
  return Role(BODY)


def _norm(call: layer_graph.Call) -> Role:
  previous = before(call)
  if previous is None or previous.kind not in ('Conv2D', 'DepthwiseConv2D'):
    return Role(OUTSIDE, 'it is not directly behind a convolution, so the '
                'converter cannot fold it')
  activation = getattr(previous.layer.activation, '__name__', 'linear')
  if activation != 'linear' or len(previous.consumers) > 1:
    return Role(OUTSIDE, 'the convolution before it has an activation or '
                'another consumer, so the converter cannot fold it')
  return Role(FOLDED)


def _zero_padding(call: layer_graph.Call) -> Role:
  if [consumer.kind for consumer in call.consumers] not in (
      ['Conv2D'], ['DepthwiseConv2D']):
    return Role(OUTSIDE, 'it is padding for other than one convolution')
  return Role(FOLDED)


def _of_two(call: layer_graph.Call) -> Role:
  if len(call.inputs) < 2 or any(
      len(taken.shape) != 4 for taken in call.inputs):
    return Role(OUTSIDE, 'its inputs are not all of 4 dimensions')
  return Role(BODY)


def _up_sampling(call: layer_graph.Call) -> Role:
  if call.layer.interpolation != 'bilinear':
    return Role(OUTSIDE, f'its interpolation is {call.layer.interpolation}, '
                'not bilinear')
  return Role(BODY)


def _operator(layer: Any) -> str:
  """The class of the layer that is equivalent to an operator on tensors."""
  symbol = getattr(layer, 'symbol', None) or getattr(
      getattr(layer, 'node_def', None), 'op', '')
  name = str(symbol).rpartition('.')[2].lower()
  return {'add': 'Add', 'addv2': 'Add', 'multiply': 'Multiply',
          'mul': 'Multiply', 'depth_to_space': 'DepthToSpace',
          'depthtospace': 'DepthToSpace', 'relu': 'Relu', 'relu6': 'Relu6',
          'sigmoid': 'Sigmoid'}.get(name, str(symbol) or type(layer).__name__)


_ROLES: Dict[str, Callable[[layer_graph.Call], Role]] = {
    'Activation': _activation,
    'Add': _of_two,
    'BatchNormalization': _norm,
    'Conv2D': _conv,
    'DepthToSpace': lambda call: Role(TAIL),
    'DepthwiseConv2D': _depthwise,
    'Dropout': lambda call: Role(FOLDED),
    'ELU': lambda call: Role(BODY),
    'GlobalAveragePooling2D': lambda call: Role(TAIL),
    'LeakyReLU': lambda call: Role(BODY),
    'Multiply': _of_two,
    'ReLU': _relu,
    'Relu': lambda call: Role(BODY),
    'Relu6': lambda call: Role(BODY),
    'Sigmoid': lambda call: Role(BODY),
    'SpatialDropout2D': lambda call: Role(FOLDED),
    'UpSampling2D': _up_sampling,
    'ZeroPadding2D': _zero_padding,
}
