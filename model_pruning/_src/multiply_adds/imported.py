# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Imports graphs so that shapes are known inside of loops and behind them too.

TensorFlow does not infer shapes through loops. Here a loop variable has its
initial shape in every turn, if one turn does not change that shape.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence

import numpy as np
import tensorflow as tf

from model_pruning._src.multiply_adds import inlining
from model_pruning._src.multiply_adds import loops

WHILE = ('While', 'StatelessWhile')
# Op type -> the number of leading dimensions of its value that an item lacks.
_ARRAY_WRITES = {'TensorArrayScatterV3': 1, 'TensorArrayWriteV3': 0}


def import_graph(graph_def: Any, library: inlining.Library,
                 handed_on: Mapping[str, str]) -> tf.Graph:
  """Imports a graph repeatedly, until no more shapes become known.

  Args:
    graph_def: the graph, without function calls; it is changed.
    library: the functions.
    handed_on: as in `frames.Cut`.

  Raises:
    ValueError: if TensorFlow cannot import it.
  """
  nodes = {node.name: node for node in graph_def.node}
  while True:
    with tf.Graph().as_default() as graph:
      try:
        tf.import_graph_def(graph_def, name='')
      except tf.errors.OpError as e:
        raise ValueError(f'The graph cannot be imported: {e.message}') from e
    refined = _forget_changing(graph, nodes, handed_on)
    for op in graph.get_operations() if not refined else ():
      if op.type in WHILE:
        refined |= _refine_loop(op, nodes[op.name], library)
      elif op.type == 'TensorArrayV3':
        refined |= _refine_array(op, nodes[op.name])
      elif op.type == 'StridedSlice':
        refined |= _refine_dimension(op, nodes[op.name])
      elif op.type == 'TensorListStack':
        refined |= _refine_list(op, nodes, library)
    if not refined:
      return graph


def lasting_shapes(op: tf.Operation,
                   library: inlining.Library) -> List[tf.TensorShape]:
  """The shapes that the arguments of a loop's body have in every turn.

  Args:
    op: a `While`.
    library: the functions.
  """
  return _lasting_body(op, library).shapes


class _Body(NamedTuple):
  """The body of a loop, with the shapes that hold in every turn.

  Attributes:
    shapes: the shapes of the arguments.
    results: the values for the next turn, as tensors of a graph.
  """

  shapes: List[tf.TensorShape]
  results: List[tf.Tensor]


def _lasting_body(op: tf.Operation, library: inlining.Library) -> _Body:
  """Infers shapes through the body of a loop until none changes."""
  body = op.get_attr('body').name
  results = library.signature(body)[1]
  shapes = [_first(value.shape, output.shape)
            for value, output in zip(op.inputs, op.outputs)]
  while True:
    flat = inlining.flatten(
        function_nodes(library, body, op.inputs, shapes), library, body,
        results)
    graph = import_graph(flat.graph_def, library, {})
    handed_on = [graph.get_tensor_by_name(flat.resolve(ref)) for ref in results]
    changing = [
        i for i, result in enumerate(handed_on)
        if _dims(shapes[i]) != _dims(op.outputs[i].shape)
        and not _is_same(shapes[i], result.shape)]
    if not changing:
      return _Body(shapes, handed_on)
    for i in changing:
      shapes[i] = op.outputs[i].shape


def function_nodes(library: inlining.Library, function: str,
                   inputs: Sequence[tf.Tensor],
                   shapes: Sequence[tf.TensorShape]) -> List[Any]:
  """The nodes of a function, with the shapes of its arguments set.

  Args:
    library: the functions.
    function: the name of the function.
    inputs: the tensors that it is called with.
    shapes: the shapes of the arguments.
  """
  called = dict(zip(library.signature(function)[0], zip(inputs, shapes)))
  nodes = []
  for node in library.nodes(function):
    copy = type(node)()
    copy.CopyFrom(node)
    if node.name in called:
      loops.set_argument(copy, *called[node.name])
    nodes.append(copy)
  return nodes


def _first(value: tf.TensorShape, lasting: tf.TensorShape) -> tf.TensorShape:
  """The shape of a loop variable in the first turn.

  It is the declared shape `lasting`, whose first dimension, often a batch of
  unknown size, is taken from the initial value.
  """
  if lasting.rank and value.rank == lasting.rank and (
      lasting[1:].is_fully_defined()):
    return value[:1].concatenate(lasting[1:])
  return lasting


def _dims(shape: tf.TensorShape) -> Optional[List[Optional[int]]]:
  return None if shape.rank is None else shape.as_list()


def _is_same(first: tf.TensorShape, following: tf.TensorShape) -> bool:
  """Whether a loop variable has the same shape after a turn.

  A shape of unknown rank counts as the same: products with it stay unknown.
  """
  return first.rank is None or _dims(first) == _dims(following)


def _forget_changing(graph: tf.Graph, nodes: Dict[str, Any],
                     handed_on: Mapping[str, str]) -> bool:
  """Removes the shapes of loop variables of version 1 that a turn changes.

  Returns:
    Whether there were any.
  """
  found = False
  for name, ref in handed_on.items():
    node = nodes[name]
    if node.op != 'Placeholder' and not _is_same(
        graph.get_tensor_by_name(f'{name}:0').shape,
        graph.get_tensor_by_name(ref).shape):
      dtype = node.attr['T'].type
      node.op = 'Placeholder'
      node.attr.clear()
      node.attr['dtype'].type = dtype
      del node.input[:]
      found = True
  return found


def _refine_loop(op: tf.Operation, node: Any,
                 library: inlining.Library) -> bool:
  """Sets the output shapes of a loop; returns whether they were not known."""
  shapes = [output.shape for output in op.outputs]
  if all(shape.is_fully_defined() or _dims(_first(value.shape, shape)) == _dims(
      shape) for value, shape in zip(op.inputs, shapes)):
    return False
  said = node.attr['output_shapes'].list.shape
  before = list(said)
  lasting = [shape.as_proto() for shape in lasting_shapes(op, library)]
  del said[:]
  said.extend(lasting)
  return before != lasting


def _refine_array(op: tf.Operation, node: Any) -> bool:
  """Sets the item shape of a TensorArray; returns whether it was not known."""
  shape = tf.TensorShape(op.get_attr('element_shape'))
  if shape.is_fully_defined():
    return False
  written = []
  waiting = [op.outputs[0]]
  for handle in waiting:  # Grows while it is walked.
    for user in handle.consumers():
      if user.type in loops.PASSING:
        waiting.append(user.outputs[0])
      elif user.type in _ARRAY_WRITES and user.inputs[0] is handle:
        written.append(user.inputs[2].shape[_ARRAY_WRITES[user.type]:])
  if not written or not all(
      one.is_fully_defined() and one.as_list() == written[0].as_list()
      for one in written):
    return False
  node.attr['element_shape'].shape.CopyFrom(written[0].as_proto())
  node.attr['identical_element_shapes'].b = True
  return True


def _refine_dimension(op: tf.Operation, node: Any) -> bool:
  """Turns an op that slices a known dimension from a shape into a constant.

  TF 2.5 and before do so only if all dimensions are known, and so do not know
  the batch size of the initial state of a recurrent layer.

  Returns:
    Whether the dimension was known.
  """
  shape = op.inputs[0].op
  index = tf.get_static_value(op.inputs[1])
  if (shape.type != 'Shape' or index is None or index.shape != (1,)
      or op.get_attr('shrink_axis_mask') != 1):
    return False
  dims = _dims(shape.inputs[0].shape)
  if dims is None or dims[index[0]] is None:
    return False
  dtype = op.outputs[0].dtype
  node.op = 'Const'
  node.attr.clear()
  node.attr['dtype'].type = dtype.as_datatype_enum
  node.attr['value'].tensor.CopyFrom(
      tf.make_tensor_proto(dims[index[0]], dtype, ()))
  del node.input[:]
  return True


def _refine_list(op: tf.Operation, nodes: Dict[str, Any],
                 library: inlining.Library) -> bool:
  """Sets the item shape of a TensorList; returns whether it was not known.

  TF 2.5 and before lose it where the list leaves a loop.
  """
  handle = loops.passed_on(op.inputs[0])
  element = nodes[op.inputs[1].op.name]
  said = tf.get_static_value(op.inputs[1])
  if handle.op.type not in WHILE or element.op != 'Const' or (
      said is None or np.min(said, initial=0) >= 0
      or len(op.inputs[1].consumers()) > 1):
    return False
  written = loops.passed_on(_lasting_body(
      handle.op, library).results[handle.value_index]).op
  if written.type != 'TensorListSetItem' or not (
      written.inputs[2].shape.is_fully_defined()):
    return False
  element.attr['value'].tensor.CopyFrom(tf.make_tensor_proto(
      written.inputs[2].shape.as_list(), op.inputs[1].dtype))
  return True
