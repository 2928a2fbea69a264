# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks that the parts of a GraphDef fit together, before it is walked.

A GraphDef comes from a file, and may be damaged: an input that is not there,
nodes in a circle, a function that calls itself. After this check a walk along
inputs and calls ends, and finds what nodes name.
"""

from __future__ import annotations

import collections
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional

from model_pruning._src.files import errors
from model_pruning._src.graph import function_calls
from model_pruning._src.graph.strip import graph_def_walk as walk

# How many nodes all calls of functions run together, each call counted. Large
# models have some 100,000; calls in calls in calls may have 2**40.
_MOST_NODES = 2_000_000

# What closes the loops of version 1, the only circles that there may be.
_BACK_EDGES = ('NextIteration', 'RefNextIteration')

# How many inputs a node has at least; others are not looked at.
_LEAST_INPUTS = {
    **dict.fromkeys(walk.FORWARDING_OPS, 1),
    **dict.fromkeys(('Cast', 'ExpandDims', 'Gather', 'GatherNd', 'GatherV2',
                     'Reshape', 'ResourceGather', 'ResourceGatherNd',
                     'Squeeze', 'Transpose', 'VariableShape'), 1),
    **dict.fromkeys(('Mul', 'ConcatV2', 'Assign', 'AssignVariableOp'), 2),
    **dict.fromkeys(('SaveV2', 'RestoreV2'), 3)}


def check(graph_def: Any, source: str) -> None:
  """Checks a GraphDef.

  Args:
    graph_def: the GraphDef, as it was read.
    source: what it was read from, for the error.

  Raises:
    FileError: A walk through the graph would not end, or find a thing that is
      named and not there.
  """
  problem = next(_problems(graph_def), None)
  if problem:
    raise errors.unreadable(source, 'a graph', problem[:500])


def _problems(graph_def: Any) -> Iterator[str]:
  bodies: Dict[str, walk.Body] = {}
  for function in graph_def.library.function:
    name = function.signature.name
    if not name or name in bodies:
      yield f'its functions must have a name each; {name!r} is not one'
    bodies[name] = walk.Body(
        name, {node.name: node for node in function.node_def}, function)
    yield from _problems_of_signature(function)
    yield from _problems_of_nodes(
        function.node_def, bodies[name], f' of the function {name!r}')
  graph = walk.Body('', {node.name: node for node in graph_def.node})
  yield from _problems_of_nodes(graph_def.node, graph, '')
  for body in (graph, *bodies.values()):
    for node in body.nodes.values():
      yield from _problems_of_calls(node, bodies)
  yield from _problems_of_depth(graph, bodies)


def _problems_of_signature(function: Any) -> Iterator[str]:
  name = function.signature.name
  arguments = [arg.name for arg in function.signature.input_arg]
  if len(set(arguments)) < len(arguments):
    yield f'two arguments of the function {name!r} have one name'
  known = {*arguments, *(node.name for node in function.node_def)}
  for arg in function.signature.output_arg:
    if walk.node_of(function.ret.get(arg.name, '')) not in known:
      yield f'the function {name!r} does not compute its result {arg.name!r}'


def _problems_of_nodes(nodes: Any, body: walk.Body,
                       where: str) -> Iterator[str]:
  if len(body.nodes) < len(nodes) or '' in body.nodes:
    twice = next(name for name, count in collections.Counter(
        node.name for node in nodes).items() if count > 1 or not name)
    yield f'its nodes must have a name each; {twice!r}{where} is not one'
  arguments = set(body.arguments)
  for node in nodes:
    data = walk.data_inputs(node)
    if len(data) < _LEAST_INPUTS.get(node.op, 0) or (
        list(node.input[:len(data)]) != data):
      yield f'the node {node.name!r}{where} ({node.op}) lacks inputs'
    for ref in node.input:
      name = walk.node_of(ref)
      if name not in body.nodes and name not in arguments:
        yield (f'the node {node.name!r}{where} takes {ref!r}, which is not '
               'there')
  circle = _circle(body)
  if circle:
    yield f'the node {circle!r}{where} is computed from itself'


def _circle(body: walk.Body) -> Optional[str]:
  """A node that runs before itself, if there is one."""
  consumers: Dict[str, List[str]] = collections.defaultdict(list)
  missing: Dict[str, int] = {}
  for name, node in body.nodes.items():
    before = {walk.node_of(ref) for ref in node.input}
    before = {other for other in before if other in body.nodes
              and body.nodes[other].op not in _BACK_EDGES}
    missing[name] = len(before)
    for other in before:
      consumers[other].append(name)
  ready = [name for name, count in missing.items() if not count]
  done = 0
  while ready:
    done += 1
    for name in consumers[ready.pop()]:
      missing[name] -= 1
      if not missing[name]:
        ready.append(name)
  if done == len(missing):
    return None
  # Of those that are left, some only come after a circle. Going back from any
  # of them ends in one.
  left = {name for name, count in missing.items() if count}
  name, seen = min(left), set()
  while name not in seen:
    seen.add(name)
    name = min(before for before in map(walk.node_of, body.nodes[name].input)
               if before in left)
  return name


def _problems_of_calls(node: Any,
                       bodies: Mapping[str, walk.Body]) -> Iterator[str]:
  call = function_calls.CALLS.get(node.op)
  first = call.first_argument if call else 0
  num_arguments = len(walk.data_inputs(node)) - first
  for name in _called_by(node, bodies):
    if name not in bodies:
      yield (f'the node {node.name!r} ({node.op}) calls the function {name!r}, '
             'which is not there')
    elif len(bodies[name].arguments) != num_arguments:
      yield (f'the node {node.name!r} ({node.op}) calls the function {name!r} '
             f'with {num_arguments} arguments, and it has '
             f'{len(bodies[name].arguments)}')
    elif node.op.endswith('While') and (
        name == node.attr['body'].func.name
        and len(bodies[name].results) != num_arguments):
      yield (f'the loop {node.name!r} has {num_arguments} variables, and its '
             f'body {name!r} returns {len(bodies[name].results)}')


def _called_by(node: Any, bodies: Mapping[str, walk.Body]) -> List[str]:
  """Names of the functions that a node calls."""
  names = [node.op] if node.op in bodies else []
  call = function_calls.CALLS.get(node.op)
  for attr in call.attrs if call else ():
    names += [function.name for function
              in function_calls.functions_of(node.attr[attr])]
  return names


def _problems_of_depth(graph: walk.Body,
                       bodies: Mapping[str, walk.Body]) -> Iterator[str]:
  """Functions that call themselves, and too many calls in calls."""
  calls = {body.name: [name for node in body.nodes.values()
                       for name in _called_by(node, bodies)]
           for body in (graph, *bodies.values())}
  num_nodes: Dict[str, int] = {}
  for name in _callees_first(calls):
    if name in num_nodes:
      continue
    unknown = [called for called in calls[name] if called not in num_nodes]
    if unknown:
      yield f'the function {unknown[0]!r} calls itself'
    body = bodies[name] if name else graph
    num_nodes[name] = len(body.nodes) + sum(
        num_nodes.get(called, 0) for called in calls[name])
  if num_nodes[''] > _MOST_NODES:
    yield (f'its calls of functions run {min(num_nodes[""], 10**12)} nodes or '
           f'more, and {_MOST_NODES} are the most')


def _callees_first(calls: Mapping[str, Iterable[str]]) -> Iterator[str]:
  """Names of functions, each after those that it calls, if that can be."""
  seen = set()
  for start in calls:
    stack = [(start, iter(calls[start]))] if start not in seen else []
    seen.add(start)
    while stack:
      called = next((name for name in stack[-1][1] if name not in seen), None)
      if called is None:
        yield stack.pop()[0]
      else:
        seen.add(called)
        stack.append((called, iter(calls[called])))
