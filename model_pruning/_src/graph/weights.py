# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which variables of a graph are weights that can be pruned.

A weight is pruned if it is trainable, floating, has two dimensions at least,
and feeds a contraction (a matrix product, a convolution, a gather), directly
or through operations that only move or cast its entries, into and out of
functions, loops and branches. Others of that kind can be asked for by name. The
parts of a partitioned variable are one weight.
"""

from __future__ import annotations

import re
from typing import Dict, List, NamedTuple, Optional, Set, Tuple

import tensorflow as tf

from model_pruning._src.graph import function_bodies
from model_pruning._src.graph import function_calls
from model_pruning._src.graph import variables as variables_lib
from model_pruning._src.planning import plan
from model_pruning._src.planning import reasons

# What sums products of a weight with its input, and gathers, which are
# products with one-hot rows.
_CONTRACTIONS = re.compile(
    r'(Sparse|Batch)?MatMul(V\d)?$|SparseTensorDenseMatMul$'
    r'|Conv(2D|3D)?(Backprop(Input|Filter)(V\d)?)?$|Einsum$|XlaDot(V\d)?$'
    r'|(Resource)?Gather(V2|Nd)?$|SparseSegment(Sum|Mean|SqrtN)'
    r'|(Cudnn|Block)?(LSTM|GRU|RNN)')
_GATHERS = re.compile(r'(Resource)?Gather(V2|Nd)?$')
_DEPTHWISE = re.compile(r'DepthwiseConv2dNative')

# What moves or casts the entries of a weight.
MOVES = frozenset([
    'Identity', 'ReadVariableOp', 'Cast', 'Reshape', 'Transpose', 'ExpandDims',
    'Squeeze', 'ConcatV2', 'Pack', 'Unpack', 'Slice', 'StridedSlice', 'Split',
    'SplitV', 'Enter', 'RefEnter', 'Switch', 'RefSwitch', 'Merge',
])
# What hands on the entries of a weight, each as it is. What repeats them is
# not among them: it makes the initial state of a whole batch, say.
PASSES_ON = MOVES | frozenset([
    'CheckNumerics', 'CheckNumericsV2', 'Exit', 'IdentityN', 'NextIteration',
    'PreventGradient', 'RefExit', 'RefIdentity', 'RefMerge',
    'RefNextIteration', 'Reverse', 'ReverseV2', 'Snapshot', 'StopGradient',
    'TensorArrayConcatV3', 'TensorArrayGatherV3', 'TensorArrayReadV3',
    'TensorArrayScatterV3', 'TensorArraySplitV3', 'TensorArrayWriteV3',
    'TensorListFromTensor', 'TensorListGather', 'TensorListGetItem',
    'TensorListSetItem', 'TensorListStack',
])
# What every variable has, whatever the model does with it.
_OF_ALL_VARIABLES = re.compile(
    r'(Resource)?(Sparse)?Apply|(Resource)?Scatter|Assign|Save|.*Summary'
    r'|Var(iable)?Is|IsVariableInitialized|(Destroy|Consume).*|L2Loss|.*Shape'
    r'|.*Grad')
_MAX_USES_NAMED = 3


class GraphWeight(NamedTuple):
  """A weight of a graph.

  Attributes:
    candidate: what can be said of it.
    stored: the variables that hold it.
  """

  candidate: plan.Candidate
  stored: variables_lib.StoredTensor


def is_contraction(op_type: str) -> bool:
  """Whether operations of a type compute with a weight; depthwise ones too."""
  return bool(_CONTRACTIONS.match(op_type) or _DEPTHWISE.match(op_type))


def is_gather(op_type: str) -> bool:
  """Whether operations of a type pick rows of a weight."""
  return _GATHERS.match(op_type) is not None


def find_weights(graph: tf.Graph) -> List[GraphWeight]:
  """Every trainable variable of `graph`, with the reason if it is no weight.

  Args:
    graph: a graph with the forward operations in it.

  Returns:
    One entry a variable, or partitioned variable, in the order of the
    collection.
  """
  functions = function_bodies.Functions(graph)
  found = []
  for stored in variables_lib.stored_in(graph.get_collection(
      tf.compat.v1.GraphKeys.TRAINABLE_VARIABLES)):
    dims = _known_dims(stored.shape)
    reason, on_request = _why_not(stored, dims, functions)
    found.append(GraphWeight(
        plan.Candidate(stored.name, dims, reason, on_request), stored))
  return found


def _known_dims(shape: tf.TensorShape) -> Tuple[int, ...]:
  """The dimensions, -1 for one that is not known."""
  if shape.rank is None:
    return (-1,)
  return tuple(-1 if dim is None else dim for dim in shape.as_list())


def _why_not(stored: variables_lib.StoredTensor, dims: Tuple[int, ...],
             functions: function_bodies.Functions
             ) -> Tuple[Optional[str], bool]:
  """Why a variable is not pruned (None if it is); whether a spec may ask."""
  if not stored.dtype.is_floating:
    return reasons.dtype(stored.dtype.name), False
  if -1 in dims:
    return reasons.Reason.of(reasons.SkipKind.SHAPE), False
  if len(dims) < 2:
    return reasons.dimensions(len(dims)), False
  if 0 in dims:
    return reasons.Reason.of(reasons.SkipKind.EMPTY), False
  uses = {use.op_type for use in _uses_of(
      variables_lib.source(variables_lib.primary(stored.parts[0])),
      functions)}
  if any(map(_CONTRACTIONS.match, uses)):
    return None, False
  if any(map(_DEPTHWISE.match, uses)):
    return reasons.Reason.of(reasons.SkipKind.DEPTHWISE), True
  return reasons.other_uses(sorted(
      use for use in uses
      if use not in PASSES_ON and not _OF_ALL_VARIABLES.match(use)
      and hasattr(tf.raw_ops, use) and not function_calls.is_listed(use)
  )[:_MAX_USES_NAMED]), True


def handed_on(op: tf.Operation, tensor: tf.Tensor) -> List[tf.Tensor]:
  """The outputs of an operation in `PASSES_ON` that have what `tensor` has."""
  if op.type == 'IdentityN':
    return [output for taken, output in zip(op.inputs, op.outputs)
            if taken is tensor]
  return list(op.outputs)


def _uses_of(tensor: tf.Tensor, functions: function_bodies.Functions
             ) -> Set[function_bodies.Use]:
  """What takes a tensor, or what operations that hand it on make of it."""
  uses: Set[function_bodies.Use] = set()
  seen: Set[str] = set()
  waiting = [tensor]
  while waiting:
    tensor = waiting.pop()
    if tensor.name in seen:
      continue
    seen.add(tensor.name)
    for op in tensor.consumers():
      for i, taken in enumerate(op.inputs):
        if taken is not tensor:
          continue
        uses.add(function_bodies.Use(op.type, i))
        if op.type in PASSES_ON:
          waiting.extend(handed_on(op, tensor))
        elif functions.is_call(op):
          inside = functions.follow(op, i, PASSES_ON)
          uses |= inside.uses
          waiting.extend(op.outputs[j] for j in inside.outputs)
  return uses


def not_trainable(graph: tf.Graph) -> Dict[str, str]:
  """The other variables that could be kernels, with why they are not pruned."""
  trainable = {
      variable.op.name for variable in graph.get_collection(
          tf.compat.v1.GraphKeys.TRAINABLE_VARIABLES)}
  return {
      variable.op.name: reasons.Reason.of(reasons.SkipKind.NOT_TRAINABLE)
      for variable in graph.get_collection(
          tf.compat.v1.GraphKeys.GLOBAL_VARIABLES)
      if variable.dtype.base_dtype.is_floating
      and len(_known_dims(variable.shape)) > 1
      and not _is_beside(variable.op.name, trainable)}


def _is_beside(name: str, trainable: Set[str]) -> bool:
  """Whether a variable is one of `trainable`, or a slot or average of one."""
  return any(name.rpartition('/')[0] == other for other in trainable) or (
      name in trainable)
