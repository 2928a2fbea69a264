# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Finding the optimizer in a graph: what updates weights and counts steps."""

from __future__ import annotations

import re
from typing import Any, Dict, Iterable, List, Set, Tuple

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


def run_with(graph: tf.Graph, ops: Iterable[tf.Operation],
             candidates: Iterable[tf.Operation]) -> List[tf.Operation]:
  """Those of `candidates` that a train op runs together with `ops`.

  A train op is whatever runs one of `ops`: a candidate belongs to it if one
  of the two runs before the other, or both run before a third operation.

  Args:
    graph: the graph of all of them.
    ops: operations that update weights.
    candidates: operations that may belong to the same train op.

  Returns:
    A sublist of `candidates`.
  """
  followers: Dict[str, List[tf.Operation]] = {}
  for op in graph.get_operations():
    for before in (*(tensor.op for tensor in op.inputs), *op.control_inputs):
      followers.setdefault(before.name, []).append(op)

  def followed_by(start: Iterable[tf.Operation]) -> Set[str]:
    seen = set()
    waiting = list(start)
    while waiting:
      op = waiting.pop()
      if op.name not in seen:
        seen.add(op.name)
        waiting.extend(followers.get(op.name, ()))
    return seen

  after_ops = followed_by(ops)
  return [candidate for candidate in candidates
          if not after_ops.isdisjoint(followed_by([candidate]))]


class FetchedUpdates:
  """Tells runs that train from runs that do not, by what they fetch."""

  def __init__(self, graph: tf.Graph, updates: Iterable[tf.Operation]):
    """Takes the operations that update pruned weights."""
    self._graph = graph
    self._updates = frozenset(op.name for op in updates)
    self._known: Dict[Tuple[str, ...], bool] = {}

  def __call__(self, fetches: Any) -> bool:
    """Whether a `session.run` of `fetches` updates a pruned weight.

    Args:
      fetches: anything that `session.run` takes.

    Returns:
      True if one of the operations runs. Looked up once for each fetches.
    """
    ops = [self._op_of(fetch) for fetch in tf.nest.flatten(
        fetches, expand_composites=True)]
    key = tuple(op.name for op in ops)
    if key not in self._known:
      self._known[key] = not self._updates.isdisjoint(ancestors(ops))
    return self._known[key]

  def _op_of(self, fetch: Any) -> tf.Operation:
    element = self._graph.as_graph_element(fetch)
    return getattr(element, 'op', element)
