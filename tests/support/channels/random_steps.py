# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Steps by which a random graph of Keras grows, of every kind of layer.

Each takes tensors of a graph, of any rank, and returns a new one.
"""

from __future__ import annotations

from typing import Any, Callable, List

import numpy as np
import tensorflow as tf

from tests.support.channels import random_graph

keras = tf.keras
layers = keras.layers


Step = Callable[[random_graph.RandomGraph], Any]
STEPS: List[Step] = []


def needs(*needed: str) -> Callable[[Step], Step]:
  """Registers a step, if this Keras has the layers that it needs."""
  def register(step: Step) -> Step:
    if all(hasattr(layers, name) for name in needed):
      STEPS.append(step)
    return step
  return register


def of_rank(*ranks: int) -> Callable[[Callable[..., Any]], Step]:
  """Lets a step take a tensor of one of some ranks."""
  def wrap(step: Callable[..., Any]) -> Step:
    def run(graph: random_graph.RandomGraph) -> Any:
      tensor = graph.pick(*ranks)
      return None if tensor is None else step(graph, tensor)
    return run
  return wrap


@needs()
@of_rank(4)
def _conv(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  return layers.Conv2D(
      graph.channels(), graph.one_of(1, 3), padding='same',
      strides=graph.one_of(1, 1, 2), activation=graph.activation(),
      use_bias=graph.one_of(True, False))(tensor)


@needs()
@of_rank(4)
def _grouped_conv(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  number = int(tensor.shape[-1])
  groups = graph.one_of(*[one for one in range(1, number + 1)
                          if number % one == 0])
  return layers.Conv2D(groups * graph.one_of(1, 2), 3, padding='same',
                       groups=groups)(tensor)


@needs()
@of_rank(4)
def _depthwise_conv(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  return layers.DepthwiseConv2D(
      3, padding='same', depth_multiplier=graph.one_of(1, 1, 2),
      activation=graph.activation())(tensor)


@needs()
@of_rank(4)
def _separable_conv(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  return layers.SeparableConv2D(
      graph.channels(), 3, padding='same',
      depth_multiplier=graph.one_of(1, 2))(tensor)


@needs()
@of_rank(4)
def _transposed_conv(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  return layers.Conv2DTranspose(
      graph.channels(), 3, strides=graph.one_of(1, 2), padding='same',
      activation=graph.activation())(tensor)


@needs('Conv1D')
@of_rank(3)
def _conv_of_sequence(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  kind = graph.one_of(*[getattr(layers, name) for name in (
      'Conv1D', 'SeparableConv1D', 'Conv1DTranspose') if hasattr(layers, name)])
  return kind(graph.channels(), 3, padding='same')(tensor)


@needs()
@of_rank(2, 3, 4)
def _dense(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  return layers.Dense(graph.channels(), activation=graph.activation())(tensor)


@needs('EinsumDense')
@of_rank(3)
def _einsum(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  number, length = graph.channels(), int(tensor.shape[1])
  equation, shape, bias = graph.one_of(
      ('abc,cd->abd', (length, number), 'd'),
      ('abc,cd->adb', (number, length), None),
      ('abc,bd->adc', (number, int(tensor.shape[2])), 'd'))
  return layers.EinsumDense(equation, shape, bias_axes=bias)(tensor)


@needs()
@of_rank(2, 3, 4)
def _batch_norm(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  axis = graph.one_of(-1, -1, -1, 1)
  return layers.BatchNormalization(
      axis=axis, scale=graph.one_of(True, False))(tensor)


@needs()
@of_rank(2, 3, 4)
def _norm(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  kinds = [layers.LayerNormalization]
  if hasattr(layers, 'UnitNormalization'):
    kinds.append(layers.UnitNormalization)
  if hasattr(layers, 'GroupNormalization'):
    kinds.append(lambda: layers.GroupNormalization(groups=1))
  return graph.one_of(*kinds)()(tensor)


@needs()
@of_rank(2, 3, 4)
def _activation(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  return graph.one_of(
      layers.ReLU(), layers.LeakyReLU(), layers.Activation('tanh'),
      layers.Softmax(), layers.Dropout(0.3), layers.PReLU(),
      layers.Activation('softmax'))(tensor)


@needs()
@of_rank(2, 3, 4)
def _merged(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  other = graph.alike(tensor, range(1, len(tensor.shape)))
  return graph.one_of(layers.Add, layers.Multiply, layers.Subtract,
                      layers.Maximum, layers.Average)()([tensor, other])


@needs()
@of_rank(4)
def _broadcast(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  """Another tensor with one entry along some axes is multiplied or added."""
  number = int(tensor.shape[-1])
  if graph.random.rand() < 0.5:
    small = layers.Reshape((1, 1, number))(layers.Dense(number)(
        layers.GlobalAveragePooling2D()(tensor)))
  else:
    small = layers.Conv2D(1, 1)(tensor)
  return graph.one_of(layers.Add, layers.Multiply)()([tensor, small])


@needs()
@of_rank(2, 3, 4)
def _concatenated(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  rank = len(tensor.shape)
  axis = graph.one_of(rank - 1, rank - 1, rank - 1, 1)
  others = [one for one in range(1, rank) if one != axis]
  return layers.Concatenate(axis=axis)(
      [tensor] + [graph.alike(tensor, others)
                  for _ in range(graph.one_of(1, 1, 2))])


@needs()
@of_rank(4)
def _pooled(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  return graph.one_of(layers.MaxPooling2D, layers.AveragePooling2D)(
      2, strides=graph.one_of(1, 2), padding='same')(tensor)


@needs()
@of_rank(4)
def _of_another_size(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  if min(tuple(tensor.shape)[1:3]) < 3:
    return layers.UpSampling2D(2)(tensor)
  return graph.one_of(layers.UpSampling2D(2), layers.ZeroPadding2D(1),
                      layers.Cropping2D(1), layers.Cropping2D(
                          ((1, 0), (0, 1))))(tensor)


@needs()
@of_rank(3)
def _of_another_length(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  kinds = [layers.UpSampling1D(2), layers.ZeroPadding1D(1),
           layers.MaxPooling1D(2, padding='same')]
  if int(tensor.shape[1]) > 2:
    kinds.append(layers.Cropping1D(1))
  return graph.one_of(*kinds)(tensor)


@needs()
@of_rank(3, 4)
def _to_vector(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  if len(tensor.shape) == 3:
    kind = graph.one_of(layers.GlobalAveragePooling1D,
                        layers.GlobalMaxPooling1D, layers.Flatten)
  else:
    kind = graph.one_of(layers.GlobalAveragePooling2D,
                        layers.GlobalMaxPooling2D, layers.Flatten)
  return kind(data_format=graph.one_of(
      'channels_last', 'channels_last', 'channels_first'))(tensor)


@needs()
@of_rank(2, 3, 4)
def _reshaped(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  """The entries in another shape, of one to three axes."""
  left = int(np.prod([int(dim) for dim in tuple(tensor.shape)[1:]]))
  shape = []
  for _ in range(graph.one_of(0, 1, 1, 2)):
    dim = graph.one_of(*[one for one in range(1, 13) if left % one == 0])
    shape.append(dim)
    left //= dim
  shape.append(graph.one_of(left, -1))
  return layers.Reshape(shape)(tensor)


@needs()
@of_rank(3, 4)
def _transposed(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  order = [int(one) for one in graph.random.permutation(
      range(1, len(tensor.shape)))]
  return layers.Permute(order)(tensor)


@needs()
@of_rank(4)
def _shuffled(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  height, width, number = (int(dim) for dim in tuple(tensor.shape)[1:])
  groups = graph.one_of(*[one for one in (1, 2, 3) if number % one == 0])
  tensor = layers.Reshape((height, width, groups, number // groups))(tensor)
  tensor = layers.Permute((1, 2, 4, 3))(tensor)
  return layers.Reshape((height, width, number))(tensor)


@needs()
@of_rank(2)
def _repeated(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  return layers.RepeatVector(graph.one_of(2, 3))(tensor)


@needs()
@of_rank(2, 3, 4)
def _with_numbers(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  """Operators of Python with numbers, constants and other tensors."""
  other = graph.alike(tensor, range(1, len(tensor.shape)))
  constant = np.linspace(0.5, 1.5, int(tensor.shape[-1]), dtype=np.float32)
  return graph.one_of(lambda: tensor * 2.0, lambda: 1.0 - tensor,
                      lambda: tensor + other, lambda: tensor * other,
                      lambda: tensor * constant, lambda: -tensor)()


@needs('MultiHeadAttention')
@of_rank(3)
def _attention(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  other = graph.pick(3)
  layer = layers.MultiHeadAttention(graph.one_of(1, 2, 4), 3,
                                    use_bias=graph.one_of(True, False))
  return layer(tensor, graph.one_of(tensor, other))


@needs('GroupQueryAttention')
@of_rank(3)
def _grouped_attention(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  shared = graph.one_of(1, 2, 3)
  layer = layers.GroupQueryAttention(
      3, shared * graph.one_of(1, 2), shared,
      use_bias=graph.one_of(True, False))
  return layer(tensor, graph.alike(tensor, [2]))


@needs()
@of_rank(3)
def _recurrent(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  layer = graph.one_of(layers.LSTM, layers.GRU, layers.SimpleRNN)(
      graph.channels(), return_sequences=graph.one_of(True, False))
  if graph.random.rand() < 0.4:
    layer = layers.Bidirectional(
        layer, merge_mode=graph.one_of('concat', 'sum', 'mul'))
  return layer(tensor)


@needs()
@of_rank(3, 4)
def _distributed(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  return layers.TimeDistributed(layers.Dense(graph.channels()))(tensor)


@needs()
@of_rank(2, 3, 4)
def _twice(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  """A model inside, or a layer, is called two times."""
  number = int(tensor.shape[-1])
  if graph.random.rand() < 0.3:
    layer = layers.Dense(number, activation=graph.activation())
    return layer(layer(tensor))
  inputs = keras.Input(tuple(tensor.shape)[1:])
  inner = random_graph.RandomGraph(graph.random, [inputs])
  inner.tensors.append(layers.Dense(graph.channels())(inputs))
  for _ in range(graph.one_of(1, 2)):
    step = STEPS[graph.random.randint(len(STEPS))](inner)
    if step is not None and tuple(step.shape)[1:-1] == tuple(
        inputs.shape)[1:-1]:
      inner.tensors.append(step)
  last = layers.Add()([inputs, layers.Dense(number)(inner.tensors[-1])])
  model = keras.Model(inputs, last)
  return model(model(tensor))
