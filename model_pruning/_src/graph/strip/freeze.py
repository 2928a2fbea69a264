# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes the variables of a GraphDef constants, in loops and functions too.

TensorFlow's own conversion does not reach into functions before TF 2.2, and
needs a session. This one is the same on every version.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, List, Optional, Tuple

import numpy as np
import tensorflow as tf

from model_pruning._src.graph import function_calls
from model_pruning._src.graph.strip import graph_def_edits as edits
from model_pruning._src.graph.strip import graph_def_walk as walk

# A dtype and shape for each argument that was a variable and is its value.
_Types = Dict[int, 'Tuple[int, Tuple[int, ...]]']

_REF_OPS = {'RefEnter': 'Enter', 'RefSwitch': 'Switch', 'RefMerge': 'Merge',
            'RefExit': 'Exit', 'RefNextIteration': 'NextIteration',
            'RefIdentity': 'Identity'}

# What does more than read a variable of the old kind.
_CHANGES = re.compile(r'Assign|Scatter|(Sparse)?Apply|IsVariableInitialized')

# What hands on a handle; its `T` becomes the dtype of the value.
_HANDLE_OPS = frozenset(['Identity', 'Enter', 'Switch', 'Merge',
                         'NextIteration', 'Exit'])


def freeze(graph_def: Any, value_of: Callable[[str], np.ndarray]) -> None:
  """Makes the variables of a GraphDef constants.

  Args:
    graph_def: the GraphDef, changed in place.
    value_of: gives the value of the variable of a node.

  Raises:
    ValueError: a variable is used in a way that a constant cannot be.
  """
  _Freezer(graph_def).run(value_of)


class _Freezer:
  """Freezes one GraphDef."""

  def __init__(self, graph_def: Any):
    self._graph_def = graph_def
    self._functions = {function.signature.name: function
                       for function in graph_def.library.function}
    self._copies: Dict[Any, str] = {}

  def run(self, value_of: Callable[[str], np.ndarray]) -> None:
    typed = {}
    refs = {node.name for node in self._graph_def.node
            if node.op in walk.VARIABLE_OPS and node.op != 'VarHandleOp'}
    for node in self._graph_def.node:
      if _CHANGES.match(node.op) and walk.node_of(node.input[0]) in refs:
        raise _not_only_read(node)
      if node.op == 'VarHandleOp':
        value = value_of(node.name)
        edits.set_constant(node, value)
        typed[node.name] = (node.attr['dtype'].type, value.shape)
      elif node.op in walk.VARIABLE_OPS:
        edits.set_constant(node, value_of(node.name))
      else:
        node.op = _REF_OPS.get(node.op, node.op)
    self._retype(self._graph_def.node, typed, None)
    library = type(self._graph_def.library)()
    library.function.extend(self._functions.values())
    library.gradient.extend(self._graph_def.library.gradient)
    edits.copy_used_functions(library, self._graph_def)

  def _retype(self, nodes: Any, typed: Dict[str, Any],
              function: Optional[Any]) -> None:
    """Changes all nodes that take a handle, in one body.

    Args:
      nodes: the nodes.
      typed: what yields a value now instead of a handle; is added to.
      function: the FunctionDef, if the body is one.
    """
    takers: Dict[str, List[Any]] = {}
    for node in nodes:
      if node.op in _HANDLE_OPS:
        for ref in walk.data_inputs(node):
          takers.setdefault(walk.node_of(ref), []).append(node)
    waiting = list(typed)
    while waiting:  # Loops go back: a node may be typed by one after it.
      source = waiting.pop()
      for node in takers.get(source, ()):
        if node.name not in typed:
          typed[node.name] = typed[source]
          node.attr['T'].type = typed[source][0]
          node.attr.pop('_output_shapes', None)
          waiting.append(node.name)
    for node in list(nodes):
      types = _typed_inputs(node, typed)
      if types and node.op not in _HANDLE_OPS:
        self._retype_node(node, types, nodes, function)

  def _retype_node(self, node: Any, types: _Types, nodes: Any,
                   function: Optional[Any]) -> None:
    dtype, _ = types[min(types)]
    node.attr.pop('_output_shapes', None)
    if node.op == 'ReadVariableOp':
      self._become(node, 'Identity', {'T': dtype}, function, 'value')
    elif node.op == 'VariableShape':
      out_type = node.attr['out_type'].type or tf.int32.as_datatype_enum
      self._become(node, 'Shape', {'T': dtype, 'out_type': out_type}, function)
    elif node.op in ('ResourceGather', 'ResourceGatherNd'):
      self._become_gather(node, dtype, nodes, function is not None)
    elif node.op in function_calls.CALLS or node.op in self._functions:
      self._call_copies(node, types)
    else:
      raise _not_only_read(node)

  def _become(self, node: Any, op: str, types: Dict[str, int],
              function: Optional[Any], output: str = 'output') -> None:
    node.op = op
    node.attr.clear()
    for name, dtype in types.items():
      node.attr[name].type = dtype
    if function is not None and output != 'output':
      edits.rename_output(function, node.name, output, 'output')

  def _become_gather(self, node: Any, dtype: int, nodes: Any,
                     in_function: bool) -> None:
    indices = node.attr['Tindices'].type
    batch_dims = node.attr['batch_dims'].i
    if node.op == 'ResourceGatherNd':
      self._become(node, 'GatherNd', {'Tparams': dtype, 'Tindices': indices},
                   None)
      return
    axis = nodes.add(name=node.name + '/axis')
    # In a loop a constant needs an input that is in the loop.
    axis.input.append('^' + walk.node_of(node.input[1]))
    edits.set_constant(axis, np.int32(batch_dims))
    self._become(node, 'GatherV2', {
        'Tparams': dtype, 'Tindices': indices,
        'Taxis': tf.int32.as_datatype_enum}, None)
    node.attr['batch_dims'].i = batch_dims
    inputs = [*node.input]
    inputs.insert(2, axis.name + (':output:0' if in_function else ''))
    del node.input[:]
    node.input.extend(inputs)

  def _call_copies(self, node: Any, types: _Types) -> None:
    """Makes a node call copies of its functions that take values."""
    call = function_calls.CALLS.get(node.op)
    if call is None:  # The op is the function.
      node.op = self._copy(node.op, types, False)
      return
    is_loop = node.op.endswith('While')
    arguments = {i - call.first_argument: types[i] for i in types}
    attr = node.attr['T' if is_loop else 'Tin'].list
    for i, (dtype, _) in arguments.items():
      attr.type[i] = dtype
    if is_loop:
      for i, (_, shape) in arguments.items():
        if i < len(node.attr['output_shapes'].list.shape):
          node.attr['output_shapes'].list.shape[i].CopyFrom(
              tf.TensorShape(shape).as_proto())
    for name in call.attrs:
      value = node.attr[name]
      for function in ([value.func] if value.HasField('func')
                       else value.list.func):
        function.name = self._copy(function.name, arguments, name == 'body')

  def _copy(self, name: str, arguments: _Types, is_loop_body: bool) -> str:
    """The name of a copy of a function, some of whose arguments are values."""
    key = (name, tuple(sorted(arguments.items())), is_loop_body)
    if key in self._copies:
      return self._copies[key]
    function = type(self._functions[name])()
    function.CopyFrom(self._functions[name])
    copy_name = f'{name}_frozen'
    while copy_name in self._functions:
      copy_name += '_'
    function.signature.name = self._copies[key] = copy_name
    self._functions[copy_name] = function
    edits.forget_arguments(function)
    signature = function.signature
    typed = {}
    for i, type_ in arguments.items():
      signature.input_arg[i].type = type_[0]
      typed[signature.input_arg[i].name] = type_
      if is_loop_body:
        signature.output_arg[i].type = type_[0]
    self._retype(function.node_def, typed, function)
    return copy_name


def _not_only_read(node: Any) -> ValueError:
  return ValueError(
      'A variable that is made a constant must only be read. Found: the node '
      f'{node.name!r} ({node.op}) uses one, and an output needs it')


def _typed_inputs(node: Any, typed: Dict[str, Any]) -> _Types:
  """The inputs of a node that are values now and were handles, by index."""
  return {i: typed[walk.node_of(ref)]
          for i, ref in enumerate(walk.data_inputs(node))
          if walk.node_of(ref) in typed}
