# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Where a tensor goes inside the functions that a graph calls, and comes out.

`tf.cond` and `tf.while_loop` of TF 2, every `tf.function` and every `Defun` put
their operations into functions: in the graph there is one operation that calls.
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


class Use(NamedTuple):
  """An operation that takes a tensor.

  Attributes:
    op_type: its type.
    input_index: which of its inputs the tensor is.
  """

  op_type: str
  input_index: int


class Passage(NamedTuple):
  """What becomes of an input of a call.

  Attributes:
    uses: what takes it inside, and what operations that hand it on make of it.
    outputs: indices of the outputs of the call that it comes out of.
  """

  uses: Set[Use]
  outputs: Set[int]


class Functions:
  """The functions of a graph."""

  def __init__(self, graph: tf.Graph):
    """Reads nothing before there is a call to look into."""
    self._graph = graph
    self._known: Optional[Dict[str, _Body]] = None

  def is_call(self, op: tf.Operation) -> bool:
    """Whether `op` calls functions of the graph."""
    # Operations of TensorFlow are in `tf.raw_ops`: only for what is not there
    # need the library be read.
    return function_calls.is_listed(op.type) or (
        not hasattr(tf.raw_ops, op.type) and op.type in self._bodies)

  def follow(self, op: tf.Operation, index: int,
             passes_on: FrozenSet[str]) -> Passage:
    """Follows input `index` of the call `op` through its functions.

    Args:
      op: an operation that calls.
      index: which of its inputs to follow.
      passes_on: types of operations whose outputs are followed as well.

    Returns:
      Its uses, and where it comes out.
    """
    search = _Search(self._bodies, passes_on)
    search.enter(_Call(op.type, op.get_attr), None, index)
    search.run()
    return Passage(search.uses, search.outputs)

  @property
  def _bodies(self) -> Dict[str, _Body]:
    if self._known is None:
      library = self._graph.as_graph_def().library
      self._known = {function.signature.name: _Body(function)
                     for function in library.function}
    return self._known


class _Body:
  """A FunctionDef, and who takes what in it.

  Attributes:
    arguments: names, in order.
    results: for each result the value that is returned.
    result_names: the names of the results.
  """

  def __init__(self, function: Any):
    self._function = function
    self._takers: Optional[Dict[str, List[Tuple[Any, int]]]] = None
    signature = function.signature
    self.arguments = [argument.name for argument in signature.input_arg]
    self.result_names = [result.name for result in signature.output_arg]
    self.results = [function.ret[name] for name in self.result_names]

  def takers(self, value: str) -> List[Tuple[Any, int]]:
    """The NodeDefs that take a value, each with the index of the input.

    Args:
      value: an argument, an output as `node:name:index`, or a node, which
        stands for all of its outputs.
    """
    if self._takers is None:
      self._takers = {}
      for node in self._function.node_def:
        for i, source in enumerate(node.input):
          for key in {source, source.split(':')[0]}:
            self._takers.setdefault(key, []).append((node, i))
    return self._takers.get(value, [])


class _Call:
  """An operation that calls, in the graph or in a function.

  Attributes:
    node: its name, if it is in a function.
  """

  def __init__(self, op_type: str, get_attribute: Any, node: str = ''):
    self.op_type = op_type
    self.node = node
    self._get_attribute = get_attribute

  def entries(self, index: int) -> Iterator[Tuple[str, int, bool]]:
    """The arguments that an input becomes, and if results are those of a call.

    Yields:
      Name of the function, index of the argument, and whether the call
      returns what the function does: the condition of a loop returns nothing.
    """
    call = function_calls.CALLS.get(self.op_type)
    if self.op_type in function_calls.FOR_LOOPS:
      call = function_calls.FOR_LOOPS[self.op_type]
    if call is None:
      yield self.op_type, index, True  # A plain call has its function's name.
    elif index >= call.first_argument:
      for attribute in call.attrs:
        called = self._get_attribute(attribute)
        for function in called if isinstance(called, list) else [called]:
          yield (function.name, index - call.first_argument,
                 attribute != 'cond')

  def input_of_output(self, index: int) -> Optional[int]:
    """The input of a loop that has the value of an output in the next turn."""
    if self.op_type in function_calls.FOR_LOOPS:
      return index + function_calls.FOR_LOOP_INPUTS
    return index if self.op_type.endswith('While') else None

  def output_of_input(self, index: int) -> Optional[int]:
    """The output of a loop that an input is, if the loop makes no turn."""
    if self.op_type in function_calls.FOR_LOOPS:
      output = index - function_calls.FOR_LOOP_INPUTS
      return output if output >= 0 else None
    return index if self.op_type.endswith('While') else None


# A function, and which of its arguments is followed.
_Entry = Tuple[str, int]
# A call, and the entry of the function that it is in; None is the graph.
_CallSite = Tuple[_Call, Optional[_Entry]]


class _Search:
  """Follows one input of one call; each argument of a function once.

  Functions that call each other, or themselves, come to an end so.

  Attributes:
    uses: what takes the value.
    outputs: of the call in the graph, that the value comes out of.
  """

  def __init__(self, bodies: Dict[str, _Body], passes_on: FrozenSet[str]):
    self.uses: Set[Use] = set()
    self.outputs: Set[int] = set()
    self._bodies = bodies
    self._passes_on = passes_on
    self._seen: Dict[_Entry, Set[str]] = {}
    self._results: Dict[_Entry, Set[int]] = {}
    self._sites: Dict[_Entry, List[_CallSite]] = {}
    self._entered: Set[Tuple[str, Optional[_Entry], int]] = set()
    self._waiting: List[Tuple[_Entry, str]] = []

  def run(self) -> None:
    """Follows what was entered to its ends."""
    while self._waiting:
      self._step(*self._waiting.pop())

  def enter(self, call: _Call, caller: Optional[_Entry], index: int) -> None:
    """Goes into the functions of a call with one of its inputs."""
    if (call.node, caller, index) in self._entered:
      return
    self._entered.add((call.node, caller, index))
    output = call.output_of_input(index)
    if output is not None:
      self._come_out(call, caller, output)
    for function, argument, returns in call.entries(index):
      body = self._bodies.get(function)
      if body is None or argument >= len(body.arguments):
        continue
      entry = (function, argument)
      if returns:
        self._sites.setdefault(entry, []).append((call, caller))
        for result in sorted(self._results.get(entry, ())):
          self._come_out(call, caller, result)
      self._reach(entry, body.arguments[argument])

  def _come_out(self, call: _Call, caller: Optional[_Entry],
                output: int) -> None:
    if caller is None:
      self.outputs.add(output)
    else:
      name = 'output'
      if call.op_type in self._bodies:
        name, index = self._bodies[call.op_type].result_names[output], 0
      else:
        index = output
      self._reach(caller, f'{call.node}:{name}:{index}')
    again = call.input_of_output(output)
    if again is not None:
      self.enter(call, caller, again)

  def _reach(self, entry: _Entry, value: str) -> None:
    seen = self._seen.setdefault(entry, set())
    if value not in seen:
      seen.add(value)
      self._waiting.append((entry, value))

  def _step(self, entry: _Entry, value: str) -> None:
    body = self._bodies[entry[0]]
    for node, i in body.takers(value):
      self.uses.add(Use(node.op, i))
      if node.op in self._passes_on:
        self._reach(entry, f'{node.name}:output:{i}' if node.op == 'IdentityN'
                    else node.name)
      elif function_calls.is_listed(node.op) or node.op in self._bodies:
        call = _Call(node.op, lambda attribute, node=node: (
            function_calls.functions_of(node.attr[attribute])), node.name)
        self.enter(call, entry, i)
    for i, result in enumerate(body.results):
      if value in (result, result.split(':')[0]):
        results = self._results.setdefault(entry, set())
        if i not in results:
          results.add(i)
          for call, caller in list(self._sites.get(entry, ())):
            self._come_out(call, caller, i)
