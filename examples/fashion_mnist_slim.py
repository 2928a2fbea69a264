# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks what is saved when a tf-slim network is pruned, on Fashion-MNIST.

    PYTHONPATH=. python examples/fashion_mnist_slim.py

A LeNet of `slim.conv2d` and `slim.fully_connected`, trained dense and pruned
by an Estimator, or by a `MonitoredTrainingSession` where there is none. Every
pruned weight in the checkpoint must have exactly the zeros that the
specification says, and they must be where the mask says.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf
import tf_slim as slim

import digits_estimator
import fashion_mnist_estimator


def model_fn(features: tf.Tensor, labels: tf.Tensor, mode: str) -> Any:
  """Two convolutions, two dense layers, Adam; the layers of tf-slim."""
  with slim.arg_scope([slim.conv2d, slim.max_pool2d], padding='SAME'):
    x = slim.conv2d(features, 16, 5, scope='conv1')
    x = slim.max_pool2d(x, 2, scope='pool1')
    x = slim.conv2d(x, 32, 5, scope='conv2')
    x = slim.max_pool2d(x, 2, scope='pool2')
    x = slim.fully_connected(slim.flatten(x), 128, scope='dense')
    logits = slim.fully_connected(x, 10, activation_fn=None, scope='logits')
  return digits_estimator.classifier_spec(logits, labels, mode)


if __name__ == '__main__':
  tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
  fashion_mnist_estimator.main(__doc__, model_fn)
