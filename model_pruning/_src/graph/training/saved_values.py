# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints that are sparse while training goes on.

A savers' thread, or another worker, may read a weight between the update of
the optimizer and the projection after it. A checkpoint that is written then
has to hold the pruned weight all the same. So savers are made to write
weights with zeros where the masks are false.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Tuple

import tensorflow as tf

from model_pruning._src.compat import graph as graph_compat
from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.graph import variables as variables_lib
from model_pruning._src.graph import weights as weights_lib
from model_pruning._src.graph.training import moving_averages
from model_pruning._src.graph.training import projection_lock
from model_pruning._src.graph.training import rebuild_state

# What savers put between a variable and the operation that writes it.
_READS = frozenset(['Identity', 'ReadVariableOp'])

# The inputs of an operation that writes, by the names of what variables are.
_Positions = Dict[str, List[int]]


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
      shall be changed built. Savers that were changed before stay as they are.

  Returns:
    Names of the weights and averages that were found in a saver.
  """
  states = list(states)
  if not states:
    return []
  graph = states[0].graph
  saved = _saved_variables(graph)
  found: List[str] = []
  for state in states if saved else ():
    pruned = list(_pruned_variables(state))
    for op_name, positions in saved.items():
      op = graph.get_operation_by_name(op_name)
      written = [pair for pair in pruned if _key(pair.variable) in positions]
      for pair in written:
        if is_shared(pair.variable):
          _project_shared(op, pair, positions)
      own = [pair for pair in written if not is_shared(pair.variable)]
      if own:
        _project(op, own, state, positions)
      found += [pair.variable.op.name for pair in written]
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


def _project(op: tf.Operation, pruned: Iterable[_Pruned],
             state: rebuild_state.PruningState,
             positions: _Positions) -> None:
  """Changes what `op` writes of variables that only this process updates.

  All is read between two projections: weights that an update has changed are
  multiplied by the masks from before it, and never zeros of older masks by
  newer ones.
  """
  inputs: List[Tuple[List[int], tf.Tensor]] = []

  def read(variable: tf.Variable) -> tf.Tensor:
    with tf.device(variable.device):
      return variables_lib.read(variable)

  with state.graph.as_default(), tf.control_dependencies(None):
    with tf.compat.v1.name_scope('save_projected'):
      with projection_lock.held(state.graph) as release_after:
        masks: Dict[str, tf.Tensor] = {}
        for pair in pruned:
          key = _key(pair.mask)
          if key not in masks:
            masks[key] = read(pair.mask)
          value = read(pair.variable)
          with tf.device(pair.variable.device):
            inputs.append((positions[_key(pair.variable)], tf_compat.where(
                masks[key], value, tf.zeros_like(value))))
        for held in state.state:
          for variable in held.variables():
            key = _key(variable)
            if key in positions:
              inputs.append((positions[key],
                             masks[key] if key in masks else read(variable)))
        release_after([tensor.op for _, tensor in inputs])
  for places, tensor in inputs:
    for position in places:
      graph_compat.update_input(op, position, tensor)


def _project_shared(op: tf.Operation, pruned: _Pruned,
                    positions: _Positions) -> None:
  """The same for one variable that other workers update as well."""
  for position in positions[_key(pruned.variable)]:
    with op.graph.as_default():
      with tf.device(op.device):  # A saver's is next to the variable.
        value = tf.identity(op.inputs[position])
      # An update of the masks between both reads leaves zeros that the mask
      # which is read later keeps; the other order, values that it prunes.
      with tf.device(pruned.mask.device), tf.control_dependencies([value]):
        mask = pruned.mask.read_value()
      with tf.device(op.device):
        projected = tf_compat.where(mask, value, tf.zeros_like(value))
    graph_compat.update_input(op, position, projected)
    for mask_position in positions.get(_key(pruned.mask), ()):
      graph_compat.update_input(op, mask_position, mask)


def _key(variable: tf.Variable) -> str:
  return str(weights_lib.source(variable).name)


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
