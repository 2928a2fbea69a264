# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Steps of a random graph of Keras that take a part of a tensor."""

from __future__ import annotations

from typing import Any, List

import tensorflow as tf

from tests.support.channels import random_graph
from tests.support.channels import random_steps

keras = tf.keras
layers = keras.layers
needs, of_rank = random_steps.needs, random_steps.of_rank


@needs()
@of_rank(2, 3, 4)
def _sliced(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  """Some entries along an axis, or one, by an operator of Python."""
  rank = len(tensor.shape)
  axis = graph.one_of(rank - 1, int(graph.random.randint(1, rank)))
  size = int(tensor.shape[axis])
  begin = int(graph.random.randint(size))
  step = graph.one_of(1, 1, 2, 3)
  keys: List[Any] = [slice(None)] * rank
  keys[axis] = graph.one_of(
      slice(None, max(size // 2, 1)), slice(size // 2, None),
      slice(None, None, -1), slice(begin, None, step),
      slice(begin - size, None, step), slice(begin, begin + 3, step),
      slice(None, begin - size + 1 or None, step),
      *([begin, begin - size] if rank > 2 else []))
  if axis == rank - 1 and graph.random.rand() < 0.5:
    return tensor[(Ellipsis, keys[axis])]
  return tensor[tuple(keys)]


@needs()
@of_rank(2, 3, 4)
def _split(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  """Parts along an axis, of which two are computed with."""
  rank = len(tensor.shape)
  axis = graph.one_of(rank - 1, -1, int(graph.random.randint(1, rank)))
  size = int(tensor.shape[axis])
  number = graph.one_of(*[one for one in (1, 2, 3) if size % one == 0])
  begin, end = sorted(graph.random.randint(1, size + 1, 2).tolist())
  is_equal = begin == end or end == size or graph.random.rand() < 0.4
  if hasattr(keras, 'ops'):
    parts = keras.ops.split(
        tensor, number if is_equal else [begin, end], axis=axis)
  else:
    parts = tf.split(tensor, number if is_equal else [
        begin, graph.one_of(-1, end - begin), size - end], axis)
  if is_equal:
    return graph.one_of(layers.Add(), layers.Concatenate(axis=axis))(
        [parts[-1], parts[0]])
  return layers.Concatenate(axis=axis)([parts[2], layers.ReLU()(parts[1])])


@needs()
@of_rank(2, 3, 4)
def _part(graph: random_graph.RandomGraph, tensor: Any) -> Any:
  """A part that is given by where it begins and its size."""
  sizes = [int(dim) for dim in tuple(tensor.shape)[1:]]
  begins = [int(graph.random.randint(max(size - 2, 1))) for size in sizes]
  sizes = [size - begin - int(graph.random.randint(2) * (size - begin > 1))
           for size, begin in zip(sizes, begins)]
  if hasattr(keras, 'ops'):
    return None  # That of Keras 3 needs the size of the batch.
  return tf.slice(tensor, [0, *begins], [-1, *sizes])
