# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints that are sparse while other workers train.

With parameter servers a worker's update of a weight and the projection after
it are two steps for the others. A checkpoint that is written between them has
to hold the pruned weight all the same.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, NamedTuple, Optional

import tensorflow as tf

from model_pruning._src.compat import graph as graph_compat
from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.graph import weights as weights_lib
from model_pruning._src.graph.training import rebuild_state

# What savers put between a variable and the operation that writes it.
_READS = frozenset(['Identity', 'ReadVariableOp'])


class _Saved(NamedTuple):
  """A variable as an input of an operation that writes a checkpoint."""

  op: tf.Operation
  position: int


def save_projected(states: Iterable[rebuild_state.PruningState]) -> List[str]:
  """Makes savers write weights with zeros where their masks are false.

  What is written of a mask is what the weight was multiplied by. Weights that
  are not on a parameter server are left alone: nothing else changes those
  while they are saved.

  Args:
    states: of one graph, with the savers that shall be changed built.

  Returns:
    Names of the weights that were found in a saver.
  """
  shared = [pair for state in states for weight in state.weights
            for pair in weight.variables() if is_shared(pair[0])]
  if not shared:
    return []
  saved = _saved_variables(shared[0][0].graph)
  found = []
  for weight, mask in shared:
    masks = {use.op.name: use for use in saved.get(_key(mask), ())}
    for use in saved.get(_key(weight), ()):
      _project(use, mask, masks.get(use.op.name))
      found.append(weight.op.name)
  return found


def is_shared(variable: tf.Variable) -> bool:
  """Whether other workers may change a variable at any time."""
  return tf.compat.v1.DeviceSpec.from_string(variable.device).job == 'ps'


def _project(use: _Saved, mask_variable: tf.Variable,
             mask_use: Optional[_Saved]) -> None:
  """Changes what `use` writes of a weight, and `mask_use` of its mask."""
  with use.op.graph.as_default():
    with tf.device(use.op.device):  # A saver's is next to the variable.
      value = tf.identity(use.op.inputs[use.position])
    # An update of the masks between both reads leaves zeros that the mask
    # which is read later keeps; the other order, values that it prunes.
    with tf.device(mask_variable.device), tf.control_dependencies([value]):
      mask = mask_variable.read_value()
    with tf.device(use.op.device):
      projected = tf_compat.where(mask, value, tf.zeros_like(value))
  graph_compat.update_input(use.op, use.position, projected)
  if mask_use is not None:
    graph_compat.update_input(mask_use.op, mask_use.position, mask)


def _key(variable: tf.Variable) -> str:
  return weights_lib.source(variable).name


def _saved_variables(graph: tf.Graph) -> Dict[str, List[_Saved]]:
  """What the savers of a graph write, by the name of what a variable is."""
  saved: Dict[str, List[_Saved]] = {}
  for op in graph.get_operations():
    if op.type == 'SaveV2':
      for position, tensor in enumerate(op.inputs):
        if position > 2:  # Of the file, the names and the slices.
          saved.setdefault(_source_of(tensor), []).append(
              _Saved(op, position))
  return saved


def _source_of(tensor: Any) -> str:
  while tensor.op.type in _READS:
    tensor = tensor.op.inputs[0]
  return tensor.name
