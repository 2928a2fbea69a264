# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What happens to a tensor inside the functions that a graph calls.

`tf.cond` and `tf.while_loop` of TF 2, and every `tf.function`, put their
operations into functions: in the graph there is one operation that calls.
"""

from __future__ import annotations

from typing import (
  Any,
  Dict,
  FrozenSet,
  Iterator,
  List,
  NamedTuple,
  Optional,
  Set,
  Tuple,
)

import tensorflow as tf

# The attributes that name functions, and how many inputs come before those
# that are handed on.
_CALLS: Dict[str, Tuple[Tuple[str, ...], int]] = {
    'PartitionedCall': (('f',), 0),
    'StatefulPartitionedCall': (('f',), 0),
    'If': (('then_branch', 'else_branch'), 1),
    'StatelessIf': (('then_branch', 'else_branch'), 1),
    'Case': (('branches',), 1),
    'StatelessCase': (('branches',), 1),
    'While': (('cond', 'body'), 0),
    'StatelessWhile': (('cond', 'body'), 0),
}


class Use(NamedTuple):
  """An operation that takes a tensor.

  Attributes:
    op_type: its type.
    input_index: which of its inputs the tensor is.
  """

  op_type: str
  input_index: int


class Functions:
  """The functions of a graph."""

  def __init__(self, graph: tf.Graph):
    """Reads nothing before there is a call to look into."""
    self._graph = graph
    self._known: Optional[Dict[str, Any]] = None  # FunctionDefs by name.

  def is_call(self, op: tf.Operation) -> bool:
    """Whether `op` calls functions of the graph."""
    # Operations of TensorFlow are in `tf.raw_ops`: only for what is not there
    # need the library be read.
    return op.type in _CALLS or (
        not hasattr(tf.raw_ops, op.type) and op.type in self._functions)

  def uses(self, op: tf.Operation, index: int,
           passes_on: FrozenSet[str]) -> Set[Use]:
    """What takes input `index` of the call `op`, inside its functions.

    Args:
      op: an operation that calls.
      index: which of its inputs to follow.
      passes_on: types of operations whose outputs are followed as well.

    Returns:
      What takes the input, or what operations in `passes_on` make of it.
    """
    found: Set[Use] = set()
    entered: Set[Tuple[str, int]] = set()
    waiting = list(self._entries(op.type, index, op.get_attr))
    while waiting:
      entry = waiting.pop()
      if entry not in entered and entry[0] in self._functions:
        entered.add(entry)
        waiting += self._follow(*entry, passes_on, found)
    return found

  @property
  def _functions(self) -> Dict[str, Any]:
    if self._known is None:
      library = self._graph.as_graph_def().library
      self._known = {function.signature.name: function
                     for function in library.function}
    return self._known

  def _entries(self, op_type: str, index: int,
               get_attribute: Any) -> Iterator[Tuple[str, int]]:
    """The arguments that input `index` of a call becomes."""
    if op_type not in _CALLS:
      yield op_type, index  # The type of a plain call is its function's name.
      return
    attributes, num_before = _CALLS[op_type]
    if index >= num_before:
      for attribute in attributes:
        called = get_attribute(attribute)
        for function in called if isinstance(called, list) else [called]:
          yield function.name, index - num_before

  def _follow(self, name: str, index: int, passes_on: FrozenSet[str],
              found: Set[Use]) -> List[Tuple[str, int]]:
    """Adds the uses of one argument to `found`; returns calls to enter."""
    function = self._functions[name]
    if index >= len(function.signature.input_arg):
      return []
    takers: Dict[str, List[Tuple[Any, int]]] = {}
    for node in function.node_def:
      for i, source in enumerate(node.input):
        takers.setdefault(source.split(':')[0], []).append((node, i))
    calls: List[Tuple[str, int]] = []
    seen: Set[str] = set()
    waiting = [function.signature.input_arg[index].name]
    while waiting:
      source = waiting.pop()
      if source in seen:
        continue
      seen.add(source)
      for node, i in takers.get(source, ()):
        found.add(Use(node.op, i))
        if node.op in passes_on:
          waiting.append(node.name)
        elif node.op in _CALLS or node.op in self._functions:
          calls += self._entries(node.op, i, lambda attribute, node=node: (
              _functions_of(node.attr[attribute])))
    return calls


def _functions_of(attribute: Any) -> List[Any]:
  """The functions that an AttrValue names: one, or a list."""
  return list(attribute.list.func) or [attribute.func]
