# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Models whose channels are hard to follow."""

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


def split(tensor: Any, numbers: Any) -> List[Any]:
  """Parts of the channels, so many or of these sizes."""
  if not hasattr(keras, 'ops'):
    return tf.split(tensor, numbers, axis=-1)
  if not isinstance(numbers, int):
    numbers = np.cumsum(numbers)[:-1].tolist()
  return keras.ops.split(tensor, numbers, axis=-1)


def split_into_halves() -> Any:
  """One half goes by, the other is computed with; then they are mixed."""
  inputs = _image()
  one, other = split(_conv(inputs, 8), 2)
  hidden = layers.Concatenate()([one, _conv(other, 4, activation='relu')])
  hidden = layers.Reshape((8, 8, 2, 4))(hidden)
  hidden = layers.Permute((1, 2, 4, 3))(hidden)
  return keras.Model(inputs, _head(layers.Reshape((8, 8, -1))(hidden)))


def split_into_parts() -> Any:
  """Parts of other sizes: two are computed with, one is a gate."""
  inputs = _image()
  wide, narrow, gate = split(_conv(inputs, 9), [5, 3, 1])
  hidden = layers.Concatenate()([_conv(wide, 4), narrow])
  return keras.Model(inputs, _head(layers.Multiply()([hidden, gate])))


def slices() -> Any:
  """Channels by where they begin and end, every second one, and the last."""
  inputs = _image()
  hidden = _conv(inputs, 12, activation='relu')
  parts = [hidden[..., 2:9], hidden[..., -5:-1], hidden[..., 1::2]]
  merged = layers.Concatenate()([_conv(part, 4) for part in parts])
  return keras.Model(inputs, [_head(merged[..., ::-1]), hidden[..., -1]])


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


def gray_as_color() -> Any:
  """A kernel has three times the one channel of an image."""
  inputs = keras.Input((8, 8, 1))
  hidden = layers.Concatenate()([inputs, inputs, inputs])
  return keras.Model(inputs, _head(_conv(hidden, 6)))


def padded_and_flattened() -> Any:
  """Zeros beside channels are entries of a kernel."""
  inputs = _image()
  hidden = layers.ZeroPadding2D(1)(_conv(inputs, 6))
  return keras.Model(inputs, layers.Dense(3)(layers.Flatten()(hidden)))


def cropped_units() -> Any:
  """Units are positions, of which the first and the last are cut off."""
  inputs = keras.Input((4,))
  hidden = layers.Reshape((8, 1))(layers.Dense(8)(inputs))
  hidden = layers.Flatten()(layers.Cropping1D(1)(hidden))
  return keras.Model(inputs, layers.Dense(3)(layers.Dense(4)(hidden)))


def attention() -> Any:
  """Attention whose query, key and value have fewer channels."""
  inputs = keras.Input((5, 4))
  query, value = layers.Dense(6)(inputs), layers.Dense(8)(inputs)
  hidden = layers.MultiHeadAttention(2, 3)(query, value)
  return keras.Model(inputs, layers.Dense(2)(hidden))


def grouped_attention(num_shared: int = 2) -> Any:
  """Attention whose queries share keys and values."""
  inputs = keras.Input((5, 4))
  hidden = layers.GroupQueryAttention(3, 4, num_shared)(inputs, inputs)
  return keras.Model(inputs, layers.Dense(2)(hidden))


def norm_along_positions() -> Any:
  """Rows of an image are normalized, not its channels."""
  inputs = _image()
  hidden = layers.BatchNormalization(axis=1)(_conv(inputs, 6))
  return keras.Model(inputs, _head(_conv(hidden, 4)))


def gated_positions() -> Any:
  """Numbers of units multiply the positions of channels."""
  inputs = keras.Input((8, 3))
  hidden = layers.Dense(6)(inputs)
  gate = layers.Dense(8)(layers.Flatten()(hidden))
  hidden = layers.Multiply()([hidden, layers.Reshape((8, 1))(gate)])
  return keras.Model(inputs, layers.Dense(2)(hidden))


def masked_sequence() -> Any:
  """Recurrent layers leave out steps that an embedding masks."""
  inputs = keras.Input((5,), dtype='int32')
  hidden = layers.Embedding(11, 8, mask_zero=True)(inputs)
  hidden = layers.LSTM(6, return_sequences=True)(hidden)
  return keras.Model(inputs, layers.Dense(2)(layers.LSTM(5)(hidden)))


def units_that_share_a_sum() -> Any:
  """Recurrent units whose activation depends on all of them."""
  inputs = keras.Input((5, 4))
  hidden = layers.LSTM(6, activation='softmax')(layers.Dense(6)(inputs))
  return keras.Model(inputs, layers.Dense(2)(hidden))


def given_embedding() -> Any:
  """The configuration of an embedding has its initial values."""
  inputs = keras.Input((5,), dtype='int32')
  hidden = layers.Embedding(
      11, 8, embeddings_initializer=keras.initializers.Constant(
          np.ones((11, 8), np.float32)))(inputs)
  hidden = layers.GlobalAveragePooling1D()(hidden)
  return keras.Model(inputs, layers.Dense(2)(hidden))


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
        recurrent, transformer, yolo_like, split_into_halves,
        split_into_parts, slices, several_inputs, of_any_size,
        operators, gray_as_color, padded_and_flattened, cropped_units,
        attention, norm_along_positions, gated_positions, masked_sequence,
        units_that_share_a_sum, given_embedding, own_layer,
        keras_models.sequential, keras_models.functional,
        keras_models.nested)}
if hasattr(layers, 'GroupQueryAttention'):
  MODELS['grouped_attention'] = grouped_attention
