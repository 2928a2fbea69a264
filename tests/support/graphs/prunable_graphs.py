# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Graphs that train, as users of `tf.compat.v1` write them."""

from __future__ import annotations

from typing import Any, Tuple

import numpy as np
import tensorflow as tf

from tests.support import estimator_shim
from tests.support import simulation

v1 = tf.compat.v1


def exact_train_op(problem: simulation.Problem, use_resource: bool,
                   name: str = 'kernel') -> tf.Operation:
  """Trains one weight with a constant gradient, counted by a global step."""
  step = v1.train.get_or_create_global_step()
  kernel = v1.get_variable(name, initializer=problem.weight,
                           use_resource=use_resource)
  matrix = tf.reshape(kernel, [-1, problem.weight.shape[-1]])
  product = tf.matmul(tf.eye(matrix.shape.as_list()[0]), matrix)
  loss = tf.reduce_sum(product * problem.gradient.reshape(matrix.shape))
  optimizer = v1.train.GradientDescentOptimizer(simulation.LEARNING_RATE)
  return optimizer.minimize(loss, global_step=step)


def digits_like_batch(size: int = 64) -> Tuple[np.ndarray, np.ndarray]:
  """Images [size, 8, 8, 1] and labels [size] of ten classes, learnable."""
  random = np.random.RandomState(0)
  labels = random.randint(0, 10, size)
  images = random.randn(size, 8, 8, 1).astype(np.float32)
  images[np.arange(size), labels % 8, labels // 8] += 4.0
  return images, labels


def conv_net_model_fn(features: tf.Tensor, labels: tf.Tensor,
                      mode: str) -> Any:
  """A convolution and a dense layer, trained by Adam: an Estimator's."""
  estimator_lib = estimator_shim.v1_api()
  logits = conv_net_logits(features)
  predictions = {'class': tf.argmax(logits, 1), 'logits': logits}
  if mode == 'infer':
    return estimator_lib.EstimatorSpec(
        mode, predictions=predictions,
        export_outputs={'serving_default':
                        estimator_lib.export.PredictOutput(predictions)})
  loss = v1.losses.sparse_softmax_cross_entropy(labels, logits)
  train_op = v1.train.AdamOptimizer(0.01).minimize(
      loss, global_step=v1.train.get_or_create_global_step())
  return estimator_lib.EstimatorSpec(
      mode, loss=loss, train_op=train_op, predictions=predictions)


def conv_net_logits(images: tf.Tensor, use_resource: Any = None) -> tf.Tensor:
  """Logits of ten classes for images [n, 8, 8, 1]."""
  initializer = v1.truncated_normal_initializer(stddev=0.1, seed=1)
  with v1.variable_scope('conv', use_resource=use_resource):
    kernel = v1.get_variable('kernel', [3, 3, 1, 8], initializer=initializer)
    bias = v1.get_variable('bias', [8], initializer=v1.zeros_initializer())
    hidden = tf.nn.relu(bias + v1.nn.conv2d(
        images, kernel, strides=[1, 1, 1, 1], padding='SAME'))
  with v1.variable_scope('dense', use_resource=use_resource):
    kernel = v1.get_variable('kernel', [512, 10], initializer=initializer)
    bias = v1.get_variable('bias', [10], initializer=v1.zeros_initializer())
    return tf.matmul(tf.reshape(hidden, [-1, 512]), kernel) + bias
