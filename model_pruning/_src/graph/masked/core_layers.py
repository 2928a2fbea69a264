# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Masked layers that are objects, as `tf.compat.v1.layers` has them.

    layer = core_layers.MaskedConv2D(32, [3, 3], name='conv')
    net = layer.apply(images)

Variables are `<layer>/kernel`, `<layer>/bias`, `<layer>/mask` and
`<layer>/threshold`, and are attributes of those names; `masked_kernel` is the
product.

With Keras 3 TensorFlow has no such layers. The classes are there all the same,
so that they can be looked up, and raise an ImportError when one is made.
"""

from __future__ import annotations

from typing import Any, List, Optional, Sequence, Tuple

import tensorflow as tf

from model_pruning._src.compat import graph as graph_compat
from model_pruning._src.graph.masked import masked_kernel

_v1: Any = tf.compat.v1
_ZEROS = tf.compat.v1.zeros_initializer()


class _NoLayer:
  """Stands for the layer of a TensorFlow without `layers`."""

  def __init__(self, *args: Any, **kwargs: Any):
    del args, kwargs
    raise ImportError(
        'The masked layers as objects need `tf.compat.v1.layers`, which this '
        f'TensorFlow ({tf.__version__}) does not have with the Keras that is '
        'installed. With Keras 3, install tf-keras and set '
        'TF_USE_LEGACY_KERAS=1, or use `masked_conv2d` and '
        '`masked_fully_connected`.')


def _layer() -> Any:
  """TensorFlow's class of a layer, or what stands for it."""
  try:
    return _v1.layers.Layer
  except (AttributeError, ImportError):  # With Keras 3, one or the other.
    return _NoLayer


_Layer: Any = _layer()


class _MaskedLayer(_Layer):
  """What the layers have in common: a masked kernel, a bias, an activation."""

  def __init__(self, activation: Any, use_bias: bool, kernel_initializer: Any,
               bias_initializer: Any, kernel_regularizer: Any,
               bias_regularizer: Any, **kwargs: Any):
    super().__init__(**kwargs)
    self.activation = activation
    self.use_bias = use_bias
    self.kernel_initializer = kernel_initializer
    self.bias_initializer = bias_initializer
    self.kernel_regularizer = kernel_regularizer
    self.bias_regularizer = bias_regularizer

  def _make_variables(self, shape: Sequence[int], mask_first: bool) -> None:
    dtype = tf.as_dtype(self.dtype or tf.float32)
    result = masked_kernel.make(
        lambda: self.add_weight(
            'kernel', shape=shape, dtype=dtype, trainable=True,
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer),
        tf.TensorSpec(shape, dtype), _v1.get_variable_scope(),
        mask_first=mask_first)
    graph_compat.add_state_variables(
        self, [result.state.mask, result.state.threshold])
    self.kernel, self.masked_kernel = result.kernel, result.masked
    self.mask, self.threshold = result.state.mask, result.state.threshold
    self.bias: Optional[Any] = None
    if self.use_bias:
      self.bias = self.add_weight(
          'bias', shape=shape[-1:], dtype=dtype, trainable=True,
          initializer=self.bias_initializer,
          regularizer=self.bias_regularizer)
    self.built = True

  def _finish(self, outputs: tf.Tensor, data_format: str = 'NHWC') -> tf.Tensor:
    if self.bias is not None:
      outputs = tf.nn.bias_add(outputs, self.bias, data_format=data_format)
    return outputs if self.activation is None else self.activation(outputs)


class MaskedConv2D(_MaskedLayer):
  """A 2-D convolution with a masked kernel."""

  def __init__(self, filters: int, kernel_size: Any, strides: Any = (1, 1),
               padding: str = 'valid', data_format: str = 'channels_last',
               dilation_rate: Any = (1, 1), activation: Any = None,
               use_bias: bool = True, kernel_initializer: Any = None,
               bias_initializer: Any = _ZEROS, kernel_regularizer: Any = None,
               bias_regularizer: Any = None, activity_regularizer: Any = None,
               trainable: bool = True, name: Optional[str] = None,
               **kwargs: Any):
    """Creates a layer; arguments as of `tf.compat.v1.layers.Conv2D`.

    Raises:
      ImportError: TensorFlow has no `tf.compat.v1.layers`.
      ValueError: `padding`, `data_format` or a pair is no such.
    """
    super().__init__(
        activation, use_bias, kernel_initializer, bias_initializer,
        kernel_regularizer, bias_regularizer, trainable=trainable, name=name,
        activity_regularizer=activity_regularizer, **kwargs)
    self.rank = 2
    self.filters = filters
    self.kernel_size = _pair('kernel_size', kernel_size)
    self.strides = _pair('strides', strides)
    self.padding = _one_of('padding', padding, ['valid', 'same'])
    self.data_format = _one_of(
        'data_format', data_format, ['channels_last', 'channels_first'])
    self.dilation_rate = _pair('dilation_rate', dilation_rate)

  def build(self, input_shape: Any) -> None:
    """Creates the variables; `input_shape` is of rank 4."""
    channels = _known(
        input_shape, 1 if self.data_format == 'channels_first' else -1)
    self._make_variables(
        [*self.kernel_size, channels, self.filters], mask_first=True)

  def call(self, inputs: tf.Tensor) -> tf.Tensor:
    """The convolution."""
    data_format = 'NCHW' if self.data_format == 'channels_first' else 'NHWC'
    return self._finish(
        _v1.nn.convolution(
            inputs, self.masked_kernel, padding=self.padding.upper(),
            strides=self.strides, dilation_rate=self.dilation_rate,
            data_format=data_format), data_format)


class MaskedFullyConnected(_MaskedLayer):
  """A dense layer with a masked weight matrix, for the last dimension."""

  def __init__(self, units: int, activation: Any = None, use_bias: bool = True,
               kernel_initializer: Any = None, bias_initializer: Any = _ZEROS,
               kernel_regularizer: Any = None, bias_regularizer: Any = None,
               activity_regularizer: Any = None, trainable: bool = True,
               name: Optional[str] = None, **kwargs: Any):
    """Creates a layer; arguments as of `tf.compat.v1.layers.Dense`.

    Raises:
      ImportError: TensorFlow has no `tf.compat.v1.layers`.
    """
    super().__init__(
        activation, use_bias, kernel_initializer, bias_initializer,
        kernel_regularizer, bias_regularizer, trainable=trainable, name=name,
        activity_regularizer=activity_regularizer, **kwargs)
    self.units = units

  def build(self, input_shape: Any) -> None:
    """Creates the variables; `input_shape` is of rank 2 or more."""
    self._make_variables(
        [_known(input_shape, -1), self.units], mask_first=False)

  def call(self, inputs: Any) -> tf.Tensor:
    """The product."""
    inputs = tf.convert_to_tensor(inputs, self.dtype)
    rank = inputs.shape.rank
    if rank == 2:
      return self._finish(tf.matmul(inputs, self.masked_kernel))
    outputs = tf.tensordot(inputs, self.masked_kernel, [[rank - 1], [0]])
    outputs.set_shape(inputs.shape[:-1].concatenate(self.units))
    return self._finish(outputs)


def _pair(name: str, value: Any) -> Tuple[int, ...]:
  pair = tuple(value) if isinstance(value, (list, tuple)) else (value,) * 2
  if len(pair) != 2:
    raise ValueError(f'Argument `{name}` must be one number or two. '
                     f'Received: {name}={value!r}')
  return pair


def _one_of(name: str, value: str, allowed: List[str]) -> str:
  if value.lower() not in allowed:
    raise ValueError(f'Argument `{name}` must be one of {allowed}. '
                     f'Received: {name}={value!r}')
  return value.lower()


def _known(shape: Any, axis: int) -> int:
  dim = tf.TensorShape(shape).as_list()[axis]
  if dim is None:
    raise ValueError(f'The input of a masked layer must have a known dimension '
                     f'{axis}, that of its weights. Received: shape={shape}')
  return dim
