# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Keras models of every shape, and every way to train one.

They are written for `tf.keras`, whichever Keras that is in this process.
"""

from __future__ import annotations

import inspect
from typing import Any, Callable, Dict, Iterable, List, Tuple

import numpy as np
import tensorflow as tf

keras = tf.keras
layers = keras.layers

IS_KERAS_3 = not issubclass(keras.layers.Layer, tf.Module)
_INPUT_SHAPE = (8, 8, 1)


def legacy_optimizers() -> Any:
  """Those of the Keras before TF 2.11, where this Keras has them."""
  if IS_KERAS_3:
    return keras.optimizers
  return getattr(keras.optimizers, 'legacy', keras.optimizers)


def sequential() -> Any:
  """A convolution and a dense layer."""
  return keras.Sequential([
      layers.InputLayer(_INPUT_SHAPE), layers.Conv2D(4, 3, name='conv'),
      layers.Flatten(), layers.Dense(10, name='dense')])


def functional() -> Any:
  """Two branches, one layer used twice."""
  inputs = keras.Input(_INPUT_SHAPE)
  shared = layers.Conv2D(4, 3, padding='same', name='shared')
  hidden = shared(inputs)
  hidden = layers.Add()([hidden, layers.ReLU()(shared(inputs))])
  outputs = layers.Dense(10, name='dense')(layers.Flatten()(hidden))
  return keras.Model(inputs, outputs)


class BranchingLayer(layers.Layer):
  """A layer of layers, and a kernel of its own."""

  def __init__(self):
    super().__init__()
    self.conv = layers.Conv2D(4, 3)
    self.branches = [layers.Flatten(), layers.Dense(10)]

  def build(self, input_shape):
    self.scale = self.add_weight(
        name='scale', shape=(10, 10), initializer='ones')
    super().build(input_shape)

  def call(self, inputs):
    hidden = self.conv(inputs)
    for branch in self.branches:
      hidden = branch(hidden)
    return tf.matmul(hidden, self.scale)


class SubclassedModel(keras.Model):

  def __init__(self):
    super().__init__()
    self.block = BranchingLayer()
    self.dense = layers.Dense(10)

  def call(self, inputs):
    return self.dense(self.block(inputs))


def subclassed() -> Any:
  """A subclassed model that holds a layer that holds layers."""
  model = SubclassedModel()
  model(np.zeros((1, *_INPUT_SHAPE), np.float32)
        if tf.executing_eagerly() else keras.Input(_INPUT_SHAPE))
  return model


def nested() -> Any:
  """A Sequential model inside a functional one."""
  inputs = keras.Input(_INPUT_SHAPE)
  outputs = layers.Dense(10, name='head')(sequential()(inputs))
  return keras.Model(inputs, outputs)


MODELS: Dict[str, Callable[[], Any]] = {
    'sequential': sequential, 'functional': functional,
    'subclassed': subclassed, 'nested': nested}


def batch(size: int = 32) -> Tuple[np.ndarray, np.ndarray]:
  """Images and labels of ten classes."""
  random = np.random.RandomState(0)
  return (random.randn(size, *_INPUT_SHAPE).astype(np.float32),
          random.randint(0, 10, size))


def compile_(model: Any, **kwargs: Any) -> None:
  """Compiles for the labels of `batch`."""
  model.compile(
      optimizer=kwargs.pop('optimizer', 'adam'),
      loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
      **kwargs)


def _fit(model: Any, num_steps: int, **kwargs: Any) -> None:
  if getattr(model, 'optimizer', None) is None:
    compile_(model, **kwargs)
  images, labels = batch()
  model.fit(np.tile(images, (num_steps, 1, 1, 1)),
            np.tile(labels, num_steps), batch_size=32, shuffle=False,
            verbose=0)


def _fit_eagerly(model: Any, num_steps: int) -> None:
  _fit(model, num_steps, run_eagerly=True)


def _fit_compiled(model: Any, num_steps: int) -> None:
  _fit(model, num_steps, jit_compile=True)


def _train_on_batch(model: Any, num_steps: int) -> None:
  compile_(model)
  for _ in range(num_steps):
    model.train_on_batch(*batch())


def _loop(model: Any, num_steps: int) -> None:
  optimizer = keras.optimizers.Adam()
  images, labels = batch()

  @tf.function
  def step():
    with tf.GradientTape() as tape:
      loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
          labels=labels, logits=model(images)))
    variables = model.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))

  for _ in range(num_steps):
    step()


def why_not(way: str) -> str:
  """Why this process cannot train in this way; empty if it can."""
  if way != 'fit' and way != 'train_on_batch' and not tf.executing_eagerly():
    return f'{way} needs eager mode'
  compile_arguments = inspect.signature(keras.Model.compile).parameters
  if way == 'fit_compiled' and 'jit_compile' not in compile_arguments:
    return f'Keras of TensorFlow {tf.__version__} has no jit_compile'
  return ''


WAYS: Dict[str, Callable[[Any, int], None]] = {
    'fit': _fit, 'fit_eagerly': _fit_eagerly, 'fit_compiled': _fit_compiled,
    'train_on_batch': _train_on_batch, 'loop': _loop}


def models_and_ways(models: Iterable[str] = MODELS,
                    ways: Iterable[str] = WAYS) -> List[Tuple[str, str]]:
  """Each model in the first way, and then the functional one in each other."""
  first, *others = ways
  return [*((model, first) for model in models),
          *(('functional', way) for way in others)]
