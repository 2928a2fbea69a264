# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Finding the optimizer in a graph: what updates weights and counts steps."""

from __future__ import annotations

import re
from typing import Any, Dict, FrozenSet, Iterable, List, Sequence, Set, Tuple

import tensorflow as tf

from model_pruning._src.compat import graph as graph_compat
from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.graph import function_bodies
from model_pruning._src.graph import reachable as reachable_lib
from model_pruning._src.graph import variables as variables_lib

# Kernels of optimizers, sparse updates, and the plain arithmetic that
# optimizers written in Python use.
_UPDATES = re.compile(
    r'(Resource)?(Sparse)?Apply|(Resource)?Scatter|Assign(Sub|Add)')
# What initializers and savers do; an update if the value is made of what the
# variable held.
_ASSIGNMENTS = re.compile(r'Assign(VariableOp)?$')
# The names by which such kernels take the gradient.
_GRADIENTS = ('grad', 'delta')
_ENQUEUES = re.compile(r'QueueEnqueue')
# What hands on a variable itself, into a `cond` or a `while_loop` of TF 1.
_SAME_VARIABLE = frozenset(['Enter', 'RefEnter', 'Switch', 'RefSwitch'])


class TrainingGraph:
  """The order of the ops in a graph, and those that train."""

  def __init__(self, graph: tf.Graph):
    """Reads the graph once; operations added later are not seen."""
    self._graph = graph
    self._functions = function_bodies.Functions(graph)
    # Those that wait for an operation and take nothing from it. What takes
    # something is asked for where it is needed: to ask all takes time.
    self._waiting: Dict[str, List[tf.Operation]] = {}
    for op in graph.get_operations():
      for before in op.control_inputs:
        self._waiting.setdefault(before.name, []).append(op)

  def updates_of(self, variable: tf.Variable) -> List[tf.Operation]:
    """The operations that change `variable` in training.

    One inside a `cond` or a `while_loop` is represented by those operations
    that end it: they run whether or not the update does.
    """
    updates: Dict[str, tf.Operation] = {}
    for replica in tf_compat.replicas(variable):
      for op in self._inner_updates_of(replica):
        for outer in self._outside(op):
          updates[outer.name] = outer
    return list(updates.values())

  def gradient_of(self, variable: tf.Variable,
                  run: FrozenSet[str]) -> tf.Tensor:
    """What the optimizer takes as the gradient of `variable`.

    Args:
      variable: no distributed one, but that of a replica.
      run: names of the operations of a train op.

    Returns:
      A tensor of the shape and dtype of `variable`.
    """
    arguments = next(
        arguments for op, arguments in self._gradient_arguments(variable)
        if op.name in run)
    if 'indices' not in arguments:
      return arguments['gradient']
    return tf.math.unsorted_segment_sum(
        arguments['gradient'], arguments['indices'],
        variable.shape.as_list()[0])

  def check_gradient_of(self, variable: tf.Variable) -> None:
    """Makes sure that `gradient_of` finds the gradient in every train op.

    Raises:
      ValueError: if an operation that updates the variable does not take the
        gradient, or is inside a cond or a loop.
    """
    updates = self._inner_updates_of(variable)
    if len(self._gradient_arguments(variable)) < len(updates):
      raise ValueError(
          'Argument `prune_option` must be "weight" where the operations of '
          'the optimizer do not take the gradient. Received: a graph in which '
          f'{variable.op.name!r} is updated by '
          f'{[(op.type, op.name) for op in updates]}')

  def _gradient_arguments(self, variable: tf.Variable) -> List[
      Tuple[tf.Operation, Dict[str, tf.Tensor]]]:
    """Updates that take the gradient, with that and perhaps its indices."""
    found = []
    for op in self._inner_updates_of(variable):
      arguments = dict(zip(
          [argument.name for argument in op.op_def.input_arg], op.inputs))
      for name in _GRADIENTS:
        if name in arguments and not graph_compat.in_control_flow(op):
          arguments['gradient'] = arguments[name]
          found.append((op, arguments))
    return found

  def enqueues(self) -> List[tf.Operation]:
    """The operations that put something into a queue."""
    return [op for op in self._graph.get_operations()
            if _ENQUEUES.match(op.type)]

  def run_by(self, train_op: Any) -> FrozenSet[str]:
    """Names of all operations that a run of `train_op` needs.

    In contrast to the function `run_by`, with what other threads run so that
    a queue has what the train op takes from it.
    """
    run = run_by(self._graph, train_op)
    queues = {op.inputs[0].op.name for op in self._graph.get_operations()
              if op.name in run and op.type.startswith('QueueDequeue')}
    return run | ancestors(
        op for op in self.enqueues() if op.inputs[0].op.name in queues)

  def done(self, op: tf.Operation) -> List[Any]:
    """Control dependencies after which every effect of `op` has happened."""
    if not self._functions.is_call(op):
      return [op]
    # A call that is inlined ends for those that take its outputs when they
    # are there; for those that only wait for it, it may end sooner.
    return [op, *[tf.identity(output) for output in op.outputs]]

  def train_ops(self, updates: Iterable[tf.Operation]
                ) -> List[List[tf.Operation]]:
    """Splits `updates` into those that train ops run together.

    Two of them are in one train op if one runs after the other, or a third
    operation runs after both.
    """
    return merge_overlapping(
        [(self._after(update), update) for update in updates])

  def _next(self, op: tf.Operation) -> List[tf.Operation]:
    """The operations that take something from `op`, or wait for it."""
    return [after for output in op.outputs for after in output.consumers()] + (
        self._waiting.get(op.name, []))

  def _after(self, op: tf.Operation) -> Set[str]:
    """Names of `op` and of all that can only run after it."""
    return {after.name for after in reachable_lib.reachable([op], self._next)}

  def _inner_updates_of(self, variable: tf.Variable) -> List[tf.Operation]:
    held = variables_lib.source(variable)
    found: Dict[str, tf.Operation] = {}
    seen: Set[str] = set()
    waiting = [held]
    while waiting:
      tensor = waiting.pop()
      for op in tensor.consumers():
        if op.type in _SAME_VARIABLE and op.name not in seen:
          seen.add(op.name)
          waiting.extend(op.outputs)
        elif self._changes(op, tensor, held):
          found[op.name] = op
    return list(found.values())

  def _changes(self, op: tf.Operation, tensor: tf.Tensor,
               held: tf.Tensor) -> bool:
    """Whether `op` changes the variable that `tensor` stands for."""
    indices = [i for i, taken in enumerate(op.inputs) if taken is tensor]
    if _UPDATES.match(op.type):
      return 0 in indices
    if _ASSIGNMENTS.match(op.type):
      return 0 in indices and depends_on(op.inputs[1].op, held.op)
    if not self._functions.is_call(op):
      return False
    uses = {use for i in indices
            for use in self._functions.follow(op, i, _SAME_VARIABLE).uses}
    types = {use.op_type for use in uses if use.input_index == 0}
    return any(map(_UPDATES.match, types)) or (
        'ReadVariableOp' in types and any(map(_ASSIGNMENTS.match, types)))

  def _outside(self, op: tf.Operation) -> List[tf.Operation]:
    """`op`, or what ends the outermost cond or loop of TF 1 around it."""
    return [
        after for after in reachable_lib.reachable(
            [op], lambda inside: self._next(inside)
            if graph_compat.in_control_flow(inside) else [])
        if not graph_compat.in_control_flow(after)]


def ancestors(ops: Iterable[tf.Operation]) -> Set[str]:
  """Names of `ops` and of all that runs before them when they are run."""
  return {op.name for op in reachable_lib.reachable(
      ops, lambda op: [*_computed_from(op), *op.control_inputs])}


def depends_on(op: tf.Operation, before: tf.Operation) -> bool:
  """Whether `op` is computed from `before`, or is it."""
  return any(found.name == before.name
             for found in reachable_lib.reachable([op], _computed_from))


def _computed_from(op: tf.Operation) -> List[tf.Operation]:
  """The operations whose outputs `op` takes."""
  return [tensor.op for tensor in op.inputs]


def merge_overlapping(parts: Sequence[Tuple[Iterable[Any], Any]]
                      ) -> List[List[Any]]:
  """Lists together the items of all parts whose members overlap.

  >>> merge_overlapping([({1, 2}, 'a'), ({3}, 'b'), ({2, 4}, 'c')])
  [['a', 'c'], ['b']]
  """
  parents = list(range(len(parts)))

  def root(i: int) -> int:
    while parents[i] != i:
      parents[i] = i = parents[parents[i]]
    return i

  first_with: Dict[Any, int] = {}
  for i, (members, _) in enumerate(parts):
    for member in members:
      parents[root(i)] = root(first_with.setdefault(member, i))
  merged: Dict[int, List[Any]] = {}
  for i, (_, item) in enumerate(parts):
    merged.setdefault(root(i), []).append(item)
  return list(merged.values())


def run_by(graph: tf.Graph, fetches: Any) -> FrozenSet[str]:
  """Names of all operations that a `session.run` of `fetches` runs.

  Args:
    graph: the graph of the session.
    fetches: anything that `session.run` takes.
  """
  elements = [graph.as_graph_element(fetch)
              for fetch in tf.nest.flatten(fetches, expand_composites=True)]
  return frozenset(ancestors(
      getattr(element, 'op', element) for element in elements))
