# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Walking a GraphDef: its nodes, loops, and the functions that it calls.

No graph is built and no session is made, so this is the same on every
TensorFlow, for graphs of any of them.
"""

from __future__ import annotations

from typing import (
  Any,
  Dict,
  Iterable,
  Iterator,
  List,
  NamedTuple,
  Optional,
  Set,
  Tuple,
)

from model_pruning._src.graph import function_calls
from model_pruning._src.graph import reachable as reachable_lib

VARIABLE_OPS = frozenset(['VarHandleOp', 'VariableV2', 'Variable'])

# What hands on one of its inputs as it is: all are input 0.
FORWARDING_OPS = frozenset([
    'Identity', 'RefIdentity', 'ReadVariableOp', 'Enter', 'RefEnter', 'Switch',
    'RefSwitch', 'Snapshot', 'StopGradient', 'PreventGradient'])


def node_of(ref: str) -> str:
  """The node of an input: 'x' of 'x:1', '^x' and 'x:output:0'."""
  return ref.lstrip('^').split(':')[0]


def data_inputs(node: Any) -> List[str]:
  """The inputs of a NodeDef that are tensors."""
  return [ref for ref in node.input if not ref.startswith('^')]


def function_attrs(node: Any) -> Iterator[Any]:
  """All functions that the attributes of a NodeDef name, to read or set."""
  for attr in node.attr.values():
    if attr.WhichOneof('value') == 'func':
      yield attr.func
    elif attr.WhichOneof('value') == 'list':
      yield from attr.list.func


def ancestors(nodes: Dict[str, Any], names: Iterable[str]) -> Set[str]:
  """Names of `names` and of all nodes that run before them."""
  return set(reachable_lib.reachable(
      [name for name in names if name in nodes],
      lambda name: [before for before in map(node_of, nodes[name].input)
                    if before in nodes]))


class Body(NamedTuple):
  """The nodes of the graph or of a function.

  Attributes:
    name: of the function; '' is the graph.
    nodes: NodeDefs by name.
    function: the FunctionDef, if it is one.
  """

  name: str
  nodes: Dict[str, Any]
  function: Any = None

  @property
  def arguments(self) -> List[str]:
    """Names of the arguments, in order."""
    if self.function is None:
      return []
    return [arg.name for arg in self.function.signature.input_arg]

  @property
  def results(self) -> List[str]:
    """The inputs that are returned, in order."""
    if self.function is None:
      return []
    return [self.function.ret[arg.name]
            for arg in self.function.signature.output_arg]


class Leaf(NamedTuple):
  """A node that a value comes from: a variable or a constant."""

  body: str
  node: str


class Source(NamedTuple):
  """An output of a node that a value comes from.

  Attributes:
    instance: where the node is.
    node: its NodeDef.
    output: which of its outputs: '0', or in a function 'name:0'.
  """

  instance: Any
  node: Any
  output: str


class Instance:
  """A body as one chain of calls from the graph runs it.

  Attributes:
    body: its nodes.
  """

  def __init__(self, bodies: Dict[str, Body], body: Body,
               caller: Optional[Instance] = None, call: Any = None):
    """Made by `instances`."""
    self.body = body
    self._bodies = bodies
    self._caller = caller
    self._call = call

  def resolve(self, ref: str) -> Optional[Source]:
    """The node that a value comes from, in this instance or a caller.

    What only forwards it is passed: identities, reads of variables, the
    entries of loops and branches, arguments of functions.

    Returns:
      The output; None for an argument that a loop changes.
    """
    instance = self
    while True:
      name = node_of(ref)
      node = instance.body.nodes.get(name)
      if node is None:
        passed = instance._passed(name)  # pylint: disable=protected-access
        if passed is None:
          return None
        instance, ref = passed
      elif node.op in FORWARDING_OPS:
        ref = node.input[0]
      else:
        return Source(instance, node, ref.partition(':')[2] or '0')

  def _passed(self, argument: str) -> Optional[Tuple[Instance, str]]:
    """What the caller passes for an argument, and the caller."""
    if argument not in self.body.arguments or self._caller is None:
      return None
    index = self.body.arguments.index(argument)
    if not self.is_passed_on(index):
      return None
    call = function_calls.CALLS.get(self._call.op)
    first = call.first_argument if call else 0
    return self._caller, data_inputs(self._call)[first + index]

  def is_passed_on(self, index: int) -> bool:
    """Whether an argument has one value, not another in each turn of a loop."""
    if not self._call.op.endswith('While'):
      return True
    body = self._bodies[self._call.attr['body'].func.name]
    ref = body.results[index]
    while node_of(ref) in body.nodes:
      node = body.nodes[node_of(ref)]
      if node.op != 'Identity':
        return False
      ref = node.input[0]
    return body.arguments.index(node_of(ref)) == index

  def own_results(self) -> List[str]:
    """What is returned, but for what a loop only passes on."""
    results = self.body.results
    if self._call is None or not self._call.op.endswith('While'):
      return results
    return [ref for i, ref in enumerate(results) if not (
        len(results) == len(self.body.arguments) and self.is_passed_on(i))]

  @property
  def graph_node(self) -> Optional[str]:
    """The node of the graph whose call runs this; None is the graph."""
    if self._caller is None:
      return None
    return self._caller.graph_node or self._call.name

  def is_call(self, node: Any) -> bool:
    """Whether a NodeDef calls functions whose bodies are instances."""
    return node.op in function_calls.CALLS or node.op in self._bodies

  def callees(self) -> List[Instance]:
    """The instances that this one calls."""
    names = []
    for node in self.body.nodes.values():
      if node.op in self._bodies:
        names.append((node.op, node))
      call = function_calls.CALLS.get(node.op)
      for attr in call.attrs if call else ():
        names += [(function.name, node) for function
                  in function_calls.functions_of(node.attr[attr])]
    return [Instance(self._bodies, self._bodies[name], self, node)
            for name, node in names]


def instances(graph_def: Any) -> List[Instance]:
  """The graph and each function that it calls, once for each chain of calls.

  Args:
    graph_def: a GraphDef.

  Returns:
    The instances; the first one is the graph.
  """
  bodies: Dict[str, Body] = {}
  for function in graph_def.library.function:
    bodies[function.signature.name] = Body(
        function.signature.name,
        {node.name: node for node in function.node_def}, function)
  found = [Instance(bodies, Body(
      '', {node.name: node for node in graph_def.node}))]
  for instance in found:  # Grows while it is walked.
    found += instance.callees()
  return found
