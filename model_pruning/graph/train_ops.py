# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Finding the optimizer in a graph: what updates weights and counts steps."""

from __future__ import annotations

import re
from typing import Any, Dict, FrozenSet, Iterable, List, Set, Tuple

import tensorflow as tf

from model_pruning.graph import weights as weights_lib

# Kernels of optimizers, sparse updates, and the plain arithmetic that
# optimizers written in Python use. Assign alone is not among them: it is what
# initializers and savers do.
_UPDATES = re.compile(
    r'(Resource)?(Sparse)?Apply|(Resource)?Scatter|Assign(Sub|Add)')


def updates_of(variable: tf.Variable) -> List[tf.Operation]:
  """The operations of `variable`'s graph that change it in training."""
  return [op for op in weights_lib.source(variable).consumers()
          if _UPDATES.match(op.type)]


def ancestors(ops: Iterable[tf.Operation]) -> Set[str]:
  """Names of `ops` and of all that runs before them when they are run."""
  seen = set()
  waiting = list(ops)
  while waiting:
    op = waiting.pop()
    if op.name not in seen:
      seen.add(op.name)
      waiting.extend(tensor.op for tensor in op.inputs)
      waiting.extend(op.control_inputs)
  return seen


class Followers:
  """What runs after what in a graph."""

  def __init__(self, graph: tf.Graph):
    """Reads the graph once; operations added later are not seen."""
    self._next: Dict[str, List[tf.Operation]] = {}
    for op in graph.get_operations():
      for before in (*(tensor.op for tensor in op.inputs),
                     *op.control_inputs):
        self._next.setdefault(before.name, []).append(op)

  def of(self, op: tf.Operation) -> Set[str]:
    """Names of `op` and of all that can only run after it."""
    seen = set()
    waiting = [op]
    while waiting:
      op = waiting.pop()
      if op.name not in seen:
        seen.add(op.name)
        waiting.extend(self._next.get(op.name, ()))
    return seen

  def train_ops(self, updates: Iterable[tf.Operation]
                ) -> List[List[tf.Operation]]:
    """Splits `updates` into those that train ops run together.

    Two of them are in one train op if one runs after the other, or a third
    operation runs after both.
    """
    return merge_overlapping(
        [(self.of(update), [update]) for update in updates])


def merge_overlapping(parts: Iterable[Tuple[Set[Any], List[Any]]]
                      ) -> List[List[Any]]:
  """Concatenates the lists of all parts whose sets overlap.

  >>> merge_overlapping([({1, 2}, ['a']), ({3}, ['b']), ({2, 4}, ['c'])])
  [['b'], ['a', 'c']]
  """
  merged: List[Tuple[Set[Any], List[Any]]] = []
  for members, items in parts:
    for other in [other for other in merged if members & other[0]]:
      merged.remove(other)
      members, items = members | other[0], other[1] + items
    merged.append((members, items))
  return [items for _, items in merged]


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
