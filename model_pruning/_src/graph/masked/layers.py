# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Layers in the style of tf-slim whose weights are masked.

    with tf_slim.arg_scope([model_pruning.masked_conv2d], padding='VALID'):
      net = model_pruning.masked_conv2d(images, 32, [3, 3], scope='conv1')

Variables have the names that tf-slim gives them, `<scope>/weights` and
`<scope>/biases`, with `<scope>/mask` and `<scope>/threshold` beside them. A
regularizer sees the weights before apply_mask.
"""

from __future__ import annotations

from typing import Any, Callable, Optional, Sequence, Union

import tensorflow as tf

from model_pruning._src.graph.masked import masked_kernel
from model_pruning._src.graph.masked import slim

_GraphKeys = tf.compat.v1.GraphKeys
_XAVIER = tf.compat.v1.glorot_uniform_initializer()
_ZEROS = tf.compat.v1.zeros_initializer()
# tf-slim's users restore and export the model variables: masks are some.
_STATE_COLLECTIONS = (_GraphKeys.GLOBAL_VARIABLES, _GraphKeys.MODEL_VARIABLES)


@slim.add_arg_scope
def masked_convolution(
    inputs: Any,
    num_outputs: int,
    kernel_size: Union[int, Sequence[int]],
    stride: Union[int, Sequence[int]] = 1,
    padding: str = 'SAME',
    data_format: Optional[str] = None,
    rate: Union[int, Sequence[int]] = 1,
    activation_fn: Optional[Callable[..., Any]] = tf.nn.relu,
    normalizer_fn: Optional[Callable[..., Any]] = None,
    normalizer_params: Any = None,
    weights_initializer: Any = _XAVIER,
    weights_regularizer: Any = None,
    biases_initializer: Any = _ZEROS,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None) -> tf.Tensor:
  """A 2-D convolution with a masked kernel; arguments as of tf-slim's.

  Args:
    inputs: [batch, height, width, channels], or as `data_format` says.
    num_outputs: output channels.
    kernel_size: height and width of the kernel, or one for both.
    stride: of the kernel, as `kernel_size`.
    padding: 'SAME' or 'VALID'.
    data_format: 'NHWC', the default, or 'NCHW'.
    rate: of dilation, as `kernel_size`.
    activation_fn: applied last; None: nothing.
    normalizer_fn: applied instead of a bias.
    normalizer_params: keyword arguments for `normalizer_fn`.
    weights_initializer: of the kernel.
    weights_regularizer: of the kernel before apply_mask.
    biases_initializer: of the bias; None: no bias.
    biases_regularizer: of the bias.
    reuse: whether variables exist already; needs `scope`.
    variables_collections: collections of the variables, or a dict of them by
      'weights' and 'biases'.
    outputs_collections: collections of the result.
    trainable: whether the variables are.
    scope: variable scope; by default `Conv`.

  Returns:
    The output of the layer.

  Raises:
    ImportError: tf-slim is not installed.
    ValueError: `inputs` is not of rank 4, its channels are not known, or
      `data_format` is another.
  """
  if data_format not in (None, 'NHWC', 'NCHW'):
    raise ValueError("Argument `data_format` must be None, 'NHWC' or 'NCHW'. "
                     f'Received: data_format={data_format!r}')
  with tf.compat.v1.variable_scope(
      scope, 'Conv', [inputs], reuse=reuse) as variable_scope:
    inputs = tf.convert_to_tensor(inputs)
    if inputs.shape.rank != 4:
      raise ValueError('Argument `inputs` must be of rank 4: this is a 2-D '
                       f'convolution. Received: shape={inputs.shape}')
    channels = _depth(inputs, 1 if data_format == 'NCHW' else 3)
    weights = _masked_weights(
        variable_scope, inputs.dtype,
        [*_pair('kernel_size', kernel_size), channels, num_outputs],
        weights_initializer, weights_regularizer, trainable,
        variables_collections, mask_first=True)
    outputs = tf.compat.v1.nn.convolution(
        inputs, weights, padding=padding, strides=_pair('stride', stride),
        dilation_rate=_pair('rate', rate), data_format=data_format or 'NHWC')
    if not normalizer_fn and biases_initializer:
      outputs = tf.nn.bias_add(
          outputs, _biases(inputs.dtype, num_outputs, biases_initializer,
                           biases_regularizer, trainable,
                           variables_collections),
          data_format=data_format or 'NHWC')
    return _finish(outputs, normalizer_fn, normalizer_params, activation_fn,
                   outputs_collections, variable_scope)


masked_conv2d = masked_convolution


@slim.add_arg_scope
def masked_fully_connected(
    inputs: Any,
    num_outputs: int,
    activation_fn: Optional[Callable[..., Any]] = tf.nn.relu,
    normalizer_fn: Optional[Callable[..., Any]] = None,
    normalizer_params: Any = None,
    weights_initializer: Any = _XAVIER,
    weights_regularizer: Any = None,
    biases_initializer: Any = _ZEROS,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None) -> tf.Tensor:
  """A dense layer with a masked weight matrix; arguments as of tf-slim's.

  Args:
    inputs: [..., depth]; the depth is known.
    num_outputs: size of the last dimension of the result.
    activation_fn: as for `masked_convolution`, like all that follow.
    normalizer_fn: applied instead of a bias.
    normalizer_params: keyword arguments for `normalizer_fn`.
    weights_initializer: of the weights.
    weights_regularizer: of the weights before apply_mask.
    biases_initializer: of the bias; None: no bias.
    biases_regularizer: of the bias.
    reuse: whether variables exist already; needs `scope`.
    variables_collections: collections of the variables.
    outputs_collections: collections of the result.
    trainable: whether the variables are.
    scope: variable scope; by default `fully_connected`.

  Returns:
    [..., num_outputs], the output of the layer.

  Raises:
    ImportError: tf-slim is not installed.
    ValueError: `inputs` is of rank less than 2, or its depth is not known.
  """
  with tf.compat.v1.variable_scope(
      scope, 'fully_connected', [inputs], reuse=reuse) as variable_scope:
    inputs = tf.convert_to_tensor(inputs)
    rank = inputs.shape.rank
    if rank is None or rank < 2:
      raise ValueError('Argument `inputs` must be of rank 2 or more. '
                       f'Received: shape={inputs.shape}')
    weights = _masked_weights(
        variable_scope, inputs.dtype, [_depth(inputs, rank - 1), num_outputs],
        weights_initializer, weights_regularizer, trainable,
        variables_collections)
    if rank == 2:
      outputs = tf.matmul(inputs, weights)
    else:
      outputs = tf.tensordot(inputs, weights, [[rank - 1], [0]])
      outputs.set_shape(inputs.shape[:-1].concatenate(num_outputs))
    if not normalizer_fn and biases_initializer:
      outputs = tf.nn.bias_add(outputs, _biases(
          inputs.dtype, num_outputs, biases_initializer, biases_regularizer,
          trainable, variables_collections))
    return _finish(outputs, normalizer_fn, normalizer_params, activation_fn,
                   outputs_collections, variable_scope)


def _pair(name: str, value: Union[int, Sequence[int]]) -> Sequence[int]:
  pair = list(value) if isinstance(value, (list, tuple)) else [value] * 2
  if len(pair) != 2:
    raise ValueError(f'Argument `{name}` must be one number or two. '
                     f'Received: {name}={value!r}')
  return pair


def _depth(inputs: tf.Tensor, axis: int) -> int:
  depth = inputs.shape.as_list()[axis]
  if depth is None:
    raise ValueError(f'Argument `inputs` must have a known dimension {axis}, '
                     f'that of its weights. Received: shape={inputs.shape}')
  return depth


def _masked_weights(variable_scope: tf.compat.v1.VariableScope,
                    dtype: tf.DType, shape: Sequence[int], initializer: Any,
                    regularizer: Any, trainable: bool,
                    variables_collections: Any,
                    mask_first: bool = False) -> tf.Tensor:

  def weights() -> Any:
    tf_slim = slim.tf_slim()
    return tf_slim.model_variable(
        'weights', shape, dtype, initializer, regularizer, trainable,
        tf_slim.utils.get_variable_collections(
            variables_collections, 'weights'))

  return masked_kernel.make(
      weights, tf.TensorSpec(shape, dtype), variable_scope,
      _STATE_COLLECTIONS, mask_first).masked


def _biases(dtype: tf.DType, num_outputs: int, initializer: Any,
            regularizer: Any, trainable: bool,
            variables_collections: Any) -> Any:
  tf_slim = slim.tf_slim()
  return tf_slim.model_variable(
      'biases', [num_outputs], dtype, initializer, regularizer, trainable,
      tf_slim.utils.get_variable_collections(variables_collections, 'biases'))


def _finish(outputs: tf.Tensor, normalizer_fn: Any, normalizer_params: Any,
            activation_fn: Any, outputs_collections: Any,
            variable_scope: tf.compat.v1.VariableScope) -> tf.Tensor:
  if normalizer_fn is not None:
    outputs = normalizer_fn(outputs, **(normalizer_params or {}))
  if activation_fn is not None:
    outputs = activation_fn(outputs)
  return slim.tf_slim().utils.collect_named_outputs(
      outputs_collections, variable_scope.original_name_scope, outputs)
