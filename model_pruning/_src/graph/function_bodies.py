# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The uses of a tensor inside the functions that a graph calls.

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

from model_pruning._src.graph import function_calls
from model_pruning._src.graph import reachable as reachable_lib


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
    return op.type in function_calls.CALLS or (
        not hasattr(tf.raw_ops, op.type) and op.type in self._functions)

  def uses(self, op: tf.Operation, index: int,
           passes_on: FrozenSet[str]) -> Set[Use]:
    """The uses of input `index` of the call `op`, inside its functions.

    Args:
      op: an operation that calls.
      index: which of its inputs to follow.
      passes_on: types of operations whose outputs are followed as well.

    Returns:
      The uses of the input, and of what operations in `passes_on` make of it.
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
    if op_type not in function_calls.CALLS:
      yield op_type, index  # The type of a plain call is its function's name.
      return
    call = function_calls.CALLS[op_type]
    if index >= call.first_argument:
      for attribute in call.attrs:
        called = get_attribute(attribute)
        for function in called if isinstance(called, list) else [called]:
          yield function.name, index - call.first_argument

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
    for source in reachable_lib.reachable(
        [function.signature.input_arg[index].name],
        lambda source: [node.name for node, _ in takers.get(source, ())
                        if node.op in passes_on]):
      for node, i in takers.get(source, ()):
        found.add(Use(node.op, i))
        if node.op not in passes_on and (
            node.op in function_calls.CALLS or node.op in self._functions):
          calls += self._entries(node.op, i, lambda attribute, node=node: (
              function_calls.functions_of(node.attr[attribute])))
    return calls
