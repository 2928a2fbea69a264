# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Small convolutional nets of a session, frozen, for the pruning of channels.

Each function builds a net on images and returns its output. What is random in
them is drawn from one seed, and no weight is zero.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Sequence

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1
IMAGE_SIZE = 12


class Net:
  """Layers of v1, each with variables of its own."""

  def __init__(self) -> None:
    self.random = np.random.RandomState(0)

  def variable(self, name: str, shape: Sequence[int],
               positive: bool = False) -> Any:
    value = self.random.standard_normal(shape) / np.sqrt(
        np.prod(shape[:-1]) if len(shape) > 1 else 1)
    if positive:
      value = np.abs(value) + 0.5
    return v1.get_variable(
        name, initializer=value.astype(np.float32), use_resource=False)

  def conv(self, x: Any, number: int, name: str, size: int = 3,
           groups: int = 1, **kwargs: Any) -> Any:
    kernel = self.variable(
        f'{name}/kernel', [size, size, x.shape.as_list()[-1] // groups, number])
    x = tf.nn.conv2d(x, kernel, strides=[1, 1, 1, 1], padding='SAME', **kwargs)
    return tf.nn.bias_add(x, self.variable(f'{name}/bias', [number]))

  def depthwise(self, x: Any, name: str, multiplier: int = 1) -> Any:
    kernel = self.variable(
        f'{name}/kernel', [3, 3, x.shape.as_list()[-1], multiplier])
    return tf.nn.depthwise_conv2d(x, kernel, [1, 1, 1, 1], 'SAME')

  def norm(self, x: Any, name: str) -> Any:
    number = [x.shape.as_list()[-1]]
    return v1.nn.fused_batch_norm(
        x, self.variable(f'{name}/gamma', number),
        self.variable(f'{name}/beta', number),
        self.variable(f'{name}/mean', number),
        self.variable(f'{name}/variance', number, positive=True),
        is_training=False)[0]

  def dense(self, x: Any, number: int, name: str) -> Any:
    return tf.matmul(x, self.variable(
        f'{name}/kernel', [x.shape.as_list()[-1], number])) + self.variable(
            f'{name}/bias', [number])


def residual(net: Net, x: Any) -> Any:
  x = tf.nn.relu(net.norm(net.conv(x, 8, 'stem'), 'stem/norm'))
  branch = tf.nn.relu6(net.norm(net.conv(x, 6, 'in'), 'in/norm'))
  x = x + net.norm(net.conv(branch, 8, 'out'), 'out/norm')
  x = tf.nn.relu(tf.reduce_mean(x, [1, 2]))
  return tf.nn.softmax(net.dense(x, 5, 'logits'))


def mobile(net: Net, x: Any) -> Any:
  x = tf.nn.relu6(net.norm(net.conv(x, 8, 'stem'), 'stem/norm'))
  x = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]])
  x = tf.nn.relu6(net.norm(net.depthwise(x, 'depthwise'), 'depthwise/norm'))
  x = tf.nn.relu6(net.norm(net.conv(x, 12, 'point', 1), 'point/norm'))
  x = net.depthwise(x, 'twice', multiplier=2)
  x = v1.nn.avg_pool(x, [1, 14, 14, 1], [1, 1, 1, 1], 'VALID')
  return tf.squeeze(net.conv(x, 5, 'logits', 1), [1, 2])


def concatenated(net: Net, x: Any) -> Any:
  one = tf.nn.relu(net.conv(x, 6, 'one'))
  two = tf.nn.leaky_relu(net.conv(x, 4, 'two', 1))
  x = tf.concat([one, x, two, one], -1)
  x = v1.nn.max_pool(net.norm(x, 'norm'), [1, 2, 2, 1], [1, 2, 2, 1], 'VALID')
  x = net.conv(x, 6, 'three')
  # Side by side along another axis the channels are the same ones.
  x = tf.concat([x, tf.nn.elu(net.conv(x, 6, 'four'))], 1)
  return tf.reduce_max(net.conv(x, 5, 'logits', 1), [1, 2])


def squeeze_and_excite(net: Net, x: Any) -> Any:
  x = net.conv(x, 8, 'stem')
  x = x * tf.sigmoid(x)
  gate = tf.reduce_mean(x, [1, 2], keepdims=True)
  gate = tf.nn.relu(net.conv(gate, 4, 'squeeze', 1))
  x = x * tf.sigmoid(net.conv(gate, 8, 'excite', 1))
  return tf.reduce_mean(net.conv(x, 5, 'logits', 1), [1, 2])


def flattened(net: Net, x: Any) -> Any:
  x = tf.nn.relu(net.conv(x, 6, 'stem'))
  x = tf.reshape(x, [-1, IMAGE_SIZE * IMAGE_SIZE * 6])
  x = tf.nn.relu(net.dense(x, 10, 'one'))
  return net.dense(x, 5, 'logits')


def flattened_by_shape(net: Net, x: Any) -> Any:
  x = tf.nn.relu(net.conv(x, 6, 'stem'))
  shape = tf.shape(x)
  flat = tf.reshape(x, tf.stack([shape[0], tf.reduce_prod(shape[1:])]))
  flat.set_shape([None, IMAGE_SIZE * IMAGE_SIZE * 6])
  rows = tf.reshape(x, tf.stack([-1, shape[3]]))
  rows.set_shape([None, 6])
  rows = tf.reshape(net.dense(rows, 4, 'rows'), tf.concat(
      [shape[:3], [4]], 0))
  rows.set_shape([None, IMAGE_SIZE, IMAGE_SIZE, 4])
  return net.dense(flat, 5, 'logits') + tf.reduce_mean(
      net.conv(rows, 5, 'others', 1), [1, 2])


def shuffled(net: Net, x: Any) -> Any:
  """A channel shuffle between convolutions."""
  x = net.conv(x, 12, 'stem')
  x = tf.reshape(x, [-1, IMAGE_SIZE, IMAGE_SIZE, 3, 4])
  x = tf.transpose(x, [0, 1, 2, 4, 3])
  x = tf.reshape(x, [-1, IMAGE_SIZE, IMAGE_SIZE, 12])
  return tf.reduce_mean(net.conv(tf.nn.relu(x), 5, 'logits', 1), [1, 2])


def split(net: Net, x: Any) -> Any:
  one, two = tf.split(net.conv(x, 8, 'stem'), 2, axis=3)
  three, four = tf.split(net.conv(x, 7, 'other'), [4, 3], axis=3)
  x = tf.concat([one * two, tf.nn.relu(three), four], 3)
  return tf.reduce_mean(net.conv(x, 5, 'logits', 1), [1, 2])


def u_net(net: Net, x: Any) -> Any:
  skip = tf.nn.relu(net.conv(x, 6, 'down'))
  x = v1.nn.max_pool(skip, [1, 2, 2, 1], [1, 2, 2, 1], 'SAME')
  x = tf.nn.relu(net.conv(x, 8, 'bottom'))
  shape = tf.shape(skip)
  kernel = net.variable('up/kernel', [2, 2, 6, 8])
  up = tf.nn.conv2d_transpose(
      x, kernel, tf.stack([shape[0], shape[1], shape[2], 6]), [1, 2, 2, 1])
  near = v1.image.resize_nearest_neighbor(x, shape[1:3])
  x = tf.concat([skip, up, near], 3)
  return net.conv(x, 2, 'mask', 1)


def unfused_norms(net: Net, x: Any) -> Any:
  """Batch normalizations of single operations."""
  def norm(x, name):
    number = [x.shape.as_list()[-1]]
    return tf.nn.batch_normalization(
        x, net.variable(f'{name}/mean', number),
        net.variable(f'{name}/variance', number, positive=True),
        net.variable(f'{name}/beta', number),
        net.variable(f'{name}/gamma', number), 0.0)

  x = tf.nn.relu(norm(net.conv(x, 8, 'stem'), 'stem/norm'))
  x = tf.reduce_mean(x, [1, 2])
  x = tf.nn.relu(norm(net.dense(x, 6, 'one'), 'one/norm'))
  return net.dense(x / net.variable('scale', [6], positive=True), 5, 'logits')


def position_tables(net: Net, x: Any) -> Any:
  """Constants with an entry for each place and channel."""
  x = net.conv(x, 6, 'stem')
  shape = [1, IMAGE_SIZE, IMAGE_SIZE, 6]
  x = x + net.variable('direct', shape)
  x = tf.nn.relu(net.conv(x, 6, 'two') * net.variable('places', shape))
  x = net.conv(x, 6, 'whole') + net.variable('scaled', shape) * 2.0
  return tf.reduce_mean(net.conv(x, 5, 'logits', 1), [1, 2])


def grouped(net: Net, x: Any) -> Any:
  x = tf.nn.relu(net.conv(x, 8, 'stem'))
  x = tf.nn.relu(net.conv(x, 12, 'groups', groups=2))
  return tf.reduce_mean(net.conv(x, 5, 'logits', 1), [1, 2])


def dilated(net: Net, x: Any) -> Any:
  x = tf.nn.relu(net.conv(x, 8, 'stem'))
  x = tf.nn.relu(net.conv(x, 6, 'rates', dilations=2))
  x = tf.reshape(net.conv(x, 4, 'head'), [-1, IMAGE_SIZE * IMAGE_SIZE, 4])
  return tf.nn.softmax(x)


def one_dimensional(net: Net, x: Any) -> Any:
  x = tf.squeeze(x[:, :1], [1])
  for name, number in (('one', 6), ('two', 5)):
    x = tf.nn.relu(tf.nn.conv1d(x, net.variable(
        name, [3, x.shape.as_list()[-1], number]), stride=1, padding='SAME'))
  return tf.reduce_mean(x, 1)


def shared_kernel(net: Net, x: Any) -> Any:
  x = tf.nn.relu(net.conv(x, 6, 'stem'))
  kernel = net.variable('shared', [3, 3, 6, 6])
  for _ in range(2):
    x = tf.nn.relu(tf.nn.conv2d(
        x, kernel, strides=[1, 1, 1, 1], padding='SAME'))
  return tf.reduce_mean(net.conv(x, 5, 'logits', 1), [1, 2])


def padded_channels(net: Net, x: Any) -> Any:
  one = net.conv(x, 4, 'one')
  two = net.conv(x, 8, 'two')
  x = tf.nn.relu(two + tf.pad(one, [[0, 0], [0, 0], [0, 0], [2, 2]]))
  return tf.reduce_mean(net.conv(x, 5, 'logits', 1), [1, 2])


GRAPHS: Dict[str, Callable[[Net, Any], Any]] = {
    build.__name__: build for build in (
        residual, mobile, concatenated, squeeze_and_excite, flattened,
        flattened_by_shape, shuffled, split, u_net, unfused_norms, dilated,
        one_dimensional, shared_kernel, padded_channels, position_tables)}


def frozen(build: Callable[[Net, Any], Any],
           image_size: Optional[int] = IMAGE_SIZE) -> Any:
  """The GraphDef of a net on images of 3 channels.

  Its input is `images` and its output `outputs`.
  """
  with tf.Graph().as_default() as graph:
    images = v1.placeholder(
        tf.float32, [None, image_size, image_size, 3], name='images')
    tf.identity(build(Net(), images), name='outputs')
    with v1.Session() as session:
      session.run(v1.global_variables_initializer())
      return v1.graph_util.convert_variables_to_constants(
          session, graph.as_graph_def(), ['outputs'])


def run(graph_def: Any, seed: int = 1, name: str = 'outputs:0',
        size: int = IMAGE_SIZE) -> np.ndarray:
  """The output of a GraphDef on random images."""
  images = np.random.RandomState(seed).standard_normal([4, size, size, 3])
  with tf.Graph().as_default(), v1.Session() as session:
    tf.import_graph_def(graph_def, name='')
    return session.run(name, {'images:0': images.astype(np.float32)})


def shapes(graph_def: Any) -> Dict[str, List[int]]:
  """The shapes of the constants of floats by name."""
  return {
      node.name: tf.TensorShape(
          node.attr['value'].tensor.tensor_shape).as_list()
      for node in graph_def.node if node.op == 'Const'
      and tf.as_dtype(node.attr['dtype'].type).is_floating}
