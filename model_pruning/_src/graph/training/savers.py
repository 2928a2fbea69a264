# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Savers of a graph that know nothing of masks, and when they are found.

Nobody says when a Saver is made. So the graph is looked through when pruning is
attached, when its default saver is built, which TensorFlow does late, and when
a Saver is built that lists masks. The latter restore the pruning state
themselves, see restored_state.py.
"""

from __future__ import annotations

import contextlib
from typing import Any, Iterator, List, Sequence

import tensorflow as tf

from model_pruning._src.graph.training import initializers
from model_pruning._src.graph.training import rebuild_state
from model_pruning._src.graph.training import saved_values


class SparseSaver:
  """A saver that writes pruned weights with zeros, in any thread.

  It wraps a saver and overrides only `build`, which changes the values that the
  save ops write. The wrapped saver is not changed.

  A `tf.compat.v1.train.Supervisor` does not build its saver, but reads the
  `saver_def` before it finalizes the graph: reading it builds this one.
  """

  def __init__(self, saver: tf.compat.v1.train.Saver):
    """Wraps a saver that is not built yet."""
    self._saver = saver
    self._states: List[rebuild_state.PruningState] = []
    self.is_built = False

  @property
  def saver_def(self) -> Any:
    """The `SaverDef` proto, which names the save and restore ops."""
    if not any(state.graph.finalized for state in self._states):
      self.build()
    return self._saver.saver_def

  def __getattr__(self, name: str) -> Any:
    if name.startswith('__') or name == '_saver':  # A copy is being made.
      raise AttributeError(name)
    return getattr(self._saver, name)

  def add(self, state: rebuild_state.PruningState) -> None:
    """Makes this saver write the weights of `state` with zeros."""
    self._states.append(state)

  def build(self) -> None:
    """Adds the operations to the graph, at the first call only."""
    if self.is_built:
      return
    self.is_built = True
    self._saver.build()
    complete(self._states)


def complete(states: Sequence[rebuild_state.PruningState]) -> None:
  """Makes the savers that are built by now write sparse and rebuild the state.

  Args:
    states: the states of one graph, which is not finalized. Savers that were
      changed before are skipped.
  """
  saved_values.save_projected(states)
  for state in states:
    # The caller may be building a Saver, in a scope and on a device of its own.
    with state.graph.as_default(), tf.device(None), tf.control_dependencies(
        None), tf.compat.v1.name_scope(None), without_contexts(state.graph):
      initializers.rebuild_with_restored_weights(state)


@contextlib.contextmanager
def without_contexts(graph: tf.Graph) -> Iterator[None]:
  """Context manager: new branches are not added to the cond collection.

  The collection serves gradients, and there are none here. An export of the
  graph may build the Saver after it has written the operations and before it
  writes the collections: the collection would then name missing ops, and the
  exported graph could not be imported.
  """
  contexts = graph.get_collection_ref(tf.compat.v1.GraphKeys.COND_CONTEXT)
  number = len(contexts)
  yield
  del contexts[number:]


def install(state: rebuild_state.PruningState) -> None:
  """Makes the default saver of the graph write the weights of `state` sparse.

  The default saver is the one in the collection `SAVERS`. If there is none,
  TensorFlow would make one when the graph is finalized; here it is added now. A
  saver that is built already was changed by `complete`.

  Args:
    state: the state of a graph that is not finalized.
  """
  savers = state.graph.get_collection_ref(
      tf.compat.v1.GraphKeys.SAVERS)
  if not savers:
    savers.append(tf.compat.v1.train.Saver(
        sharded=True, allow_empty=True, defer_build=True))
  if len(savers) > 1 or _is_built(savers[0]):
    return
  if not isinstance(savers[0], SparseSaver):
    savers[0] = SparseSaver(savers[0])
  savers[0].add(state)


def _is_built(saver: Any) -> bool:
  if isinstance(saver, SparseSaver):
    return saver.is_built
  return saver.saver_def is not None
