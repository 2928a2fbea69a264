# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints that are sparse while training goes on.

A saver in another thread, or of another worker, may read a weight between the
update of the optimizer and the projection after it. A checkpoint that is
written then has to hold the pruned weight all the same. So savers are made to
write weights with zeros where the masks are false. A step of training does not
change for it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Sequence

import tensorflow as tf

from model_pruning._src.compat import graph as graph_compat
from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.graph import variables as variables_lib
from model_pruning._src.graph.training import moving_averages
from model_pruning._src.graph.training import rebuild_state

# What savers put between a variable and the operation that writes it.
_READS = frozenset(['Identity', 'ReadVariableOp'])

# What savers write files of the present format, and of the older one, with.
SAVES = frozenset(['SaveV2', 'SaveSlices'])

# The inputs of an operation that writes, by the names of what variables are.
_Positions = Dict[str, List[int]]


class Entry(NamedTuple):
  """Where the files of a saver hold a variable."""

  name: str
  slice_spec: str
  dtype: tf.DType


class _Pruned(NamedTuple):
  """A variable that is pruned, a weight or an average, and its mask."""

  variable: tf.Variable
  mask: tf.Variable


def save_projected(states: Iterable[rebuild_state.PruningState]) -> List[str]:
  """Makes savers write weights with zeros where their masks are false.

  What is written of a mask is what the weight was multiplied by. The moving
  averages of a weight are written in the same way.

  Args:
    states: of one graph that no session has run yet, with the savers that
      shall be changed built. What was changed before stays as it is.

  Returns:
    Names of the weights and averages that were found in a saver.
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
  """Changes what `op` writes of variables that have one mask, and of that."""
  with op.graph.as_default(), tf.control_dependencies(None):
    values = {}
    for pair in pruned:
      for position in positions[key_of(pair.variable)]:
        with tf.device(op.device):  # A saver's is next to the variable.
          values[position] = tf.identity(op.inputs[position])
    # One read for all. If the mask is updated meanwhile, what is written has
    # the zeros of both masks, and never a value that the mask prunes.
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
  """By which a variable, no distributed one, is found in a saver."""
  return str(variables_lib.source(variable).name)


def entries_of(op: tf.Operation) -> Dict[str, Entry]:
  """What an operation of `SAVES` writes, by `key_of` each variable."""
  names, slice_specs = [tf.get_static_value(op.inputs[i]) for i in (1, 2)]
  return {
      _source_of(tensor): Entry(
          name.decode(), slice_spec.decode(), tensor.dtype.base_dtype)
      for name, slice_spec, tensor in zip(
          names, slice_specs, list(op.inputs)[3:])}


def _saved_variables(graph: tf.Graph) -> Dict[str, _Positions]:
  """What the savers of a graph write, by the operations that do."""
  saved: Dict[str, _Positions] = {}
  for op in graph.get_operations():
    if op.type == 'SaveV2':
      for position, tensor in enumerate(op.inputs):
        if position > 2:  # Of the file, the names and the slices.
          saved.setdefault(op.name, {}).setdefault(
              _source_of(tensor), []).append(position)
  return saved


def _source_of(tensor: Any) -> str:
  while tensor.op.type in _READS:
    tensor = tensor.op.inputs[0]
  return str(tensor.name)
