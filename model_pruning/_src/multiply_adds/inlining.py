# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Inlines function calls in GraphDefs, so that shapes pass through them.

Loops and branches are left as they are; their functions are counted one by one.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Tuple

import tensorflow as tf

from model_pruning._src.compat import functions as functions_compat

_CALLS = ('PartitionedCall', 'StatefulPartitionedCall')
# Attributes that refer to nodes that may be gone, or hold outdated shapes.
_DROPPED_ATTRS = ('_class', '_output_shapes')


class FlatGraph(NamedTuple):
  """A graph without calls.

  Attributes:
    graph_def: its GraphDef.
    origins: for each node the name of the node that it is a copy of; for a node
      of a function, `<function>/<node>`.
    aliases: for each output of a call and each argument of a function, the
      output that it stands for.
  """

  graph_def: Any
  origins: Dict[str, str]
  aliases: Dict[str, str]

  def resolve(self, ref: str) -> str:
    """The output, as `node:0`, that a reference stands for."""
    ref = _full(ref)
    while ref in self.aliases:
      ref = self.aliases[ref]
    return ref


class Library:
  """The functions of a GraphDef."""

  def __init__(self, message: Any):
    """Wraps a FunctionDefLibrary."""
    self.message = message
    self._functions = {function.signature.name: function
                       for function in message.function}
    self._bodies: Dict[str, Tuple[Any, Dict[str, str]]] = {}
    self._graph = tf.Graph()
    with self._graph.as_default():
      tf.import_graph_def(tf.compat.v1.GraphDef(library=message), name='')

  def called_by(self, node: Any) -> Optional[str]:
    """The function that a node always calls, once; None if there is none."""
    if node.op in self._functions:
      return str(node.op)
    return str(node.attr['f'].func.name) if node.op in _CALLS else None

  def signature(self, name: str) -> Tuple[List[str], List[str]]:
    """The arguments of a function, and its results as the body names them."""
    function = self._functions[name]
    flat = self._body(name)[1]
    return ([arg.name for arg in function.signature.input_arg],
            [flat[function.ret[arg.name]]
             for arg in function.signature.output_arg])

  def nodes(self, name: str) -> Iterable[Any]:
    """The nodes of a function; arguments are placeholders."""
    return self._body(name)[0].node

  def _body(self, name: str) -> Tuple[Any, Dict[str, str]]:
    if name not in self._bodies:
      self._bodies[name] = functions_compat.nodes_of(
          self._functions[name], self._graph)
    return self._bodies[name]


def flatten(nodes: Iterable[Any], library: Library, function: str = '',
            outputs: Optional[Iterable[str]] = None) -> FlatGraph:
  """Replaces calls by the bodies of the functions.

  Control inputs, devices and nodes that no output depends on are left out,
  since the graph is not run.

  Args:
    nodes: NodeDefs of the graph, or of a function.
    library: the functions.
    function: the function that has the nodes. Default: '', the graph.
    outputs: the outputs that are computed. Default: those of all nodes.
  """
  nodes = list(nodes)
  flat = FlatGraph(tf.compat.v1.GraphDef(library=library.message), {}, {})
  waiting = [(node, '', function) for node in nodes]
  for node, prefix, owner in waiting:  # Grows while it is walked.
    name = prefix + node.name
    inputs = [prefix + _full(ref) for ref in node.input
              if not ref.startswith('^')]
    callee = library.called_by(node)
    if callee is None:
      copy = flat.graph_def.node.add()
      copy.CopyFrom(node)
      copy.name, copy.device = name, ''
      del copy.input[:]
      copy.input.extend(inputs)
      for attr in _DROPPED_ATTRS:
        copy.attr.pop(attr, None)
      flat.origins[name] = f'{owner}/{node.name}' if owner else node.name
      continue
    inner = f'{name}/-/'
    arguments, results = library.signature(callee)
    flat.aliases.update(
        (f'{inner}{argument}:0', ref)
        for argument, ref in zip(arguments, inputs))
    flat.aliases.update(
        (f'{name}:{i}', inner + ref) for i, ref in enumerate(results))
    waiting += [(body, inner, callee) for body in library.nodes(callee)
                if body.name not in arguments]
  for node in flat.graph_def.node:
    refs = [flat.resolve(ref) for ref in node.input]
    del node.input[:]
    node.input.extend(refs)
  if outputs is None:
    outputs = [ref for node in nodes for ref in _outputs(node, library)]
  _keep_ancestors(flat.graph_def, map(flat.resolve, outputs))
  return flat


def _outputs(node: Any, library: Library) -> List[str]:
  """All outputs of a call; of another node the first one stands for all."""
  callee = library.called_by(node)
  number = 1 if callee is None else len(library.signature(callee)[1])
  return [f'{node.name}:{i}' for i in range(number)]


def _keep_ancestors(graph_def: Any, outputs: Iterable[str]) -> None:
  """Removes the nodes that no output depends on."""
  nodes = {node.name: node for node in graph_def.node}
  kept = {}
  waiting = [_node(ref) for ref in outputs]
  for name in waiting:  # Grows while it is walked.
    if name not in kept:
      kept[name] = nodes[name]
      waiting += map(_node, nodes[name].input)
  left = [node for node in graph_def.node if node.name in kept]
  del graph_def.node[:]
  graph_def.node.extend(left)


def _node(ref: str) -> str:
  return ref.split(':')[0]


def _full(ref: str) -> str:
  """A reference with the number of the output."""
  return ref if ':' in ref else f'{ref}:0'
