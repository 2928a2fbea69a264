# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The networks of more than one experiment, small enough for one thread."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

# Channels and strides of the blocks of MobileNetV1, as far as images of 28x28
# are more than one pixel.
_BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1))


def mobilenet(width: float) -> Any:
  """MobileNetV1 for images of 28x28, with its first 7 blocks of 13.

  Batch normalization averages its statistics over some ten batches: those of
  a short training would otherwise be of weights that are long gone.

  Args:
    width: the share of the channels of the original.

  Returns:
    A built model of float32 [batch, 28, 28, 1] to 10 logits.
  """
  layers = tf.keras.layers
  images = tf.keras.Input((28, 28, 1))
  x = layers.Conv2D(int(32 * width), 3, strides=2, padding='same',
                    use_bias=False, name='stem')(images)
  for block, (channels, stride) in enumerate(_BLOCKS):
    x = layers.ReLU(6.0)(layers.BatchNormalization(momentum=0.9)(x))
    x = layers.DepthwiseConv2D(3, strides=stride, padding='same',
                               use_bias=False, name=f'depthwise{block}')(x)
    x = layers.ReLU(6.0)(layers.BatchNormalization(momentum=0.9)(x))
    x = layers.Conv2D(int(channels * width), 1, use_bias=False,
                      name=f'pointwise{block}')(x)
  x = layers.ReLU(6.0)(layers.BatchNormalization(momentum=0.9)(x))
  x = layers.GlobalAveragePooling2D()(x)
  return tf.keras.Model(images, layers.Dense(10, name='logits')(x))
