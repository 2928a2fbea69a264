# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Models whose channels are hard to follow, and random ones."""

from __future__ import annotations

from typing import Any, Callable, Dict, List

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import keras_variables
from tests.support import keras_models

keras = tf.keras
layers = keras.layers


def randomize(model: Any, seed: int = 0) -> Any:
  """Gives a model random weights, biases and statistics; returns it."""
  random = np.random.RandomState(seed)
  for weight in model.weights:
    dtype = tf.as_dtype(weight.dtype)
    if not dtype.is_floating:
      continue
    shape = tuple(int(dim) for dim in weight.shape)
    value = random.randn(*shape)
    if len(shape) > 1:
      value /= np.sqrt(max(np.prod(shape[:-1]), 1.0))
    name = keras_variables.variable_name(weight)
    if 'variance' in name or 'gamma' in name:
      value = 1.0 + 0.3 * np.abs(value)
    keras_variables.assign_value(
        keras_variables.backend_variable(weight),
        value.astype(dtype.as_numpy_dtype))
  return model


def _conv(tensor: Any, filters: int, **kwargs: Any) -> Any:
  return layers.Conv2D(filters, 3, padding='same', **kwargs)(tensor)


def _head(tensor: Any) -> Any:
  return layers.Dense(3)(layers.GlobalAveragePooling2D()(tensor))


def _image() -> Any:
  return keras.Input((8, 8, 3))


def channel_shuffle() -> Any:
  """Channels are put in an order that mixes two groups."""
  inputs = _image()
  hidden = _conv(inputs, 8)
  hidden = layers.Reshape((8, 8, 2, 4))(hidden)
  hidden = layers.Permute((1, 2, 4, 3))(hidden)
  hidden = layers.Reshape((8, 8, 8))(hidden)
  return keras.Model(inputs, _head(_conv(hidden, 6)))


def concatenated_twice() -> Any:
  """A kernel has each channel twice."""
  inputs = _image()
  hidden = _conv(inputs, 6, activation='relu')
  hidden = layers.Concatenate()([hidden, hidden])
  return keras.Model(inputs, _head(_conv(hidden, 4)))


def u_net() -> Any:
  """Channels are kept for later, and concatenated with transposed ones."""
  inputs = _image()
  first = _conv(inputs, 6, activation='relu')
  second = _conv(layers.MaxPooling2D()(first), 8, activation='relu')
  up = layers.Conv2DTranspose(6, 2, strides=2)(second)
  merged = layers.Concatenate()([first, up])
  return keras.Model(inputs, layers.Conv2D(2, 1)(_conv(merged, 6)))


def squeeze_and_excite() -> Any:
  """Each channel is multiplied by a number that is computed from all."""
  inputs = _image()
  hidden = layers.BatchNormalization()(_conv(inputs, 8))
  hidden = layers.ReLU()(hidden)
  gate = layers.GlobalAveragePooling2D()(hidden)
  gate = layers.Dense(4, activation='relu')(gate)
  gate = layers.Dense(8, activation='sigmoid')(gate)
  gate = layers.Reshape((1, 1, 8))(gate)
  return keras.Model(inputs, _head(layers.Multiply()([hidden, gate])))


def gate_of_one_channel() -> Any:
  """All channels are multiplied by one map."""
  inputs = _image()
  hidden = _conv(inputs, 6)
  gate = layers.Conv2D(1, 1, activation='sigmoid')(hidden)
  return keras.Model(inputs, _head(layers.Multiply()([hidden, gate])))


def nested_twice() -> Any:
  """A model inside is called two times."""
  inner_inputs = keras.Input((8, 8, 4))
  inner = keras.Model(inner_inputs, layers.Add()([
      inner_inputs, _conv(_conv(inner_inputs, 6, activation='relu'), 4)]))
  inputs = _image()
  hidden = inner(inner(_conv(inputs, 4)))
  return keras.Model(inputs, _head(hidden))


def siamese() -> Any:
  """One tower computes two inputs."""
  tower_inputs = keras.Input((8, 8, 3))
  tower = keras.Model(tower_inputs, layers.Dense(6)(
      layers.Flatten()(_conv(tower_inputs, 4, activation='relu'))))
  one, other = _image(), _image()
  distance = layers.Subtract()([tower(one), tower(other)])
  return keras.Model([one, other], layers.Dense(2)(distance))


def grouped() -> Any:
  """Convolutions of two groups, and of one group for each channel."""
  inputs = _image()
  hidden = _conv(inputs, 8)
  hidden = layers.Conv2D(12, 3, padding='same', groups=2)(hidden)
  hidden = layers.Conv2D(24, 3, padding='same', groups=12)(hidden)
  return keras.Model(inputs, _head(hidden))


def separable() -> Any:
  """Depthwise filters, two for each channel."""
  inputs = _image()
  hidden = _conv(inputs, 6)
  hidden = layers.DepthwiseConv2D(3, depth_multiplier=2)(hidden)
  hidden = layers.SeparableConv2D(8, 3, depth_multiplier=2)(hidden)
  return keras.Model(inputs, _head(layers.PReLU(shared_axes=[1, 2])(hidden)))


def recurrent() -> Any:
  """A stack of a bidirectional LSTM, a GRU and a bidirectional sum."""
  inputs = keras.Input((5, 4))
  hidden = layers.Bidirectional(layers.LSTM(6, return_sequences=True))(inputs)
  hidden = layers.GRU(5, return_sequences=True)(hidden)
  hidden = layers.Bidirectional(layers.LSTM(4), merge_mode='sum')(hidden)
  return keras.Model(inputs, layers.Dense(2)(hidden))


def transformer() -> Any:
  """An encoder block: heads and hidden units can go, the sums stay."""
  inputs = keras.Input((5,), dtype='int32')
  hidden = layers.Embedding(11, 8)(inputs)
  attended = layers.MultiHeadAttention(4, 3)(hidden, hidden)
  hidden = layers.LayerNormalization()(layers.Add()([hidden, attended]))
  wide = layers.Dense(2)(layers.Dense(16, activation='relu')(hidden))
  return keras.Model(inputs, wide)


def yolo_like() -> Any:
  """Outputs of two sizes, of parts of the channels of a convolution."""
  inputs = _image()
  hidden = _conv(inputs, 8, activation='relu')
  head = _conv(hidden, 6)
  return keras.Model(inputs, [head[..., :2], keras.activations.sigmoid(
      head[..., 2:]), _conv(layers.MaxPooling2D()(hidden), 4)])


def several_inputs() -> Any:
  """Two inputs, two outputs, a sum of three branches."""
  image, vector = _image(), keras.Input((4,))
  first = _conv(image, 6, activation='relu')
  second = layers.Conv2D(6, 1)(first)
  third = layers.Reshape((1, 1, 6))(layers.Dense(6)(vector))
  hidden = layers.Add()([first, second])
  hidden = layers.Multiply()([hidden, third])
  return keras.Model([image, vector], [_head(hidden), layers.Dense(2)(
      layers.Flatten()(hidden))])


def of_any_size() -> Any:
  """An image of any size."""
  inputs = keras.Input((None, None, 3))
  hidden = layers.BatchNormalization()(_conv(inputs, 6))
  return keras.Model(inputs, _head(_conv(layers.ReLU()(hidden), 4)))


def operators() -> Any:
  """Sums, products and slices by operators of Python."""
  inputs = _image()
  hidden = _conv(inputs, 6)
  hidden = hidden * 2.0 + _conv(hidden, 6)
  return keras.Model(inputs, _head(hidden[:, 1:-1, ::2]))


def own_layer() -> Any:
  """A layer that no rule knows."""
  inputs = _image()
  return keras.Model(inputs, _head(Doubles()(_conv(inputs, 6))))


class Doubles(layers.Layer):
  """Doubles what goes in."""

  def call(self, inputs: Any) -> Any:
    """Doubles."""
    return inputs + inputs


MODELS: Dict[str, Callable[[], Any]] = {
    function.__name__: function for function in (
        channel_shuffle, concatenated_twice, u_net, squeeze_and_excite,
        gate_of_one_channel, nested_twice, siamese, grouped, separable,
        recurrent, transformer, yolo_like, several_inputs, of_any_size,
        operators, own_layer, keras_models.sequential, keras_models.functional,
        keras_models.nested)}


def random_model(seed: int) -> Any:
  """A random functional network of images, of about ten layers."""
  random = np.random.RandomState(seed)
  inputs = _image()
  tensors: List[Any] = [_conv(inputs, int(random.choice([4, 6, 8])))]
  for _ in range(random.randint(4, 12)):
    tensors.append(_STEPS[random.randint(len(_STEPS))](random, tensors))
  last = layers.Concatenate()([
      layers.GlobalAveragePooling2D()(tensor) for tensor in tensors[-2:]])
  if random.rand() < 0.5:
    flat = layers.Flatten()(tensors[random.randint(len(tensors))])
    last = layers.Concatenate()([last, layers.Dense(5)(flat)])
  return randomize(keras.Model(inputs, layers.Dense(3)(last)), seed)


def _any(random: Any, tensors: List[Any]) -> Any:
  return tensors[random.randint(len(tensors))]


def _alike(random: Any, tensors: List[Any]) -> List[Any]:
  """Two tensors of one shape."""
  first = _any(random, tensors)
  others = [tensor for tensor in tensors
            if tuple(tensor.shape) == tuple(first.shape)]
  return [first, _any(random, others)]


def _grouped_conv(random: Any, tensors: List[Any]) -> Any:
  tensor = _any(random, tensors)
  if int(tensor.shape[-1]) % 2:
    return _conv(tensor, 4)
  return _conv(tensor, int(random.choice([4, 6])), groups=2)


def _shuffled(random: Any, tensors: List[Any]) -> Any:
  tensor = _any(random, tensors)
  number = int(tensor.shape[-1])
  if number % 2:
    return layers.ReLU()(tensor)
  tensor = layers.Reshape((8, 8, 2, number // 2))(tensor)
  return layers.Reshape((8, 8, number))(layers.Permute((1, 2, 4, 3))(tensor))


def _gated(random: Any, tensors: List[Any]) -> Any:
  tensor = _any(random, tensors)
  number = int(tensor.shape[-1])
  gate = layers.Dense(number, activation='sigmoid')(
      layers.GlobalAveragePooling2D()(tensor))
  return layers.Multiply()([tensor, layers.Reshape((1, 1, number))(gate)])


_STEPS: List[Callable[[Any, List[Any]], Any]] = [
    lambda random, tensors: _conv(_any(random, tensors),
                                  int(random.choice([3, 4, 6])),
                                  activation='relu'),
    lambda random, tensors: layers.BatchNormalization()(_any(random, tensors)),
    lambda random, tensors: layers.ReLU()(_any(random, tensors)),
    lambda random, tensors: layers.DepthwiseConv2D(
        3, padding='same', depth_multiplier=int(random.choice([1, 2])))(
            _any(random, tensors)),
    lambda random, tensors: layers.SeparableConv2D(4, 3, padding='same')(
        _any(random, tensors)),
    lambda random, tensors: layers.Conv2DTranspose(6, 3, padding='same')(
        _any(random, tensors)),
    lambda random, tensors: layers.Add()(_alike(random, tensors)),
    lambda random, tensors: layers.Multiply()(_alike(random, tensors)),
    lambda random, tensors: layers.Maximum()(_alike(random, tensors)),
    lambda random, tensors: layers.Concatenate()(
        [_any(random, tensors), _any(random, tensors)]),
    lambda random, tensors: layers.UpSampling2D(2)(
        layers.MaxPooling2D()(_any(random, tensors))),
    lambda random, tensors: layers.Cropping2D(1)(
        layers.ZeroPadding2D(1)(_any(random, tensors))),
    _grouped_conv, _shuffled, _gated]
