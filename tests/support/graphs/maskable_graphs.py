# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Forward graphs that use weights in every way that masks can be inserted.

Each builder takes `use`, which it calls once for each variable: it returns the
variable itself, or a tensor to use in its place. It returns the output.
"""

from __future__ import annotations

import contextlib
import zlib
from typing import Any, Callable, Dict, Iterator

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import graph as graph_compat

v1 = tf.compat.v1
Use = Callable[[Any], Any]


def constant(name: str, *shape: int, dtype: str = 'float32') -> np.ndarray:
  """Random numbers that depend on `name` and nothing else."""
  random = np.random.RandomState(zlib.crc32(name.encode()) % 2**31)
  return np.asarray(random.randn(*shape), dtype)


def _variable(use: Use, name: str, *shape: int, **kwargs: Any) -> Any:
  return use(v1.get_variable(name, shape, **kwargs))


def matmul(use: Use) -> tf.Tensor:
  return tf.matmul(constant('x', 4, 6), _variable(use, 'w', 6, 5))


def float64(use: Use) -> tf.Tensor:
  return tf.matmul(constant('x', 4, 6, dtype='float64'),
                   _variable(use, 'w', 6, 5, dtype=tf.float64))


def float16(use: Use) -> tf.Tensor:
  return tf.matmul(constant('x', 4, 6, dtype='float16'),
                   _variable(use, 'w', 6, 5, dtype=tf.float16))


def cast_to_float16(use: Use) -> tf.Tensor:
  return tf.matmul(constant('x', 4, 6, dtype='float16'),
                   tf.cast(_variable(use, 'w', 6, 5), tf.float16))


def two_layers_and_biases(use: Use) -> tf.Tensor:
  hidden = tf.tanh(tf.matmul(constant('x', 4, 6), _variable(
      use, 'a/w', 6, 7)) + v1.get_variable('a/b', [7]))
  return tf.matmul(hidden, _variable(use, 'b/w', 7, 3)) + v1.get_variable(
      'b/b', [3])


def one_weight_twice(use: Use) -> tf.Tensor:
  w = _variable(use, 'w', 6, 6)
  return tf.matmul(tf.matmul(constant('x', 4, 6), w), w, transpose_b=True)


def rank_3_input(use: Use) -> tf.Tensor:
  return tf.tensordot(
      constant('x', 2, 3, 6), _variable(use, 'w', 6, 5), [[2], [0]])


def split_weight(use: Use) -> tf.Tensor:
  left, right = tf.split(_variable(use, 'w', 6, 8), 2, axis=1)
  x = constant('x', 4, 6)
  return tf.matmul(x, left) * tf.matmul(x, right)


def einsum(use: Use) -> tf.Tensor:
  return tf.einsum('abc,cde->abde', tf.constant(constant('x', 2, 3, 6)),
                   _variable(use, 'w', 6, 5, 2))


def scaled_weight(use: Use) -> tf.Tensor:
  w = _variable(use, 'w', 6, 5)
  x = constant('x', 4, 6)
  return tf.matmul(x, w) + tf.matmul(x, w * v1.get_variable('g', [5]))


def conv1d(use: Use) -> tf.Tensor:
  return tf.nn.conv1d(constant('x', 2, 8, 3), _variable(use, 'w', 3, 3, 4),
                      stride=1, padding='SAME')


def conv2d(use: Use) -> tf.Tensor:
  return v1.nn.conv2d(
      constant('x', 2, 8, 8, 3), _variable(use, 'w', 3, 3, 3, 4),
      strides=[1, 1, 1, 1], padding='SAME')


def conv2d_transpose(use: Use) -> tf.Tensor:
  return tf.nn.conv2d_transpose(
      constant('x', 2, 4, 4, 3), _variable(use, 'w', 3, 3, 4, 3),
      [2, 8, 8, 4], strides=[1, 2, 2, 1])


def conv3d(use: Use) -> tf.Tensor:
  return tf.nn.conv3d(
      constant('x', 2, 4, 4, 4, 3), _variable(use, 'w', 2, 2, 2, 3, 4),
      strides=[1, 1, 1, 1, 1], padding='SAME')


def embedding(use: Use) -> tf.Tensor:
  return tf.nn.embedding_lookup(_variable(use, 'w', 9, 5), [[1, 2], [8, 1]])


def gather(use: Use) -> tf.Tensor:
  return tf.square(tf.gather(_variable(use, 'w', 9, 5), [1, 2, 8, 1]))


def gather_nd(use: Use) -> tf.Tensor:
  return tf.gather_nd(_variable(use, 'w', 9, 5), [[1], [2], [8], [1]])


def sparse_embedding(use: Use) -> tf.Tensor:
  ids = tf.SparseTensor([[0, 0], [0, 1], [1, 0]],
                        tf.constant([1, 8, 1], tf.int64), [2, 2])
  return tf.nn.embedding_lookup_sparse(
      _variable(use, 'w', 9, 5), ids, None, combiner='sum')


def tied_embedding(use: Use) -> tf.Tensor:
  w = _variable(use, 'w', 9, 5)
  return tf.matmul(
      tf.nn.embedding_lookup(w, [1, 2, 8, 1]), w, transpose_b=True)


def partitioned(use: Use) -> tf.Tensor:
  return tf.matmul(constant('x', 4, 7), _variable(
      use, 'w', 7, 5, partitioner=v1.fixed_size_partitioner(3)))


def partitioned_along_columns(use: Use) -> tf.Tensor:
  return tf.matmul(constant('x', 4, 7), _variable(
      use, 'w', 7, 5, partitioner=v1.fixed_size_partitioner(2, axis=1)))


def partitioned_embedding(use: Use) -> tf.Tensor:
  return v1.nn.embedding_lookup(
      _variable(use, 'w', 9, 5, partitioner=v1.fixed_size_partitioner(3)),
      [1, 2, 8, 1], partition_strategy='div')


def loop_around_a_read(use: Use) -> tf.Tensor:
  w = tf.convert_to_tensor(_variable(use, 'w', 6, 6))
  return tf.while_loop(
      lambda i, x: i < 3, lambda i, x: (i + 1, tf.tanh(tf.matmul(x, w))),
      [tf.constant(0), tf.constant(constant('x', 4, 6))])[1]


def loop_that_reads(use: Use) -> tf.Tensor:
  w = _variable(use, 'w', 6, 6)
  return tf.while_loop(
      lambda i, x: i < 3, lambda i, x: (i + 1, tf.tanh(tf.matmul(x, w))),
      [tf.constant(0), tf.constant(constant('x', 4, 6))])[1]


def loop_with_an_embedding(use: Use) -> tf.Tensor:
  w = _variable(use, 'w', 9, 6)
  return tf.while_loop(
      lambda i, x: i < 3,
      lambda i, x: (i + 1, x + tf.nn.embedding_lookup(w, [i, 8 - i])),
      [tf.constant(0), tf.constant(constant('x', 2, 6))])[1]


def cond_that_reads(use: Use) -> tf.Tensor:
  x = tf.constant(constant('x', 4, 6))
  w = _variable(use, 'w', 6, 5)
  return v1.cond(tf.reduce_sum(x) > -1e6, lambda: tf.matmul(x, w),
                 lambda: -tf.matmul(x, w))


def cond_around_a_read(use: Use) -> tf.Tensor:
  x = tf.constant(constant('x', 4, 6))
  w = tf.convert_to_tensor(_variable(use, 'w', 6, 5))
  return v1.cond(tf.reduce_sum(x) > -1e6, lambda: tf.matmul(x, w),
                 lambda: -tf.matmul(x, w))


def cond_in_a_loop(use: Use) -> tf.Tensor:
  w = _variable(use, 'w', 6, 6)
  def body(i: tf.Tensor, x: tf.Tensor) -> Any:
    return i + 1, v1.cond(tf.equal(i, 1), lambda: tf.tanh(tf.matmul(x, w)),
                          lambda: tf.sin(tf.matmul(x, w)))
  return tf.while_loop(
      lambda i, x: i < 3, body,
      [tf.constant(0), tf.constant(constant('x', 4, 6))])[1]


class _Cell:
  """All that `dynamic_rnn` asks of a cell; Keras 3 has none to offer."""

  state_size = output_size = 5

  def __init__(self, use: Use):
    self._w = _variable(use, 'w', 11, 5)

  def zero_state(self, batch_size: Any, dtype: tf.DType) -> tf.Tensor:
    return tf.zeros([batch_size, 5], dtype)

  def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
    state = tf.tanh(tf.matmul(tf.concat([inputs, state], 1), self._w))
    return state, state


def dynamic_rnn(use: Use) -> tf.Tensor:
  return v1.nn.dynamic_rnn(
      _Cell(use), tf.constant(constant('x', 2, 4, 6)), [3, 4],
      dtype=tf.float32)[0]


BUILDERS: Dict[str, Callable[[Use], tf.Tensor]] = {
    builder.__name__: builder for builder in (
        matmul, float64, float16, cast_to_float16, two_layers_and_biases,
        one_weight_twice, rank_3_input, split_weight, einsum, scaled_weight,
        conv1d, conv2d, conv2d_transpose, conv3d, embedding, gather, gather_nd,
        sparse_embedding, tied_embedding, partitioned,
        partitioned_along_columns, partitioned_embedding, loop_around_a_read,
        loop_that_reads, loop_with_an_embedding, cond_that_reads,
        cond_around_a_read, cond_in_a_loop, dynamic_rnn)}


def has_control_flow_v2() -> bool:
  """Whether there is a switch for it (from TF 1.15 on)."""
  return hasattr(v1, 'enable_control_flow_v2')


def is_control_flow_v2() -> bool:
  """Whether `tf.cond` and `tf.while_loop` are those of TF 2."""
  return has_control_flow_v2() and v1.control_flow_v2_enabled()


@contextlib.contextmanager
def control_flow(v2: bool) -> Iterator[None]:
  """Has `tf.cond` and `tf.while_loop` of TF 2, or of TF 1, inside."""
  if not has_control_flow_v2():
    assert not v2
    yield
    return
  before = v1.control_flow_v2_enabled()
  (v1.enable_control_flow_v2 if v2 else v1.disable_control_flow_v2)()
  try:
    yield
  finally:
    (v1.enable_control_flow_v2 if before else v1.disable_control_flow_v2)()


def set_values(session: v1.Session, value_of: Callable[..., Any]) -> None:
  """Sets every variable of the default graph to what its name gives.

  Args:
    session: a session of the graph.
    value_of: called with the name and the shape of a variable, those of the
      whole for one in parts.
  """
  for variable in v1.global_variables():
    part = graph_compat.partition_of(variable)
    if part is None:
      value = value_of(variable.op.name, variable.shape.as_list())
    else:
      value = value_of(part.full_name, part.full_shape)[tuple(
          slice(offset, offset + size)
          for offset, size in zip(part.var_offset, part.var_shape))]
    variable.load(np.asarray(value, variable.dtype.base_dtype.as_numpy_dtype),
                  session)
