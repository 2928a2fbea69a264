# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The default saver of a graph, which TensorFlow builds late.

Its save ops are made sparse when it is built. It restores the pruning state as
any Saver that lists it, see restored_state.py.
"""

from __future__ import annotations

from typing import Any, List

import tensorflow as tf

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
    saved_values.save_projected(self._states)


def install(state: rebuild_state.PruningState) -> None:
  """Makes the default saver of the graph write the weights of `state` sparse.

  The default saver is the one in the collection `SAVERS`. If there is none,
  TensorFlow would make one when the graph is finalized; here it is added now. A
  saver that is built already was changed by `saved_values.save_projected`.

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
