# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which variables of a graph are weights that can be pruned.

A weight is pruned if it is trainable, floating, has two dimensions at least,
and feeds a contraction (a matrix product, a convolution, a gather), directly
or through operations that only move or cast its entries.
"""

from __future__ import annotations

import re
from typing import List, NamedTuple, Optional, Tuple

import tensorflow as tf

from model_pruning import plan

# What sums products of a weight with its input, and gathers, which are
# products with one-hot rows.
_CONTRACTIONS = re.compile(
    r'(Sparse|Batch)?MatMul(V\d)?$|SparseTensorDenseMatMul$'
    r'|Conv[23]D(Backprop(Input|Filter)(V\d)?)?$|Einsum$|XlaDot(V\d)?$'
    r'|(Resource)?Gather(V2|Nd)?$')
_DEPTHWISE = re.compile(r'DepthwiseConv2dNative')

# What hands on the entries of a weight, each as it is.
_PASSES_ON = frozenset([
    'Identity', 'ReadVariableOp', 'Cast', 'Reshape', 'Transpose', 'ExpandDims',
    'Squeeze', 'ConcatV2', 'Pack', 'Unpack', 'Slice', 'StridedSlice', 'Split',
    'SplitV', 'Enter', 'RefEnter', 'Switch', 'RefSwitch', 'Merge',
])

_CALLS = frozenset([
    'PartitionedCall', 'StatefulPartitionedCall', 'If', 'StatelessIf', 'While',
    'StatelessWhile', 'Case', 'StatelessCase'])


class GraphWeight(NamedTuple):
  """A variable of a graph and what can be said of it as a weight."""

  variable: tf.Variable
  candidate: plan.Candidate


def source(variable: tf.Variable) -> tf.Tensor:
  """What operations on `variable` take: its resource handle, or its ref."""
  handle = getattr(variable, 'handle', None)
  return handle if handle is not None else variable.op.outputs[0]


def find_weights(graph: tf.Graph) -> List[GraphWeight]:
  """Every trainable variable of `graph`, with the reason if it is no weight.

  Args:
    graph: a graph with the forward operations in it.

  Returns:
    One entry a variable, in the order of the collection.
  """
  found = []
  for variable in graph.get_collection(
      tf.compat.v1.GraphKeys.TRAINABLE_VARIABLES):
    dims = _known_dims(variable.shape)
    reason, on_request = _why_not(variable, dims)
    found.append(GraphWeight(variable, plan.Candidate(
        variable.op.name, dims, reason, on_request)))
  return found


def _known_dims(shape: tf.TensorShape) -> Tuple[int, ...]:
  """The dimensions, -1 for one that is not known."""
  if shape.rank is None:
    return (-1,)
  return tuple(-1 if dim is None else dim for dim in shape.as_list())


def _why_not(variable: tf.Variable,
             dims: Tuple[int, ...]) -> Tuple[Optional[str], bool]:
  """Why a variable is not pruned (None if it is); whether a spec may ask."""
  if not variable.dtype.base_dtype.is_floating:
    return f'its dtype is {variable.dtype.base_dtype.name}', False
  if -1 in dims:
    return 'its shape is not known', False
  if len(dims) < 2:
    return f'it has {len(dims)} dimensions; a kernel has 2 at least', False
  if 0 in dims:
    return 'it is empty', False
  use = _use_of(source(variable))
  if use == 'contraction':
    return None, False
  if use == 'depthwise':
    return ('it is a depthwise kernel; weight_sparsity_map can name it', True)
  if use == 'call':
    return ('it is used inside a function only; weight_sparsity_map can name '
            'it', True)
  return 'no matrix product, convolution or gather uses it', False


def _use_of(tensor: tf.Tensor) -> Optional[str]:
  """What a variable is used for: 'contraction' goes before all others."""
  uses = set()
  seen = set()
  waiting = [tensor]
  while waiting:
    for op in waiting.pop().consumers():
      if op.name in seen:
        continue
      seen.add(op.name)
      if _CONTRACTIONS.match(op.type):
        return 'contraction'
      if _DEPTHWISE.match(op.type):
        uses.add('depthwise')
      elif op.type in _CALLS:
        uses.add('call')
      elif op.type in _PASSES_ON:
        waiting.extend(op.outputs)
  return next((use for use in ('depthwise', 'call') if use in uses), None)
