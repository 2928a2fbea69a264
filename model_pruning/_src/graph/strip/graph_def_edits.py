# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Edits of GraphDefs that know nothing of pruning."""

from __future__ import annotations

from typing import Any, Iterable, List, Set

import numpy as np
import tensorflow as tf

from model_pruning._src.graph import reachable as reachable_lib
from model_pruning._src.graph.strip import graph_def_walk as walk


def subgraph(graph_def: Any, output_node_names: Iterable[str]) -> Any:
  """The part of a GraphDef that computes some nodes, functions included.

  Devices and colocations are left out: they are those of the training.

  Args:
    graph_def: a GraphDef; not changed.
    output_node_names: names of nodes in it.

  Returns:
    A GraphDef.
  """
  nodes = {node.name: node for node in graph_def.node}
  needed = walk.ancestors(nodes, output_node_names)
  result = type(graph_def)()
  result.versions.CopyFrom(graph_def.versions)
  for node in graph_def.node:
    if node.name in needed:
      kept = result.node.add()
      kept.CopyFrom(node)
      kept.device = ''
      kept.attr.pop('_class', None)
  copy_used_functions(graph_def.library, result)
  return result


def copy_used_functions(library: Any, graph_def: Any) -> None:
  """Sets the library of a GraphDef to those functions that its nodes reach."""
  functions = {function.signature.name: function
               for function in library.function}

  def called_by(nodes: Iterable[Any]) -> List[str]:
    return [
        name for node in nodes for name in [
            node.op, *(func.name for func in walk.function_attrs(node))]
        if name in functions]

  used = set(reachable_lib.reachable(
      called_by(graph_def.node),
      lambda name: called_by(functions[name].node_def)))
  kept = [function for name, function in functions.items() if name in used]
  gradients = [gradient for gradient in library.gradient
               if {gradient.function_name, gradient.gradient_func} <= used]
  graph_def.library.Clear()
  graph_def.library.function.extend(kept)
  graph_def.library.gradient.extend(gradients)


def remove_named(nodes: Any, names: Set[str]) -> None:
  """Removes nodes from the list of a graph or function, and edges to them.

  What takes the output of a removed node must be removed as well.
  """
  for i in reversed(range(len(nodes))):
    if nodes[i].name in names:
      del nodes[i]
  for node in nodes:
    if any(walk.node_of(ref) in names for ref in node.input):
      inputs = [ref for ref in node.input if walk.node_of(ref) not in names]
      del node.input[:]
      node.input.extend(inputs)


def set_constant(node: Any, value: np.ndarray) -> None:
  """Makes a NodeDef a constant; its name and control inputs stay."""
  controls = [ref for ref in node.input if ref.startswith('^')]
  node.op = 'Const'
  del node.input[:]
  node.input.extend(controls)
  node.attr.clear()
  tensor = tf.compat.v1.make_tensor_proto(value)
  node.attr['dtype'].type = tensor.dtype
  node.attr['value'].tensor.CopyFrom(tensor)


def rename_output(function: Any, node_name: str, old: str, new: str) -> None:
  """After a node of a function became another op, renames its output.

  Args:
    function: the FunctionDef.
    node_name: the node.
    old: the name of the output in the definition of the former op.
    new: its name in the definition of the present op.
  """
  before, after = f'{node_name}:{old}:0', f'{node_name}:{new}:0'
  for node in function.node_def:
    for i, ref in enumerate(node.input):
      if ref == before:
        node.input[i] = after
  for name, ref in function.ret.items():
    if ref == before:
      function.ret[name] = after


def forget_arguments(function: Any) -> None:
  """Removes from a FunctionDef the attributes that number its arguments.

  `api_implements` would have another implementation called, one with the
  arguments that this one had.
  """
  for attr in ('_input_shapes', 'api_implements', 'api_preferred_device'):
    function.attr.pop(attr, None)
  for field in ('arg_attr', 'resource_arg_unique_id'):
    if field in function.DESCRIPTOR.fields_by_name:
      function.ClearField(field)
