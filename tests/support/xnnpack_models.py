# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Networks of which XNNPACK can run 1x1 convolutions sparse, and others."""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional, Tuple

import tensorflow as tf

keras = tf.keras
layers = keras.layers


def first(x: Any, pad: Any = 1, **kwargs: Any) -> Any:
  """The convolution that a subgraph begins with."""
  if pad:
    x = layers.ZeroPadding2D(pad)(x)
  arguments: Dict[str, Any] = dict(filters=4, kernel_size=3, strides=2)
  return layers.Conv2D(**dict(arguments, name='first', **kwargs))(x)


def depthwise(x: Any, size: int = 3, strides: int = 1, pad: int = 0,
              **kwargs: Any) -> Any:
  """A depthwise convolution; padded by itself without `pad`."""
  if pad:
    x = layers.ZeroPadding2D(pad)(x)
  return layers.DepthwiseConv2D(
      size, strides=strides, padding='valid' if pad else 'same',
      name='depthwise', **kwargs)(x)


def point(x: Any, **kwargs: Any) -> Any:
  """The 1x1 convolution that is asked about."""
  return layers.Conv2D(4, 1, **dict(dict(name='point'), **kwargs))(x)


def network(middle: Callable[[Any], Any],
            begin: Callable[[Any], Any] = first,
            end: Optional[Callable[[Any], Any]] = None,
            input_shape: Tuple[int, ...] = (16, 16, 3)) -> Any:
  """A model from an image to what the pooling gives."""
  inputs = keras.Input(input_shape)
  x = middle(begin(inputs))
  x = layers.GlobalAveragePooling2D()(x) if end is None else end(x)
  return keras.Model(inputs, x)


def norm_and_relu(x: Any, max_value: Optional[float] = 6.0) -> Any:
  """As it follows each convolution of a mobile network."""
  return layers.ReLU(max_value)(layers.BatchNormalization()(x))


def inverted_bottleneck(x: Any, strides: int = 1) -> Any:
  """As in MobileNetV2, with padding that is alike on all sides."""
  hidden = norm_and_relu(layers.Conv2D(8, 1, use_bias=False)(x))
  if strides == 2:
    hidden = layers.ZeroPadding2D(1)(hidden)
  hidden = norm_and_relu(layers.DepthwiseConv2D(
      3, strides=strides, padding='valid' if strides == 2 else 'same')(hidden))
  hidden = layers.BatchNormalization()(
      layers.Conv2D(4, 1, use_bias=False)(hidden))
  return layers.Add()([x, hidden]) if strides == 1 else hidden


def mobile_net_v2() -> Any:
  """Bottlenecks, and a dense layer behind a dropout."""
  inputs = keras.Input((16, 16, 3))
  x = norm_and_relu(first(inputs, use_bias=False))
  for strides in (1, 2, 1):
    x = inverted_bottleneck(x, strides)
  x = layers.GlobalAveragePooling2D()(x)
  return keras.Model(inputs, layers.Dense(2, name='head')(
      layers.Dropout(0.2)(x)))


def _nested(x: Any) -> Any:
  inputs = keras.Input((8, 8, 4))
  return keras.Model(inputs, point(depthwise(inputs)))(x)


def _squeezed(x: Any) -> Any:
  """The gates of squeeze and excitation."""
  gates = layers.Lambda(lambda x: tf.reduce_mean(x, [1, 2], keepdims=True))(x)
  return layers.Multiply()([x, point(gates, activation='sigmoid')])


# Of each the 1x1 convolution 'point' can be run sparse.
RUN: Dict[str, Callable[[], Any]] = {
    'nothing but it': lambda: network(point),
    'normalization and relu6': lambda: network(
        lambda x: norm_and_relu(point(norm_and_relu(x)))),
    'depthwise 3x3': lambda: network(lambda x: point(depthwise(x))),
    'depthwise 5x5': lambda: network(lambda x: point(depthwise(x, 5))),
    'depthwise 3x3 with strides': lambda: network(
        lambda x: point(depthwise(x, strides=2, pad=1))),
    'depthwise 5x5 with strides': lambda: network(
        lambda x: point(depthwise(x, 5, strides=2, pad=2))),
    'a sum': lambda: network(lambda x: layers.Add()([x, point(x)])),
    'a product': lambda: network(lambda x: layers.Multiply()([x, point(x)])),
    'a sum by an operator': lambda: network(lambda x: x + point(x)),
    'an activation in it': lambda: network(
        lambda x: point(x, activation='relu')),
    'other activations': lambda: network(lambda x: layers.ELU()(
        layers.LeakyReLU()(layers.Activation('sigmoid')(point(x))))),
    'dropout': lambda: network(lambda x: layers.Dropout(0.5)(point(x))),
    'bilinear resizing': lambda: network(
        lambda x: layers.UpSampling2D(interpolation='bilinear')(point(x))),
    'a model inside': lambda: network(_nested),
    'something before the first': lambda: network(
        point, begin=lambda x: first(layers.AveragePooling2D()(x))),
    'layers behind the pooling': lambda: network(
        point, end=lambda x: layers.Dense(4, activation='softmax')(
            layers.Flatten()(layers.GlobalAveragePooling2D()(x)))),
}

# Of each it cannot, and this is in the reason.
DO_NOT_RUN: Dict[str, Tuple[Callable[[], Any], str]] = {
    'the first padded by itself': (
        lambda: network(point, begin=lambda x: first(x, 0, padding='same')),
        "takes the output of 'first'.*ZeroPadding2D.1..*padding='same'"),
    'the first padded on two sides': (
        lambda: network(point, begin=lambda x: first(x, ((0, 1), (0, 1)))),
        r'the ZeroPadding2D is \(\(0, 1\), \(0, 1\)\)'),
    'the first not padded': (
        lambda: network(point, begin=lambda x: first(x, 0)),
        "padding='valid' and no other"),
    'the first without strides': (
        lambda: network(point, begin=lambda x: first(x, strides=1)),
        '3x3 convolution of 3 channels with strides 1x1'),
    'the first of one channel': (
        lambda: network(point, input_shape=(16, 16, 1)),
        '3x3 convolution of 1 channels with strides 2x2'),
    'the first of another size': (
        lambda: network(point, begin=lambda x: first(x, 2, kernel_size=5)),
        'its kernel is 5x5'),
    'no first': (
        lambda: network(point, begin=lambda x: x),
        "'point' takes an input of the model"),
    'strides': (
        lambda: network(lambda x: point(x, strides=2)),
        '1x1 convolution with strides 2x2'),
    'padding': (
        lambda: network(lambda x: point(layers.ZeroPadding2D(1)(x))),
        '1x1 convolution with padding'),
    'depthwise with strides, padded by itself': (
        lambda: network(lambda x: point(depthwise(x, strides=2))),
        "'depthwise'.*needs ZeroPadding2D.1. before it"),
    'depthwise 7x7': (
        lambda: network(lambda x: point(depthwise(x, 7))),
        'depthwise kernel is 7x7'),
    'depthwise of two': (
        lambda: network(lambda x: point(depthwise(x, depth_multiplier=2))),
        'depth_multiplier is 2'),
    'depthwise dilated': (
        lambda: network(lambda x: point(depthwise(x, dilation_rate=2))),
        'it is dilated'),
    'depthwise with other padding': (
        lambda: network(lambda x: point(depthwise(x, 5, pad=1))),
        'needs ZeroPadding2D.2. before it'),
    'an activation': (
        lambda: network(lambda x: layers.Activation('tanh')(point(x))),
        'its activation tanh is none of linear, relu, relu6'),
    'an activation in it': (
        lambda: network(lambda x: point(x, activation='tanh')),
        'its activation tanh is none of'),
    'a relu up to 3': (
        lambda: network(lambda x: layers.ReLU(3.0)(point(x))),
        'neither relu nor relu6'),
    'a normalization behind an activation': (
        lambda: network(lambda x: point(layers.BatchNormalization()(
            layers.ReLU()(x)))),
        'not directly behind a convolution'),
    'a normalization behind an activation in the convolution': (
        lambda: network(lambda x: layers.BatchNormalization()(
            point(x, activation='relu'))),
        'the convolution before it has an activation'),
    'a layer without such a form': (
        lambda: network(lambda x: point(layers.MaxPooling2D()(x))),
        'MaxPooling2D has no form with the channels first'),
    'a product with something outside': (
        lambda: network(_squeezed), 'Lambda has no form'),
    'no pooling': (
        lambda: network(point, end=layers.Flatten()),
        "output of 'point' goes to.*Flatten.*GlobalAveragePooling2D"),
    'an output': (
        lambda: network(lambda x: layers.ReLU()(point(x)), end=lambda x: x),
        'is an output of the model; it must go through'),
    'a concatenation': (
        lambda: network(lambda x: layers.Concatenate()([x, point(x)])),
        'Concatenate has no form'),
    'nearest resizing': (
        lambda: network(lambda x: layers.UpSampling2D()(point(x))),
        'interpolation is nearest'),
    'padding for no convolution': (
        lambda: network(lambda x: layers.ZeroPadding2D(1)(point(x))),
        'padding for other than one convolution'),
}
