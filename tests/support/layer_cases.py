# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Every layer of Keras that has weights to prune, and some of a user."""

from __future__ import annotations

from typing import Any, Callable, Dict, NamedTuple, Optional, Tuple

import numpy as np
import tensorflow as tf

keras = tf.keras
layers = keras.layers

_BIAS = 'it is a bias'
_DEPTHWISE = 'it is a depthwise kernel'
_NORM = 'it belongs to a normalization'

Shape = Tuple[int, ...]


class Case(NamedTuple):
  """A layer, and what is found in it.

  Attributes:
    build: makes the layer.
    inputs: shape of what it is called on, without the batch.
    pruned: the shapes of the weights that are pruned.
    skipped: of those with two dimensions or more that are not: why.
    requested: a pattern that asks for one of these.
    num_inputs: how many inputs it takes.
    is_indices: whether they are integers.
  """

  build: Callable[[], Any]
  inputs: Shape
  pruned: Tuple[Shape, ...]
  skipped: Dict[Shape, str] = {}
  requested: Optional[str] = None
  num_inputs: int = 1
  is_indices: bool = False


class MyDense(layers.Dense):
  """A subclass that changes what is computed."""

  def call(self, inputs):
    return 2.0 * super().call(inputs)


class TwoKernels(layers.Layer):
  """A layer of a user: two kernels, and weights that are no kernels."""

  def build(self, input_shape):
    size = int(input_shape[-1])
    self.first = self.add_weight(name='first', shape=(size, 8))
    self.second = self.add_weight(name='second', shape=(8, size))
    self.position_embeddings = self.add_weight(
        name='position_embeddings', shape=(1, size))
    self.attention_bias = self.add_weight(
        name='attention_bias', shape=(1, size))
    super().build(input_shape)

  def call(self, inputs):
    hidden = tf.matmul(inputs + self.position_embeddings, self.first)
    return tf.matmul(hidden, self.second) + self.attention_bias


class RMSNorm(layers.Layer):
  """A normalization of a user, with a scale of two dimensions."""

  def build(self, input_shape):
    self.scale = self.add_weight(
        name='scale', shape=(1, int(input_shape[-1])), initializer='ones')
    super().build(input_shape)

  def call(self, inputs):
    mean_square = tf.reduce_mean(tf.square(inputs), axis=-1, keepdims=True)
    return inputs * tf.math.rsqrt(mean_square + 1e-6) * self.scale


class MinimalCell(layers.Layer):
  """A recurrent cell of a user."""

  def __init__(self, units, **kwargs):
    super().__init__(**kwargs)
    self.units = self.state_size = units

  def build(self, input_shape):
    self.kernel = self.add_weight(
        name='kernel', shape=(int(input_shape[-1]), self.units))
    self.recurrent_kernel = self.add_weight(
        name='recurrent_kernel', shape=(self.units, self.units))
    super().build(input_shape)

  def call(self, inputs, states):
    output = tf.tanh(tf.matmul(inputs, self.kernel)
                     + tf.matmul(states[0], self.recurrent_kernel))
    return output, [output]


def _gru() -> Any:
  return layers.GRU(4, reset_after=True)


def _norm() -> Any:
  return layers.LayerNormalization(axis=(1, 2))


CASES: Dict[str, Case] = {
    'Dense': Case(lambda: layers.Dense(6), (8,), ((8, 6),)),
    'Conv1D': Case(lambda: layers.Conv1D(4, 3), (8, 5), ((3, 5, 4),)),
    'Conv2D': Case(lambda: layers.Conv2D(4, 3), (6, 6, 2), ((3, 3, 2, 4),)),
    'Conv3D': Case(
        lambda: layers.Conv3D(4, 2), (4, 4, 4, 2), ((2, 2, 2, 2, 4),)),
    'Conv1DTranspose': Case(
        lambda: layers.Conv1DTranspose(4, 3), (8, 5), ((3, 4, 5),)),
    'Conv2DTranspose': Case(
        lambda: layers.Conv2DTranspose(4, 3), (6, 6, 2), ((3, 3, 4, 2),)),
    'Conv3DTranspose': Case(
        lambda: layers.Conv3DTranspose(4, 2), (4, 4, 4, 2),
        ((2, 2, 2, 4, 2),)),
    'SeparableConv1D': Case(
        lambda: layers.SeparableConv1D(4, 3), (8, 6), ((1, 6, 4),),
        {(3, 6, 1): _DEPTHWISE}, '/depthwise_kernel'),
    'SeparableConv2D': Case(
        lambda: layers.SeparableConv2D(4, 3), (6, 6, 2), ((1, 1, 2, 4),),
        {(3, 3, 2, 1): _DEPTHWISE}, '/depthwise_kernel'),
    'DepthwiseConv1D': Case(
        lambda: layers.DepthwiseConv1D(3), (8, 6), (),
        {(3, 6, 1): _DEPTHWISE}, 'kernel$'),
    'DepthwiseConv2D': Case(
        lambda: layers.DepthwiseConv2D(3), (6, 6, 2), (),
        {(3, 3, 2, 1): _DEPTHWISE}, 'kernel$'),
    'LocallyConnected1D': Case(
        lambda: layers.LocallyConnected1D(4, 3), (8, 5), ((6, 15, 4),),
        {(6, 4): _BIAS}),
    'LocallyConnected2D': Case(
        lambda: layers.LocallyConnected2D(4, 3), (5, 5, 2), ((9, 18, 4),),
        {(3, 3, 4): _BIAS}),
    'LocallyConnected1D of a masked kernel': Case(
        lambda: layers.LocallyConnected1D(4, 3, implementation=2), (8, 5), (),
        {(8, 5, 6, 4): 'uses a part of it', (6, 4): _BIAS}),
    'Embedding': Case(
        lambda: layers.Embedding(10, 4), (5,), ((10, 4),), is_indices=True),
    'EinsumDense': Case(
        lambda: layers.EinsumDense('abc,cde->abde', output_shape=(5, 2, 3),
                                   bias_axes='de'),
        (5, 6), ((6, 2, 3),), {(2, 3): _BIAS}),
    'MultiHeadAttention': Case(
        lambda: layers.MultiHeadAttention(2, 4), (5, 6),
        ((2, 4, 6), (6, 2, 4), (6, 2, 4), (6, 2, 4)), {(2, 4): _BIAS},
        num_inputs=2),
    'GroupQueryAttention': Case(
        lambda: layers.GroupQueryAttention(4, 6, 2), (5, 8),
        ((6, 4, 8), (8, 2, 4), (8, 2, 4), (8, 6, 4)),
        {(6, 4): _BIAS, (2, 4): _BIAS}, num_inputs=2),
    'LSTM': Case(lambda: layers.LSTM(4), (3, 5), ((4, 16), (5, 16))),
    'GRU': Case(_gru, (3, 5), ((4, 12), (5, 12)), {(2, 12): _BIAS}),
    'SimpleRNN': Case(lambda: layers.SimpleRNN(4), (3, 5), ((4, 4), (5, 4))),
    'RNN of a cell': Case(
        lambda: layers.RNN(layers.LSTMCell(4)), (3, 5), ((4, 16), (5, 16))),
    'RNN of a cell of a user': Case(
        lambda: layers.RNN(MinimalCell(4)), (3, 5), ((4, 4), (5, 4))),
    'RNN of a list of cells': Case(
        lambda: layers.RNN([layers.LSTMCell(4), layers.SimpleRNNCell(3)]),
        (3, 5), ((3, 3), (4, 3), (4, 16), (5, 16))),
    'RNN of StackedRNNCells': Case(
        lambda: layers.RNN(layers.StackedRNNCells(
            [layers.SimpleRNNCell(4), layers.GRUCell(3, reset_after=True)])),
        (3, 5), ((3, 9), (4, 4), (4, 9), (5, 4)), {(2, 9): _BIAS}),
    'ConvLSTM1D': Case(
        lambda: layers.ConvLSTM1D(2, 3), (2, 5, 3), ((3, 2, 8), (3, 3, 8))),
    'ConvLSTM2D': Case(
        lambda: layers.ConvLSTM2D(2, 3), (2, 4, 4, 3),
        ((3, 3, 2, 8), (3, 3, 3, 8))),
    'Bidirectional': Case(
        lambda: layers.Bidirectional(layers.LSTM(4)), (3, 5),
        ((4, 16), (4, 16), (5, 16), (5, 16))),
    'TimeDistributed': Case(
        lambda: layers.TimeDistributed(layers.Dense(4)), (3, 5), ((5, 4),)),
    'SpectralNormalization of Dense': Case(
        lambda: layers.SpectralNormalization(layers.Dense(6)), (8,),
        ((8, 6),), {(1, 6): 'it is not trainable'}),
    'a convolution of as many groups as channels': Case(
        lambda: layers.Conv2D(4, 3, groups=4), (6, 6, 4), (),
        {(3, 3, 1, 4): _DEPTHWISE}, 'kernel$'),
    'a convolution of groups': Case(
        lambda: layers.Conv2D(4, 3, groups=2), (6, 6, 4), ((3, 3, 2, 4),)),
    'BatchNormalization': Case(layers.BatchNormalization, (8,), ()),
    'LayerNormalization': Case(_norm, (3, 5), (), {(3, 5): _NORM}, 'gamma'),
    'RMSNormalization': Case(
        lambda: layers.RMSNormalization(axis=(1, 2)), (3, 5), (),
        {(3, 5): _NORM}),
    'PReLU': Case(layers.PReLU, (3, 5), (), {(3, 5): 'slope'}),
    'a normalization of a user': Case(RMSNorm, (5,), (), {(1, 5): _NORM}),
    'a subclass of Dense': Case(lambda: MyDense(6), (8,), ((8, 6),)),
    'a layer of a user': Case(
        TwoKernels, (5,), ((5, 8), (8, 5)),
        {(1, 5): 'it is a (bias|position embedding)'},
        'position_embeddings'),
}

# Keras before it took `groups` says so with a TypeError, layers that are not
# there with an AttributeError.
_MISSING = (AttributeError, TypeError)


def model_of(test: Any, case: Case) -> Any:
  """A model of one layer, or skips `test` where Keras has no such layer."""
  try:
    layer = case.build()
  except _MISSING as error:
    test.skipTest(f'Keras of TensorFlow {tf.__version__}: {error}')
  inputs = [keras.Input(case.inputs) for _ in range(case.num_inputs)]
  try:
    outputs = layers.Flatten()(layer(*inputs))
  except AttributeError as error:
    if "module 'numpy'" not in str(error):
      raise
    test.skipTest(f'Keras of TensorFlow {tf.__version__}, this NumPy: '
                  f'{str(error).splitlines()[0]}')
  if case.is_indices:
    # Optimizers that take no constraint on an embedding update something else.
    outputs = layers.LayerNormalization()(outputs)
  return keras.Model(inputs if len(inputs) > 1 else inputs[0], outputs)


def batch_of(case: Case, model: Any, size: int = 4) -> Tuple[Any, Any]:
  """Random inputs and labels for `model`."""
  random = np.random.RandomState(0)
  shape = (size,) + case.inputs
  inputs = [random.randint(0, 10, shape).astype(np.float32) if case.is_indices
            else random.randn(*shape).astype(np.float32)
            for _ in range(case.num_inputs)]
  labels = random.randn(size, int(model.output_shape[-1]))
  return (inputs if len(inputs) > 1 else inputs[0],
          labels.astype(np.float32))
