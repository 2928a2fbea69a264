# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The number of multiply-adds of an operation, computed from its shapes.

Products with padding are counted, as is usual: a kernel takes the same number
of multiply-adds at every position of the output.
"""

from __future__ import annotations

import collections
import re
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import tensorflow as tf

# Op types that multiply by a weight and have no formula below.
_UNKNOWN = re.compile(
    r'SparseTensorDenseMatMul|SparseMatMul|XlaDot|XlaConv|Quantized.*(MatMul|'
    r'Conv)|(Cudnn|Block)?(LSTM|GRU|RNN)|.*BackpropFilter')


class Product(NamedTuple):
  """The inputs that an operation multiplies.

  Attributes:
    operands: the indices of the two inputs whose entries are multiplied.
    multiply_adds: the number of multiply-adds; None if shapes are not known, or
      if there is no formula for the type of the operation.
  """

  operands: Tuple[int, ...]
  multiply_adds: Optional[int]


def product_of(op: tf.Operation) -> Optional[Product]:
  """The product that an operation computes; None if it is no sum of products.

  Args:
    op: an operation of a graph, whose input and output shapes are inferred.
  """
  rule = _RULES.get(op.type)
  if rule is not None:
    operands, count = rule
    return Product(operands, count(op))
  if _UNKNOWN.match(op.type):
    return Product(tuple(range(len(op.inputs))), None)
  return None


def size_of(shape: Any) -> Optional[int]:
  """The number of entries of a TensorShape; None if that is not known."""
  return shape.num_elements()


def _dims(tensor: tf.Tensor) -> Optional[List[int]]:
  """The dimensions of a tensor; None unless all are known."""
  return tensor.shape.as_list() if tensor.shape.is_fully_defined() else None


def _times(size: Optional[int], *factors: int) -> Optional[int]:
  """The product of all numbers; None if `size` is not known."""
  if size is None:
    return None
  for factor in factors:
    size *= factor
  return size


def _matmul(op: tf.Operation) -> Optional[int]:
  """Entries of the output, times the length of the sums."""
  left = _dims(op.inputs[0])
  if left is None:
    return None
  name = 'transpose_a' if op.type in ('MatMul', 'SparseMatMul') else 'adj_x'
  return _times(size_of(op.outputs[0].shape),
                left[-2] if op.get_attr(name) else left[-1])


def _conv(op: tf.Operation) -> Optional[int]:
  """Positions of the output, times the entries of the kernel."""
  kernel = _dims(op.inputs[1])
  if kernel is None:
    return None
  return _times(size_of(op.outputs[0].shape), *kernel[:-1])


def _depthwise_conv(op: tf.Operation) -> Optional[int]:
  """Entries of the output, times the spatial positions of the kernel."""
  kernel = _dims(op.inputs[1])
  if kernel is None:
    return None
  return _times(size_of(op.outputs[0].shape), *kernel[:2])


def _transposed_conv(op: tf.Operation) -> Optional[int]:
  """Positions of the input, times the entries of the kernel."""
  kernel = _dims(op.inputs[1])
  if kernel is None:
    return None
  return _times(size_of(op.inputs[2].shape), *kernel[:-1])


def _einsum(op: tf.Operation) -> Optional[int]:
  """The product of the lengths of all axes that the equation names."""
  equation = op.get_attr('equation')
  equation = equation.decode() if isinstance(equation, bytes) else equation
  terms = equation.replace(' ', '').split('->')[0].split(',')
  shapes = [_dims(tensor) for tensor in op.inputs]
  known = [shape for shape in shapes if shape is not None]
  if len(known) < len(shapes):
    return None
  lengths: Dict[str, int] = collections.OrderedDict()
  for term, shape in zip(terms, known):
    for label, length in zip(_labels(term, len(shape)), shape):
      lengths[label] = max(lengths.get(label, 1), length)
  return _times(1, *lengths.values())


def _labels(term: str, rank: int) -> Sequence[str]:
  """A label for each axis; those of an ellipsis count from the last one.

  >>> list(_labels('a...b', 4))
  ['a', '2', '1', 'b']
  """
  before, dots, after = term.partition('...')
  missing = rank - len(before) - len(after) if dots else 0
  return [*before, *(str(missing - i) for i in range(missing)), *after]


_RULES: Dict[str, Tuple[Tuple[int, ...], Any]] = {
    'MatMul': ((0, 1), _matmul),
    'BatchMatMul': ((0, 1), _matmul),
    'BatchMatMulV2': ((0, 1), _matmul),
    'BatchMatMulV3': ((0, 1), _matmul),
    'Conv2D': ((0, 1), _conv),
    'Conv3D': ((0, 1), _conv),
    'DepthwiseConv2dNative': ((0, 1), _depthwise_conv),
    'Conv2DBackpropInput': ((1, 2), _transposed_conv),
    'Conv3DBackpropInputV2': ((1, 2), _transposed_conv),
    'Einsum': ((0, 1), _einsum),
}
