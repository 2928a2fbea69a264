# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Loops of version 1, whose ops lie in the graph between `Enter` and `Exit`.

`Enter` leads into a loop and `Exit` out of it. A loop variable goes from one
turn to the next through a `NextIteration` and a `Merge`, whose other input is
an `Enter`.
"""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import tensorflow as tf

from model_pruning._src.multiply_adds import loops

_ENTRIES = ('Enter', 'RefEnter')
_EXITS = ('Exit', 'RefExit')
_MERGES = ('Merge', 'RefMerge')
_NEXT = ('NextIteration', 'RefNextIteration')
_PASSING = (*loops.PASSING, 'Switch', 'RefSwitch')

# The names of the loops that an operation is in, the outermost first.
Frames = Tuple[str, ...]


class Cut(NamedTuple):
  """The loops of a graph before they were cut open.

  Attributes:
    frames: for each node inside a loop, by name, the loops around it.
    handed_on: for each loop variable, by the name of its `Merge`, the tensor
      that is its value in the next turn, as `node:0`.
  """

  frames: Dict[str, Frames]
  handed_on: Dict[str, str]


def cut(graph_def: Any) -> Cut:
  """Removes the edges that lead from one turn of a loop to the next.

  Shape inference then carries the initial shapes of loop variables into the
  loop.

  Args:
    graph_def: a GraphDef without function calls or control inputs. It is
      changed: each `Enter` and each `Merge` of a loop becomes an `Identity` of
      the initial value.

  Returns:
    What the loops were.
  """
  nodes = {node.name: node for node in graph_def.node}
  result = Cut(_frames_of(graph_def), {})
  for node in graph_def.node:
    if node.op in _MERGES:
      for i, ref in enumerate(node.input):
        after = nodes[_node(ref)]
        if after.op in _NEXT:
          result.handed_on[node.name] = after.input[0]
          _hand_on(node, node.input[1 - i])
          break
  for node in graph_def.node:
    if node.op == 'Enter':
      _hand_on(node, node.input[0])
  return result


def _hand_on(node: Any, ref: str) -> None:
  """Turns a node into the `Identity` of `ref`."""
  dtype = node.attr['T'].type
  node.op = 'Identity'
  node.attr.clear()
  node.attr['T'].type = dtype
  del node.input[:]
  node.input.append(ref)


def _frames_of(graph_def: Any) -> Dict[str, Frames]:
  """The loops around each node that is in one."""
  consumers: Dict[str, List[Any]] = {}
  for node in graph_def.node:
    for ref in node.input:
      consumers.setdefault(_node(ref), []).append(node)
  waiting = [node for node in graph_def.node if node.op in _ENTRIES]
  found: Dict[str, Frames] = {}
  for node in waiting:  # Grows while it is walked.
    frames = max((found.get(_node(ref), ()) for ref in node.input), key=len)
    if node.op in _ENTRIES:
      name = node.attr['frame_name'].s.decode()
      frames = frames if name in frames else (*frames, name)
    elif node.op in _EXITS:
      frames = frames[:-1]
    # Frames only grow, so the walk ends although loops are cycles.
    if len(frames) > len(found.get(node.name, ())):
      found[node.name] = frames
      waiting += consumers.get(node.name, ())
  # A node that only depends on constants entering an inner loop does not see
  # the outer loops: they are those of the other nodes of the inner loop.
  whole = {frames[-1:]: frames for frames in sorted(found.values(), key=len)}
  return {name: whole[frames[-1:]] for name, frames in found.items()}


def _node(ref: str) -> str:
  return ref.split(':')[0]


class FrameLoops:
  """The loops of a graph that was cut."""

  def __init__(self, graph: tf.Graph, was: Cut):
    """Wraps a graph and the result of `cut` for its GraphDef."""
    self._graph = graph
    self._frames, self._handed_on = was
    self._conditions: Dict[Frames, List[tf.Tensor]] = {}
    for op in graph.get_operations():
      if op.type == 'LoopCond':
        self._conditions.setdefault(
            self._frames.get(op.name, ()), []).append(op.inputs[0])

  def turns_of(self, op: tf.Operation) -> List[Optional[int]]:
    """The number of turns of each loop around `op`; None where not known."""
    frames = self._frames.get(op.name, ())
    return [self._turns(frames[:i + 1]) for i in range(len(frames))]

  def _turns(self, frames: Frames) -> Optional[int]:
    """The number of turns of a loop that counts up to a static limit."""
    limits: List[Optional[int]] = []
    waiting = list(self._conditions.get(frames, ()))
    if len(waiting) > 1:
      return None  # Two copies of a graph have loops of the same name.
    for tensor in waiting:  # Grows while it is walked.
      op = tensor.op
      if op.type in ('LogicalAnd', *loops.PASSING):
        waiting += list(op.inputs)
      elif op.type == 'Less':
        counter = self._behind(op.inputs[0])
        step = self._step(counter)
        limits.append(loops.turns_between(
            loops.static_value(counter.inputs[0]), self._limit(op.inputs[1]),
            step) if step else None)
      else:
        return None
    return loops.fewest(limits)

  def _behind(self, tensor: tf.Tensor) -> tf.Operation:
    """The op behind a tensor, past identities, up to a loop variable."""
    op = tensor.op
    while op.type in _PASSING and op.name not in self._handed_on:
      op = op.inputs[0].op
    return op

  def _limit(self, tensor: tf.Tensor) -> Optional[int]:
    """The value of a tensor that is the same in every turn; else None."""
    op = self._behind(tensor)
    if op.name in self._handed_on:
      if self._behind(self._graph.get_tensor_by_name(
          self._handed_on[op.name])) is not op:
        return None
      tensor = op.inputs[0]
    return loops.static_value(tensor, self._handed_on)

  def _step(self, counter: tf.Operation) -> Optional[int]:
    """The constant that a turn adds to a loop variable; None if it does not."""
    if counter.name not in self._handed_on:
      return None
    op = self._behind(self._graph.get_tensor_by_name(
        self._handed_on[counter.name]))
    if op.type not in ('Add', 'AddV2'):
      return None
    ends = [self._behind(tensor) for tensor in op.inputs]
    others = [end for end in ends if end is not counter]
    return loops.static_value(others[0].outputs[0]) if [
        other.type for other in others] == ['Const'] else None
