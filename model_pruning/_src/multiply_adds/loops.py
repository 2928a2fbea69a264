# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How often loops of a graph turn, and what they are called with."""

from __future__ import annotations

import math
from typing import Any, Dict, List, Optional, Set

import numpy as np
import tensorflow as tf

from model_pruning._src.multiply_adds import inlining

_ENTRIES = ('Enter', 'RefEnter')
_EXITS = ('Exit', 'RefExit')
_PASSING = ('Identity', 'StopGradient')
_SHAPES = {'Shape': tf.TensorShape.as_list,
           'Size': tf.TensorShape.num_elements,
           'Rank': lambda shape: shape.rank}


def in_frames(graph: tf.Graph) -> Set[tf.Operation]:
  """The operations inside loops of version 1, whose turns nobody knows.

  Args:
    graph: a graph.

  Returns:
    Those that run after an `Enter` and before an `Exit`.
  """
  waiting = [op for op in graph.get_operations() if op.type in _ENTRIES]
  found = set(waiting)
  for op in waiting:  # Grows while it is walked.
    for tensor in op.outputs if op.type not in _EXITS else ():
      new = [after for after in tensor.consumers() if after not in found]
      found.update(new)
      waiting += new
  return found


def hands_on(library: inlining.Library, function: str, ref: str) -> str:
  """The argument that a result is, or the node that computes it."""
  nodes = {node.name: node for node in library.nodes(function)}
  name = ref.split(':')[0]
  while nodes[name].op in _PASSING:
    name = nodes[name].input[0].split(':')[0]
  return name


def set_argument(node: Any, value: tf.Tensor, lasting: tf.Tensor) -> None:
  """Makes the placeholder of an argument like what it stands for.

  Args:
    node: the NodeDef, which is changed.
    value: what the function is called with. A variable takes the place of
      the placeholder, so that its shape is known where it is read.
    lasting: a tensor of the shape that the argument has in every turn. Its
      first dimension may be that of a batch of any size, of which the value
      says which one it is.
  """
  handle = value.op
  while handle.type in _PASSING:
    handle = handle.inputs[0].op
  if handle.type == 'VarHandleOp':
    name = node.name
    node.CopyFrom(handle.node_def)
    node.name = name
    return
  shape = lasting.shape
  if shape.rank and value.shape.rank == shape.rank and (
      shape[1:].is_fully_defined()):
    shape = value.shape[:1].concatenate(shape[1:])
  node.attr['shape'].shape.CopyFrom(shape.as_proto())


def num_turns(op: tf.Operation, library: inlining.Library) -> Optional[int]:
  """How often a loop turns, if it counts to a limit that shapes tell.

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
    if node.op in ('LogicalAnd', *_PASSING):
      waiting += [ref for ref in node.input if not ref.startswith('^')]
    elif node.op == 'Less':
      ends = [_value_at_start(nodes, names, op, part) for part in node.input]
      counter = hands_on(library, condition, node.input[0])
      step = _step(library, body, names.index(counter)
                   ) if counter in names else None
      start, limit = ends
      limits.append(None if start is None or limit is None or not step
                    else max(0, math.ceil((limit - start) / step)))
    else:
      return None
  known = [limit for limit in limits if limit is not None]
  return min(known) if known and len(known) == len(limits) else None


def _value_at_start(nodes: Dict[str, Any], names: List[str], op: tf.Operation,
                    ref: str) -> Optional[int]:
  """The number that an input of a condition is when the loop starts."""
  node = nodes[ref.split(':')[0]]
  while node.op in _PASSING:
    node = nodes[node.input[0].split(':')[0]]
  if node.op == 'Const':
    return int(tf.make_ndarray(node.attr['value'].tensor).reshape(-1)[0])
  if node.name in names:
    return static_value(op.inputs[names.index(node.name)])
  return None


def _step(library: inlining.Library, body: str, index: int) -> Optional[int]:
  """What a turn adds to an argument; None if it does something else to it."""
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


def static_value(tensor: tf.Tensor) -> Optional[int]:
  """The whole number that a scalar is, if it follows from shapes.

  Args:
    tensor: of a graph.

  Returns:
    The number; None if it depends on what the graph is called with.
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
    if not op.inputs and op.type != 'Const':
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
