# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes checkpoints sparse that are written while training runs.

A saver in another thread, or of another worker, may read a weight between the
update of the optimizer and the projection after it. Its checkpoint must have
the pruned weight nevertheless. So savers are changed to write weights with
zeros where the masks are false. The training step is not changed.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Sequence

import tensorflow as tf

from model_pruning._src.compat import graph as graph_compat
from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.graph import variables as variables_lib
from model_pruning._src.graph.training import moving_averages
from model_pruning._src.graph.training import rebuild_state

# Op types that savers put between a variable and the op that writes it.
_READS = frozenset(['Identity', 'ReadVariableOp'])

# Op types with which savers write the current and the old file format.
SAVES = frozenset(['SaveV2', 'SaveSlices'])

# Indices of the inputs of a save op, by the `key_of` of the variable.
_Positions = Dict[str, List[int]]


class Entry(NamedTuple):
  """Where the files of a saver have a variable."""

  name: str
  slice_spec: str
  dtype: tf.DType


class _Pruned(NamedTuple):
  """A pruned variable, which is a weight or its average, and its mask."""

  variable: tf.Variable
  mask: tf.Variable


def save_projected(states: Iterable[rebuild_state.PruningState]) -> List[str]:
  """Makes savers write weights with zeros where their masks are false.

  The mask that is written is the one that was applied to the weight. The moving
  averages of a weight are written in the same way.

  Args:
    states: the states of one graph that no session has run yet. The savers to
      change are built already; those that were changed before are skipped.

  Returns:
    The names of the weights and averages that were found in a saver.
  """
  pruned = [pair for state in states for pair in _pruned_variables(state)]
  if not pruned:
    return []
  found = []
  graph = pruned[0].mask.graph
  for op_name, positions in _saved_variables(graph).items():
    op = graph.get_operation_by_name(op_name)
    together: Dict[str, List[_Pruned]] = {}
    for pair in pruned:
      if key_of(pair.variable) in positions:
        together.setdefault(key_of(pair.mask), []).append(pair)
    for pairs in together.values():
      _project(op, pairs, positions)
      found += [pair.variable.op.name for pair in pairs]
  return found


def saved_as_they_are(
    graph: tf.Graph,
    states: Iterable[rebuild_state.PruningState]) -> List[str]:
  """The names of the save ops that write weights and that nobody changed.

  Args:
    graph: may be finalized.
    states: the states of the graph.
  """
  keys = {key_of(pair.variable) for state in states
          for pair in _pruned_variables(state)}
  return [op_name for op_name, positions in _saved_variables(graph).items()
          if not keys.isdisjoint(positions)]


def is_shared(variable: tf.Variable) -> bool:
  """Whether other workers may change a variable at any time."""
  return tf.compat.v1.DeviceSpec.from_string(variable.device).job == 'ps'


def _pruned_variables(
    state: rebuild_state.PruningState) -> Iterator[_Pruned]:
  pairs = [_Pruned(*pair) for weight in state.weights
           for pair in weight.variables()]
  averages = moving_averages.averages_of([pair.variable for pair in pairs])
  for pair in pairs:
    yield pair
    for average in averages.get(pair.variable.op.name, ()):
      yield _Pruned(average, pair.mask)


def _project(op: tf.Operation, pruned: Sequence[_Pruned],
             positions: _Positions) -> None:
  """Changes the values that `op` writes for one mask and its variables."""
  with op.graph.as_default(), tf.control_dependencies(None):
    values = {}
    for pair in pruned:
      for position in positions[key_of(pair.variable)]:
        with tf.device(op.device):  # A saver runs next to the variable.
          values[position] = tf.identity(op.inputs[position])
    # The mask is read once. If it is updated meanwhile, the written weight has
    # the zeros of both masks, and never a nonzero value that the mask prunes.
    mask_variable = pruned[0].mask
    with tf.device(mask_variable.device), tf.control_dependencies(
        list(values.values())):
      mask = mask_variable.read_value()
    with tf.device(op.device):
      projected = {
          position: tf_compat.where(mask, value, tf.zeros_like(value))
          for position, value in values.items()}
  for position, value in projected.items():
    graph_compat.update_input(op, position, value)
  for position in positions.get(key_of(mask_variable), ()):
    graph_compat.update_input(op, position, mask)


def key_of(variable: tf.Variable) -> str:
  """The key of a variable in savers; it must not be a distributed one."""
  return str(variables_lib.source(variable).name)


def entries_of(op: tf.Operation) -> Dict[str, Entry]:
  """The entries that an op of `SAVES` writes, by the `key_of` of a variable."""
  names, slice_specs = [tf.get_static_value(op.inputs[i]) for i in (1, 2)]
  return {
      _source_of(tensor): Entry(
          name.decode(), slice_spec.decode(), tensor.dtype.base_dtype)
      for name, slice_spec, tensor in zip(
          names, slice_specs, list(op.inputs)[3:])}


def _saved_variables(graph: tf.Graph) -> Dict[str, _Positions]:
  """The variables that savers of a graph write, by the name of the save op."""
  saved: Dict[str, _Positions] = {}
  for op in graph.get_operations():
    if op.type in SAVES:
      for position, tensor in enumerate(op.inputs):
        if position > 2:  # 0 to 2 are the file, the names and the slices.
          saved.setdefault(op.name, {}).setdefault(
              _source_of(tensor), []).append(position)
  return saved


def _source_of(tensor: Any) -> str:
  while tensor.op.type in _READS:
    tensor = tensor.op.inputs[0]
  return str(tensor.name)
