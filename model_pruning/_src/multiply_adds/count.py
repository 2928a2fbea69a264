# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Counts the multiply-adds that a graph computes with each of its weights."""

from __future__ import annotations

from typing import (
  Any,
  Dict,
  Iterable,
  List,
  NamedTuple,
  Optional,
  Sequence,
)

import tensorflow as tf

from model_pruning._src.multiply_adds import formulas
from model_pruning._src.multiply_adds import frames
from model_pruning._src.multiply_adds import imported
from model_pruning._src.multiply_adds import inlining
from model_pruning._src.multiply_adds import loops
from model_pruning._src.multiply_adds import sources as sources_lib

# Op type of an input of a graph -> the attribute that has its shape.
_INPUTS = {'Placeholder': 'shape', 'PlaceholderV2': 'shape',
           'PlaceholderWithDefault': 'shape',
           'IteratorGetNext': 'output_shapes'}
_IF = ('If', 'StatelessIf', 'Case', 'StatelessCase')


class Counts(NamedTuple):
  """Multiply-adds of one call of a graph.

  Attributes:
    weights: the multiply-adds with each weight, by its name; None if they are
      not known. A weight without a name here takes part in none.
    others: the multiply-adds between tensors that are not weights; None if they
      are not known.
    per_turn: for weights whose number is not known because the number of turns
      of a loop is not: their multiply-adds if each such loop turned once.
  """

  weights: Dict[str, Optional[int]]
  others: Optional[int]
  per_turn: Dict[str, int] = {}


def count(graph_def: Any, outputs: Optional[Sequence[str]] = None) -> Counts:
  """Counts the multiply-adds of a graph.

  The first dimension of an input is taken as 1 if it is not known: the counts
  are those of one example, unless the graph takes batches of a known size. The
  body of a loop is counted once per turn, if the number of turns follows from
  shapes and constants. Of several branches the most expensive one is counted.

  Args:
    graph_def: a GraphDef. Variables are named by their `shared_name`.
    outputs: the tensors that are computed. Default: all of the graph.

  Returns:
    The counts.

  Raises:
    ValueError: if TensorFlow cannot import the graph, because it does not know
      an operation, say.
  """
  library = inlining.Library(graph_def.library)
  flat = inlining.flatten(graph_def.node, library, outputs=outputs)
  for node in flat.graph_def.node:
    if node.op in _INPUTS:
      value = node.attr[_INPUTS[node.op]]
      for shape in value.list.shape or [value.shape]:
        if shape.dim and shape.dim[0].size == -1:
          shape.dim[0].size = 1
  counter = _Count(library, None)
  counts = counter.of(flat, {})
  if not counter.has_unknown_turns:
    return counts
  once = _Count(library, 1).of(flat, {})
  return counts._replace(per_turn={
      name: value for name, value in once.weights.items()
      if value is not None and counts.weights[name] is None})


class _Count:
  """Counts graphs that share a library of functions.

  Attributes:
    has_unknown_turns: whether a graph had a loop with an unknown number of
      turns.
  """

  def __init__(self, library: inlining.Library, unknown_turns: Optional[int]):
    """Creates a counter.

    Args:
      library: the functions.
      unknown_turns: the number of turns to assume where it is not known; None
        makes the counts of such loops unknown.
    """
    self._library = library
    self._unknown_turns = unknown_turns
    self.has_unknown_turns = False

  def _turns(self, known: Optional[int]) -> Optional[int]:
    """The turns of a loop, or the number to assume if they are not known."""
    if known is None:
      self.has_unknown_turns = True
      return self._unknown_turns
    return known

  def of(self, flat: inlining.FlatGraph,
         arguments: Dict[str, List[sources_lib.Source]]) -> Counts:
    """The counts of a graph without function calls.

    Args:
      flat: the graph.
      arguments: by the names of placeholders that stand for weights, these.
    """
    graph_def = tf.compat.v1.GraphDef()
    graph_def.CopyFrom(flat.graph_def)
    was = frames.cut(graph_def)
    graph = imported.import_graph(graph_def, self._library, was.handed_on)
    sources = sources_lib.Sources(flat.origins, arguments)
    in_frames = frames.FrameLoops(graph, was)
    total = Counts({}, 0)
    for op in graph.get_operations():
      if op.type in imported.WHILE:
        total = _sum(total, self._of_loop(op, sources))
      elif op.type in _IF:
        total = _sum(total, self._of_branches(op, sources))
      else:
        product = formulas.product_of(op)
        if product is not None:
          number = product.multiply_adds
          for turns in in_frames.turns_of(op):
            number = _times(number, self._turns(turns))
          total = _sum(total, _of_product(
              op, product._replace(multiply_adds=number), sources))
    return total

  def _of_loop(self, op: tf.Operation, sources: sources_lib.Sources) -> Counts:
    """The counts of one turn of a loop, times the number of turns."""
    body = op.get_attr('body').name
    names, results = self._library.signature(body)
    once = self._of_function(body, op.inputs, sources, {
        name for name, result in zip(names, results)
        if loops.hands_on(self._library, body, result) == name},
        imported.lasting_shapes(op, self._library))
    turns = self._turns(loops.num_turns(op, self._library))
    return Counts({name: _times(one, turns)
                   for name, one in once.weights.items()},
                  _times(once.others, turns))

  def _of_branches(self, op: tf.Operation,
                   sources: sources_lib.Sources) -> Counts:
    """For each weight, the largest count among the branches."""
    functions = (op.get_attr('branches') if 'Case' in op.type else [
        op.get_attr('then_branch'), op.get_attr('else_branch')])
    branches = []
    inputs = list(op.inputs)[1:]
    for function in functions:
      arguments, _ = self._library.signature(function.name)
      branches.append(self._of_function(
          function.name, inputs, sources, arguments,
          [one.shape for one in inputs]))
    names = {name for counts in branches for name in counts.weights}
    return Counts(
        {name: _largest([counts.weights.get(name, 0) for counts in branches])
         for name in names}, _largest([counts.others for counts in branches]))

  def _of_function(self, function: str, inputs: Sequence[tf.Tensor],
                   sources: sources_lib.Sources, constant: Iterable[str],
                   shapes: Sequence[tf.TensorShape]) -> Counts:
    """The counts of one run of a loop's body or of a branch.

    Args:
      function: the name of the function.
      inputs: the tensors that it is called with.
      sources: the sources of the calling graph.
      constant: the names of the arguments that have the same value in each run.
      shapes: the shapes of the arguments that hold in each run.
    """
    names, results = self._library.signature(function)
    behind = {name: sources.behind(value)
              for name, value in zip(names, inputs) if name in constant}
    nodes = imported.function_nodes(self._library, function, inputs, shapes)
    return self.of(
        inlining.flatten(nodes, self._library, function, results),
        {name: found for name, found in behind.items() if found})


def _of_product(op: tf.Operation, product: formulas.Product,
                sources: sources_lib.Sources) -> Counts:
  """The counts of one operation."""
  found: Dict[str, Optional[int]] = {}
  for index in product.operands:
    tensor = op.inputs[index]
    behind = sources.behind(tensor)
    if behind is None:
      found.update((source.name, None) for source in sources.made_of(tensor))
    else:
      found.update(_shares(behind, tensor, product.multiply_adds))
  return Counts(found, 0 if found else product.multiply_adds)


def _shares(behind: List[sources_lib.Source], tensor: tf.Tensor,
            multiply_adds: Optional[int]) -> Dict[str, Optional[int]]:
  """Splits the multiply-adds with a tensor among the weights in it."""
  if multiply_adds is None or len(behind) == 1:
    return {source.name: multiply_adds for source in behind}
  size = formulas.size_of(tensor.shape)
  sizes = [source.size for source in behind if source.size is not None]
  # If entries were cut off, it is not known from which weight.
  if size is None or len(sizes) < len(behind) or sum(sizes) != size:
    return {source.name: None for source in behind}
  return {source.name: multiply_adds * one // size
          for source, one in zip(behind, sizes)}


def _sum(one: Counts, other: Counts) -> Counts:
  weights = dict(one.weights)
  for name, value in other.weights.items():
    weights[name] = _plus(weights.get(name, 0), value)
  return Counts(weights, _plus(one.others, other.others))


def _plus(one: Optional[int], other: Optional[int]) -> Optional[int]:
  return None if one is None or other is None else one + other


def _times(one: Optional[int], other: Optional[int]) -> Optional[int]:
  if one == 0:
    return 0
  return None if one is None or other is None else one * other


def _largest(values: Iterable[Optional[int]]) -> Optional[int]:
  largest = 0
  for value in values:
    if value is None:
      return None
    largest = max(largest, value)
  return largest
