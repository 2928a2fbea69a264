# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Lets Savers that are made after pruning is attached read every checkpoint.

A `tf.compat.v1.train.Saver` that lists masks would fail to read the checkpoint
of a dense run, which has none. So the pruning state defines how it is restored:
from the file if the file has all the state that the Saver lists, else by
rebuilding it from the weights in the file.
"""

from __future__ import annotations

from typing import (
  Any,
  Dict,
  List,
  NamedTuple,
  Optional,
  Sequence,
  Set,
)

import tensorflow as tf

from model_pruning._src.compat import graph as graph_compat
from model_pruning._src.compat import saveables
from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.graph import variables as variables_lib
from model_pruning._src.graph.training import rebuild_state
from model_pruning._src.graph.training import saved_values
from model_pruning._src.graph.training import savers


class _Saver(NamedTuple):
  """A Saver that has built its save ops, and not yet its restore ops.

  Attributes:
    entries: where its files have variables, by `saved_values.key_of`.
    anchor: the entry of the step or of a weight, which every file has; None if
      the Saver lists none of them.
    asking: the keys of the variables for which the Saver reads `anchor` in
      place of their own entry: the first one of each restore op, since that op
      has the name of the file as an input.
    restored: the values of the state, by the keys of its variables; filled when
      the first of them is restored.
  """

  entries: Dict[str, saved_values.Entry]
  anchor: Optional[saved_values.Entry]
  asking: Set[str]
  restored: Dict[str, tf.Tensor]


class RestoredState:
  """Tells Savers how to save and to restore the state of some weights."""

  def __init__(self, state: rebuild_state.PruningState):
    """Describes variables of a graph; adds nothing to it."""
    self._state = state
    self._tensors = {
        _key(part): state.graph.as_graph_element(variables_lib.primary(part))
        for held in state.state for part in held.parts}
    self._savers: Dict[str, _Saver] = {}

  def install(self) -> None:
    """Makes Savers ask this object from now on."""
    for held in self._state.state:
      for part in held.parts:
        saveables.set_restorer(part, self)

  def specs(self, variable: tf.Variable) -> List[Any]:
    """The specs that a Saver saves of a variable, and later those it reads."""
    key = _key(variable)
    tensor = self._tensors[key]
    if self._is_saved(key):
      saver = self._saver()
      if saver.anchor is not None:
        return [saveables.save_spec(
            tensor, saver.anchor.slice_spec, saver.anchor.name,
            saver.anchor.dtype)] if key in saver.asking else []
    held = variables_lib.primary(variable)
    partition = graph_compat.partition_of(held)
    return [saveables.save_spec(
        tensor, partition.spec if partition else '',
        partition.full_name if partition else held.op.name, tensor.dtype)]

  def restore(self, variable: tf.Variable,
              tensors: Sequence[tf.Tensor]) -> tf.Operation:
    """Adds the assignment that restores a variable.

    Args:
      variable: a variable of the state.
      tensors: the values that the Saver read for `specs`.
    """
    saver = self._saver()
    if saver.anchor is None:  # It can only read its own files.
      [value] = tensors
    else:
      if not saver.restored:
        self._read(saver, tensors[0].op)
      value = saver.restored[_key(variable)]
    return variables_lib.StoredTensor([variable]).assign(value)

  def _is_saved(self, key: str) -> bool:
    """Whether the Saver that is being built has its save ops already."""
    return (self._state.graph.get_name_scope() in self._savers
            or self._save_op(key) is not None)

  def _save_op(self, key: str) -> Optional[tf.Operation]:
    """The save op of a variable in the Saver that is being built, if there.

    A Saver makes all its save ops before its restore ops, in a name scope of
    its own.
    """
    scope = self._state.graph.get_name_scope() + '/'
    return next((op for op in self._tensors[key].consumers()
                 if op.type in saved_values.SAVES
                 and op.name.startswith(scope)), None)

  def _saver(self) -> _Saver:
    """The Saver that is being built."""
    scope = self._state.graph.get_name_scope()
    if scope not in self._savers:
      entries: Dict[str, saved_values.Entry] = {}
      asking = {}
      for key in self._tensors:
        op = self._save_op(key)
        if op is not None and op.name not in asking:
          of_op = saved_values.entries_of(op)
          asking[op.name] = next(
              saved for saved in of_op if saved in self._tensors)
          entries.update(of_op)
      # The smallest weight is the anchor, as it is read twice.
      weights = sorted(
          (variable for weight in self._state.weights
           for variable in weight.weight.fetches()),
          key=lambda variable: int(variable.shape.num_elements()))
      anchor = next(
          (entries[_key(variable)]
           for variable in (*self._state.global_step.fetches(), *weights)
           if _key(variable) in entries), None)
      self._savers[scope] = _Saver(entries, anchor, set(asking.values()), {})
      # The Saver may run in another thread: its files must be sparse anyway.
      # It may also be the last chance to change Savers that list no masks.
      savers.complete([self._state])
    return self._savers[scope]

  def _read(self, saver: _Saver, restore_op: tf.Operation) -> None:
    """Adds the values of the restored state, next to a restore op."""
    filename = restore_op.inputs[0]
    listed = {key: saver.entries[key] for key in self._tensors
              if key in saver.entries}
    sources = [*[weight.weight for weight in self._state.weights],
               self._state.global_step]
    # Only the assignments depend on the ops that are made here. The file is not
    # inspected inside of a branch.
    with tf.control_dependencies(None), tf.device(
        restore_op.device), savers.without_contexts(self._state.graph):
      unlisted = {
          _key(variable): rebuild_state.read_variable_or(variable, default)
          for held, default in zip(sources, [1] * (len(sources) - 1) + [0])
          for variable in held.fetches() if _key(variable) not in saver.entries}

      def rebuilt() -> List[tf.Tensor]:
        values = {**unlisted, **_restore(filename, {
            key: entry for key, entry in saver.entries.items()
            if key in {_key(variable) for held in sources
                       for variable in held.fetches()}})}
        *weights, step = [
            held.read(lambda variable: tf.reshape(
                values[_key(variable)], variable.shape)) for held in sources]
        with tf.control_dependencies([tf.print(
            'model_pruning: not all of the pruning state is in the checkpoint',
            filename, '- rebuilt from the zeros of the weights.',
            output_stream=tf.compat.v1.logging.info)]):
          return [
              tf.identity(piece) for held, value in zip(
                  self._state.state, self._state.rebuilt(weights, step))
              for part, piece in zip(held.parts, held.pieces(value))
              if _key(part) in listed]

      restored = tf.nest.flatten(tf.compat.v1.cond(
          _has_all(filename, listed),
          lambda: list(_restore(filename, listed).values()), rebuilt))
    for key, value in zip(listed, restored):
      value.set_shape(self._tensors[key].shape)
      saver.restored[key] = value


def _key(variable: tf.Variable) -> str:
  return saved_values.key_of(variables_lib.primary(variable))


def _restore(filename: tf.Tensor, entries: Dict[str, saved_values.Entry]
             ) -> Dict[str, tf.Tensor]:
  """Reads variables from a checkpoint."""
  names, slice_specs, dtypes = zip(*entries.values())
  return dict(zip(entries, tf.raw_ops.RestoreV2(
      prefix=filename, tensor_names=names, shape_and_slices=slice_specs,
      dtypes=dtypes)))


def _has_all(filename: tf.Tensor,
             entries: Dict[str, saved_values.Entry]) -> tf.Tensor:
  """Whether a checkpoint has all of `entries`.

  No op tells that. But a dataset can drop elements that raise an error.
  """

  def read(prefix: tf.Tensor) -> tf.Tensor:
    with tf.control_dependencies(list(_restore(prefix, entries).values())):
      return tf.constant(True)

  return tf_compat.ignore_errors(
      tf.data.Dataset.from_tensors(filename).map(read)).reduce(
          False, lambda found, _: True)
