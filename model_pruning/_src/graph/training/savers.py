# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Restores checkpoints that were written without pruning.

TensorFlow's default saver saves and restores every variable, masks too. It
would refuse the checkpoint of a dense run, which has no masks.
"""

from __future__ import annotations

import contextlib
import copy
from typing import Any, Iterator, List, Sequence

import tensorflow as tf
from absl import logging

from model_pruning._src.graph.training import rebuild_state
from model_pruning._src.graph.training import saved_values


class StateSaver:
  """A saver that rebuilds the pruning state a checkpoint does not have.

  It is the saver it is given in all but two: `build` makes operations that
  restore the other variables too, and `restore` runs those where the
  checkpoint lacks a part of the state. What else a checkpoint lacks is an
  error, as ever. The saver that is given is not changed.

  A `tf.compat.v1.train.Supervisor` builds no saver, but asks for its
  `saver_def` before it finalizes the graph: that builds this one.
  """

  def __init__(self, saver: tf.compat.v1.train.Saver):
    """Wraps a saver that is not built yet."""
    self._saver = saver
    self._others = copy.copy(saver)
    self._states: List[rebuild_state.PruningState] = []
    self.is_built = False

  @property
  def saver_def(self) -> Any:
    """Names of the operations that save and restore, in a message."""
    if not any(state.graph.finalized for state in self._states):
      self.build()
    return self._saver.saver_def

  def __getattr__(self, name: str) -> Any:
    if name.startswith('__') or name == '_saver':  # Of a copy being made.
      raise AttributeError(name)
    return getattr(self._saver, name)

  def add(self, state: rebuild_state.PruningState) -> None:
    """Makes `state` part of what a checkpoint may lack."""
    self._states.append(state)

  def build(self) -> None:
    """Adds the operations to the graph; once."""
    if self.is_built:
      return
    self.is_built = True
    self._saver.build()
    # `build` takes all variables there are.
    with _hidden([part for state in self._states for held in state.state
                  for part in held.parts]):
      self._others.build()
    for state in self._states:
      state.build()
    saved_values.save_projected(self._states)

  def restore(self, sess: tf.compat.v1.Session, save_path: str) -> None:
    """Restores a checkpoint, with or without the pruning state."""
    try:
      reader = tf.train.load_checkpoint(save_path)
    except (TypeError, ValueError, RuntimeError, tf.errors.OpError):
      self._saver.restore(sess, save_path)  # Says what is wrong.
      return
    absent = {name for state in self._states for held in state.state
              if not reader.has_tensor(held.name) for name in held.names}
    if not absent:
      self._saver.restore(sess, save_path)
      return
    self._others.restore(sess, save_path)
    for state in self._states:
      for held in state.state:
        if not held.is_among(absent):
          held.load(reader.get_tensor(held.name), sess)
      state.rebuild(sess, absent)
    logging.info(
        'model_pruning: the checkpoint %s has no %s: rebuilt from the zeros '
        'of the weights.', save_path, ', '.join(sorted(absent)))


def install(state: rebuild_state.PruningState) -> None:
  """Makes the default saver of the graph rebuild `state` where it must.

  The default saver is the one in the collection `SAVERS`. If there is none
  yet, TensorFlow would make one when the graph is finalized: it is put there
  now. One that is built already does not know the state.

  Args:
    state: of a graph that is not finalized.
  """
  savers = state.graph.get_collection_ref(
      tf.compat.v1.GraphKeys.SAVERS)
  if not savers:
    savers.append(tf.compat.v1.train.Saver(
        sharded=True, allow_empty=True, defer_build=True))
  if len(savers) > 1 or _is_built(savers[0]):
    return
  if not isinstance(savers[0], StateSaver):
    savers[0] = StateSaver(savers[0])
  savers[0].add(state)


def _is_built(saver: Any) -> bool:
  if isinstance(saver, StateSaver):
    return saver.is_built
  return saver.saver_def is not None


@contextlib.contextmanager
def _hidden(variables: Sequence[tf.Variable]) -> Iterator[None]:
  """Takes variables out of the collection of all for a while."""
  collection = tf.compat.v1.get_collection_ref(
      tf.compat.v1.GraphKeys.GLOBAL_VARIABLES)
  everything = list(collection)
  names = {variable.op.name for variable in variables}
  collection[:] = [variable for variable in everything
                   if variable.op.name not in names]
  try:
    yield
  finally:
    collection[:] = everything
