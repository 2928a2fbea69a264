# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Random nets of operations that move, mix and count channels."""

from __future__ import annotations

from typing import Any, Callable, List

import numpy as np
import tensorflow as tf

from tests.support.channels import random_graph
from tests.support.graphs import channel_graphs

v1 = tf.compat.v1

_MAX_ENTRIES = 4096  # Of a tensor without its batch: graphs stay small.
_Graph = random_graph.RandomGraph


def build(seed: int, num_steps: int = 12) -> Callable[[Any, Any], Any]:
  """How to build a random net, for `channel_graphs.frozen`.

  Args:
    seed: of all choices but those of weights.
    num_steps: how many operations or layers it has, about.
  """
  def net_of(net: channel_graphs.Net, images: Any) -> Any:
    random = np.random.RandomState(seed)
    graph = _Graph(random, [images])
    graph.tensors.append(net.conv(images, 6, 'stem'))
    for i in range(num_steps):
      step = _STEPS[random.randint(len(_STEPS))]
      tensor = step(net, graph, f'step{i}')
      if tensor is not None and tensor.shape.num_elements() is None and (
          np.prod(_dims(tensor)) <= _MAX_ENTRIES):
        graph.tensors.append(tensor)
    ends = [_summed(net, one, f'end{i}') for i, one in enumerate(
        graph.tensors[-3:])]
    return tf.concat(ends, 1)
  return net_of


def _dims(tensor: Any) -> List[int]:
  return [int(dim) for dim in tensor.shape.as_list()[1:]]


def _summed(net: channel_graphs.Net, x: Any, name: str) -> Any:
  """A tensor of any rank as two outputs."""
  x = tf.reshape(x, [-1, int(np.prod(_dims(x)))])
  return net.dense(tf.tanh(x), 2, name)


def _conv(net: Any, graph: _Graph, name: str) -> Any:
  return net.conv(graph.pick(4), graph.channels(), name, graph.one_of(1, 3))


def _depthwise(net: Any, graph: _Graph, name: str) -> Any:
  return net.depthwise(graph.pick(4), name, graph.one_of(1, 1, 2))


def _norm(net: Any, graph: _Graph, name: str) -> Any:
  return net.norm(graph.pick(4), name)


def _dense(net: Any, graph: _Graph, name: str) -> Any:
  x = graph.pick(2)
  return None if x is None else net.dense(x, graph.channels(), name)


def _tensordot(net: Any, graph: _Graph, name: str) -> Any:
  x = graph.pick(3, 4)
  kernel = net.variable(name, [_dims(x)[-1], graph.channels()])
  return tf.tensordot(x, kernel, [[len(x.shape) - 1], [0]])


def _pointwise(net: Any, graph: _Graph, name: str) -> Any:
  return graph.one_of(
      tf.nn.relu, tf.nn.sigmoid, tf.nn.relu6, tf.nn.softplus, tf.square,
      tf.nn.softmax, tf.cos, tf.identity)(graph.pick(2, 3, 4, 5))


def _merged(net: Any, graph: _Graph, name: str) -> Any:
  x = graph.pick(2, 3, 4, 5)
  other = graph.alike(x, range(1, len(x.shape)))
  return graph.one_of(tf.add, tf.multiply, tf.maximum, tf.subtract)(x, other)


def _gated(net: Any, graph: _Graph, name: str) -> Any:
  x = graph.pick(4)
  axes = graph.one_of([1, 2], [3], [1], [1, 2, 3])
  return x * tf.sigmoid(tf.reduce_mean(x, axes, keepdims=True))


def _with_constant(net: Any, graph: _Graph, name: str) -> Any:
  x = graph.pick(2, 3, 4)
  dims = _dims(x)
  shape = graph.one_of(dims[-1:], dims, [1] * len(dims), [1, *dims])
  constant = net.variable(name, shape, positive=True)
  return graph.one_of(tf.add, tf.multiply, tf.divide, tf.subtract)(x, constant)


def _joined(net: Any, graph: _Graph, name: str) -> Any:
  x = graph.pick(2, 3, 4)
  axis = graph.one_of(*range(1, len(x.shape)), len(x.shape) - 1)
  other = graph.alike(
      x, [one for one in range(1, len(x.shape)) if one != axis])
  return tf.concat([x, other], axis)


def _stacked(net: Any, graph: _Graph, name: str) -> Any:
  x = graph.pick(2, 3, 4)
  return tf.stack([x, graph.alike(x, range(1, len(x.shape)))],
                  graph.one_of(*range(1, len(x.shape) + 1)))


def _padded(net: Any, graph: _Graph, name: str) -> Any:
  x = graph.pick(3, 4)
  paddings = [[0, 0]] * len(x.shape)
  axis = graph.one_of(*range(1, len(x.shape)))
  paddings[axis] = [graph.one_of(0, 1), 1]
  # A line of one entry has nothing to reflect.
  return tf.pad(x, paddings, graph.one_of('CONSTANT', 'REFLECT')
                if _dims(x)[axis - 1] > 1 else 'CONSTANT')


def _pooled(net: Any, graph: _Graph, name: str) -> Any:
  pool = graph.one_of(v1.nn.max_pool, v1.nn.avg_pool)
  return pool(graph.pick(4), [1, 2, 2, 1], [1, 1, 1, 1], 'SAME')


def _reduced(net: Any, graph: _Graph, name: str) -> Any:
  x = graph.pick(3, 4, 5)
  return graph.one_of(tf.reduce_mean, tf.reduce_max, tf.reduce_sum)(
      x, graph.one_of(*range(1, len(x.shape))))


def _transposed(net: Any, graph: _Graph, name: str) -> Any:
  x = graph.pick(3, 4, 5)
  order = graph.random.permutation(len(x.shape) - 1) + 1
  return tf.transpose(x, [0, *order.tolist()])


def _reshaped(net: Any, graph: _Graph, name: str) -> Any:
  x = graph.pick(3, 4, 5)
  dims = _dims(x)
  cut = graph.one_of(*range(1, len(dims) + 1))
  target = [int(np.prod(dims[:cut])), *dims[cut:]]
  if graph.random.rand() < 0.5:
    return tf.reshape(x, [-1, *target])
  shape = tf.shape(x)
  result = tf.reshape(x, tf.concat(
      [shape[:1], [tf.reduce_prod(shape[1:cut + 1])], shape[cut + 1:]], 0))
  result.set_shape([None, *target])
  return result


def _split_in_groups(net: Any, graph: _Graph, name: str) -> Any:
  x = graph.pick(2, 3, 4)
  dims = _dims(x)
  groups = graph.one_of(*[one for one in range(1, dims[-1] + 1)
                          if dims[-1] % one == 0])
  x = tf.reshape(x, [-1, *dims[:-1], groups, dims[-1] // groups])
  if graph.random.rand() < 0.5:
    return x
  rank = len(dims) + 2
  x = tf.transpose(x, [*range(rank - 2), rank - 1, rank - 2])
  return tf.reshape(x, [-1, *dims])


def _split(net: Any, graph: _Graph, name: str) -> Any:
  x = graph.pick(2, 3, 4)
  axis = graph.one_of(*range(1, len(x.shape)))
  size = _dims(x)[axis - 1]
  if size < 2:
    return None
  first = graph.one_of(1, size // 2)
  parts = (tf.split(x, 2, axis) if size % 2 == 0 and graph.random.rand() < 0.5
           else tf.split(x, [first, size - first], axis))
  return graph.one_of(parts[0], parts[-1], tf.concat(parts[::-1], axis))


def _sliced(net: Any, graph: _Graph, name: str) -> Any:
  x = graph.pick(2, 3, 4)
  axis = graph.one_of(*range(1, len(x.shape)))
  size = _dims(x)[axis - 1]
  begin = [0] * len(x.shape)
  begin[axis] = graph.one_of(0, size - 1)
  return graph.one_of(
      tf.slice(x, begin, [-1, *(size - at for size, at in zip(
          _dims(x), begin[1:]))]),
      tf.reverse(x, [axis]), tf.gather(x, [0, size - 1], axis=axis),
      tf.tile(x, [1] * axis + [2] + [1] * (len(x.shape) - axis - 1)),
      tf.unstack(x, axis=axis)[-1] if len(x.shape) > 2 else x,
      tf.expand_dims(x, axis) if len(x.shape) < 4 else x)


def _upwards(net: Any, graph: _Graph, name: str) -> Any:
  x = graph.pick(4)
  height, width, number = _dims(x)
  made = graph.channels()
  kernel = net.variable(name, [2, 2, made, number])
  return tf.nn.conv2d_transpose(
      x, kernel, tf.stack([tf.shape(x)[0], height, width, made]),
      [1, 1, 1, 1])


def _attended(net: Any, graph: _Graph, name: str) -> Any:
  x = graph.pick(3)
  return None if x is None else tf.matmul(
      x, graph.alike(x, range(1, 3)), transpose_b=True)


_STEPS = [_conv, _conv, _depthwise, _norm, _dense, _dense, _tensordot,
          _pointwise, _pointwise, _merged, _merged, _gated, _with_constant,
          _joined, _joined, _stacked, _padded, _pooled, _reduced, _transposed,
          _reshaped, _split_in_groups, _split, _sliced, _upwards, _attended]
