# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Keeps projections and the reads of savers in other threads apart."""

from __future__ import annotations

import contextlib
import weakref
from typing import Callable, Iterator, MutableMapping, Sequence

import tensorflow as tf

# The mutex of each graph. No collection of the graph: exports would warn.
_NAMES: MutableMapping[tf.Graph, str] = weakref.WeakKeyDictionary()


@contextlib.contextmanager
def held(graph: tf.Graph) -> Iterator[Callable[[Sequence[tf.Operation]], None]]:
  """Context manager: new operations run while no others of its kind do.

  `tf.CriticalSection` does the same, and leaves a collection in the graph that
  cannot be exported. A step that fails gives the lock back.

  Args:
    graph: the default graph.

  Yields:
    A function, to be called once, in the context. It takes the operations
    after which the lock is given back, and returns the one that does that.
  """
  with tf.device('/cpu:0'):
    token = tf.raw_ops.MutexLock(mutex=_mutex(graph))

  def release_after(ops: Sequence[tf.Operation]) -> tf.Operation:
    with tf.control_dependencies(ops), tf.device('/cpu:0'):
      return tf.raw_ops.ConsumeMutexLock(mutex_lock=token)

  with tf.control_dependencies([token]):
    yield release_after


def _mutex(graph: tf.Graph) -> tf.Tensor:
  """The one mutex of the projections of a graph."""
  if graph not in _NAMES:
    with tf.control_dependencies(None), tf.compat.v1.name_scope(None):
      # Sessions of one server share what has a name: it is that of the graph.
      mutex = tf.raw_ops.MutexV2(name='model_pruning/projection_lock')
    _NAMES[graph] = mutex.name
  return graph.get_tensor_by_name(_NAMES[graph])
