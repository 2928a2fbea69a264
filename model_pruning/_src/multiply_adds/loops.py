# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The number of turns of `While` loops, and the arguments of functions."""

from __future__ import annotations

import math
from typing import Any, Container, Dict, List, Optional

import numpy as np
import tensorflow as tf

from model_pruning._src.multiply_adds import inlining

PASSING = ('Identity', 'RefIdentity', 'StopGradient')
# Op types whose values are known only when the graph runs.
_RUN_AND_SEE = ('Enter', 'RefEnter', 'Exit', 'RefExit', 'Merge', 'RefMerge',
                'Switch', 'RefSwitch', 'While', 'StatelessWhile', 'If',
                'StatelessIf', 'Case', 'StatelessCase')
_SHAPES = {'Shape': tf.TensorShape.as_list,
           'Size': tf.TensorShape.num_elements,
           'Rank': lambda shape: shape.rank}


def hands_on(library: inlining.Library, function: str, ref: str) -> str:
  """The argument that a function returns as `ref`, or the node computing it."""
  nodes = {node.name: node for node in library.nodes(function)}
  name = ref.split(':')[0]
  while nodes[name].op in PASSING:
    name = nodes[name].input[0].split(':')[0]
  return name


def passed_on(tensor: tf.Tensor) -> tf.Tensor:
  """The tensor of a graph behind operations that only pass it on."""
  while tensor.op.type in PASSING:
    tensor = tensor.op.inputs[0]
  return tensor


def set_argument(node: Any, value: tf.Tensor, shape: tf.TensorShape) -> None:
  """Gives the placeholder of an argument the shape of the argument.

  Args:
    node: the NodeDef of the placeholder, which is changed.
    value: the tensor that the function is called with. If it is the handle of a
      variable, a copy of the variable replaces the placeholder, so that the
      shape is known where the variable is read.
    shape: the shape of the argument in every run.
  """
  handle = passed_on(value).op
  if handle.type == 'VarHandleOp':
    name = node.name
    node.CopyFrom(handle.node_def)
    node.name = name
    return
  node.attr['shape'].shape.CopyFrom(shape.as_proto())


def num_turns(op: tf.Operation, library: inlining.Library) -> Optional[int]:
  """The number of turns of a loop that counts up to a static limit.

  Args:
    op: a `While` in a graph.
    library: the functions.

  Returns:
    The number of turns; None if it is not known.
  """
  condition, body = (op.get_attr(name).name for name in ('cond', 'body'))
  names, results = library.signature(condition)
  nodes = {node.name: node for node in library.nodes(condition)}
  limits: List[Optional[int]] = []
  waiting = [results[0]]
  for ref in waiting:  # Grows while it is walked.
    node = nodes[ref.split(':')[0]]
    if node.op in ('LogicalAnd', *PASSING):
      waiting += [ref for ref in node.input if not ref.startswith('^')]
    elif node.op == 'Less':
      counter = hands_on(library, condition, node.input[0])
      limit = hands_on(library, condition, node.input[1])
      is_argument = [name in names for name in (counter, limit)]
      if is_argument[1] and not _stays(library, body, names.index(limit)):
        return None
      limits.append(turns_between(
          _value_at_start(nodes, names, op, counter),
          _value_at_start(nodes, names, op, limit),
          _step(library, body, names.index(counter)) if is_argument[0]
          else None))
    else:
      return None
  return fewest(limits)


def turns_between(start: Optional[int], limit: Optional[int],
                  step: Optional[int]) -> Optional[int]:
  """The number of turns of a counter below a limit; None if not known.

  >>> turns_between(0, 7, 2), turns_between(0, None, 1)
  (4, None)
  """
  if start is None or limit is None or step is None or step <= 0:
    return None
  return max(0, math.ceil((limit - start) / step))


def fewest(limits: List[Optional[int]]) -> Optional[int]:
  """The turns of a loop with several limits; None unless all are known."""
  known = [limit for limit in limits if limit is not None]
  return min(known) if known and len(known) == len(limits) else None


def _value_at_start(nodes: Dict[str, Any], names: List[str], op: tf.Operation,
                    name: str) -> Optional[int]:
  """The value of a node of a loop condition in the first turn."""
  if nodes[name].op == 'Const':
    value = tf.make_ndarray(nodes[name].attr['value'].tensor)
    return int(value.reshape(-1)[0])
  return (static_value(op.inputs[names.index(name)]) if name in names
          else None)


def _stays(library: inlining.Library, body: str, index: int) -> bool:
  """Whether an argument of a loop is the same in every turn."""
  names, results = library.signature(body)
  return hands_on(library, body, results[index]) == names[index]


def _step(library: inlining.Library, body: str, index: int) -> Optional[int]:
  """The constant that a turn adds to an argument; None if it does not."""
  names, results = library.signature(body)
  nodes = {node.name: node for node in library.nodes(body)}
  node = nodes[hands_on(library, body, results[index])]
  if node.op not in ('Add', 'AddV2'):
    return None
  ends = [nodes[hands_on(library, body, ref)] for ref in node.input[:2]]
  constants = [end for end in ends if end.op == 'Const']
  if len(constants) != 1 or names[index] not in [end.name for end in ends]:
    return None
  return int(tf.make_ndarray(constants[0].attr['value'].tensor).reshape(-1)[0])


def static_value(tensor: tf.Tensor,
                 varying: Container[str] = ()) -> Optional[int]:
  """The value of an integer scalar that follows from shapes and constants.

  Args:
    tensor: a tensor of a graph.
    varying: the names of operations whose values change between turns.

  Returns:
    The value; None if it depends on the inputs of the graph.
  """
  graph_def = tf.compat.v1.GraphDef()
  waiting = [tensor.op]
  seen = set(waiting)
  for op in waiting:  # Grows while it is walked.
    node = graph_def.node.add()
    of_shape = _SHAPES.get(op.type)
    known = op.inputs[0].shape if of_shape else None
    if of_shape and known is not None and known.is_fully_defined():
      value = np.asarray(of_shape(known), op.outputs[0].dtype.as_numpy_dtype)
      node.op, node.name = 'Const', op.name
      node.attr['dtype'].type = op.outputs[0].dtype.as_datatype_enum
      node.attr['value'].tensor.CopyFrom(tf.make_tensor_proto(value))
      continue
    if op.type in _RUN_AND_SEE or op.name in varying or (
        not op.inputs and op.type != 'Const'):
      return None
    node.CopyFrom(op.node_def)
    kept = [ref for ref in node.input if not ref.startswith('^')]
    del node.input[:]
    node.input.extend(kept)
    new = [one.op for one in op.inputs if one.op not in seen]
    seen.update(new)
    waiting += new
  with tf.Graph().as_default(), tf.compat.v1.Session() as session:
    [copy] = tf.import_graph_def(graph_def, return_elements=[tensor.name])
    try:
      value = session.run(copy)
    except tf.errors.OpError:
      return None
  return int(value) if np.ndim(value) == 0 and (
      np.asarray(value).dtype.kind in 'iu') else None
