# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Image classifiers of tf-slim, narrow ones: all layers, few channels.

tf-slim 1.1 has no MobileNet, and the first dense layer of its VGG cannot be
made narrow; these two are built here of its layers.
"""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Dict, NamedTuple

import tensorflow as tf
import tf_slim as slim
from tf_slim.nets import inception
from tf_slim.nets import resnet_utils
from tf_slim.nets import resnet_v1

NUM_CLASSES = 5


def has_batch_norm() -> bool:
  """Whether tf-slim finds the layer it needs (up to TF 2.12)."""
  with tf.Graph().as_default():
    try:
      slim.batch_norm(tf.zeros([1, 2, 2, 1]))
    except ImportError:
      return False
  return True


def _scope(normalized: Callable[[], Any]) -> Any:
  if has_batch_norm():
    return slim.arg_scope(normalized())
  return contextlib.nullcontext()


def inception_v3(images: tf.Tensor) -> tf.Tensor:
  with _scope(inception.inception_v3_arg_scope):
    logits, ends = inception.inception_v3(
        images, NUM_CLASSES, is_training=False, depth_multiplier=0.05,
        min_depth=4)
    return logits + ends['AuxLogits']


def resnet_v1_50(images: tf.Tensor) -> tf.Tensor:
  blocks = [
      resnet_v1.resnet_v1_block(f'block{i + 1}', 2 ** i, num_units, stride)
      for i, (num_units, stride) in enumerate([(3, 2), (4, 2), (6, 2), (3, 1)])]
  with _scope(resnet_utils.resnet_arg_scope):
    logits = resnet_v1.resnet_v1(
        images, blocks, NUM_CLASSES, is_training=False,
        scope='resnet_v1_50')[0]
    return tf.squeeze(logits, [1, 2])


def mobilenet_v1(images: tf.Tensor) -> tf.Tensor:
  with tf.compat.v1.variable_scope('mobilenet_v1'):
    net = slim.conv2d(images, 4, 3, stride=2, scope='conv')
    for i, (depth, stride) in enumerate([
        (8, 1), (16, 2), (16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (64, 1),
        (64, 1), (64, 1), (64, 1), (128, 2), (128, 1)]):
      net = slim.separable_conv2d(
          net, None, 3, depth_multiplier=1, stride=stride,
          scope=f'depthwise_{i}')
      net = slim.conv2d(net, depth, 1, scope=f'pointwise_{i}')
    net = tf.reduce_mean(net, [1, 2])
    return slim.fully_connected(net, NUM_CLASSES, activation_fn=None)


def vgg_16(images: tf.Tensor) -> tf.Tensor:
  with tf.compat.v1.variable_scope('vgg_16'):
    net = images
    for i, (repetitions, depth) in enumerate([
        (2, 4), (2, 8), (3, 16), (3, 32), (3, 32)]):
      net = slim.repeat(net, repetitions, slim.conv2d, depth, 3,
                        scope=f'conv{i + 1}')
      net = slim.max_pool2d(net, 2, scope=f'pool{i + 1}')
    net = slim.conv2d(net, 64, 2, padding='VALID', scope='fc6')
    net = slim.conv2d(net, 64, 1, scope='fc7')
    net = slim.conv2d(net, NUM_CLASSES, 1, activation_fn=None, scope='fc8')
    return tf.squeeze(net, [1, 2])


class Net(NamedTuple):
  """A network.

  Attributes:
    build: from images to logits.
    image_size: height and width of the images.
    num_kernels: how many kernels it has, without depthwise ones.
  """

  build: Callable[[tf.Tensor], tf.Tensor]
  image_size: int
  num_kernels: int


NETS: Dict[str, Net] = {
    'inception_v3': Net(inception_v3, 107, 98),
    'mobilenet_v1': Net(mobilenet_v1, 64, 15),
    'resnet_v1_50': Net(resnet_v1_50, 64, 54),
    'vgg_16': Net(vgg_16, 64, 16),
}
