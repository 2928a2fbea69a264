# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Sets the pruning state whenever weights are initialized or restored.

Operations that initialize or restore variables may exist before pruning is
attached, for example in a `Scaffold` with an `init_op` or a `Saver` of the
user's own. These do not know of the masks. Here they get control inputs that
set the masks as well, so that a bare session needs no further calls.
"""

from __future__ import annotations

import collections
from typing import Dict, Iterator, List, NamedTuple, Optional, Sequence, Set

import tensorflow as tf

from model_pruning._src.compat import graph as graph_compat
from model_pruning._src.core import rebuild
from model_pruning._src.graph import training_graph
from model_pruning._src.graph import variables as variables_lib
from model_pruning._src.graph.training import rebuild_state

# Op types that savers put between reading a file and the assignment.
_RESHAPES = frozenset(['Identity', 'Reshape'])

_ASSIGNMENTS = frozenset(['Assign', 'AssignVariableOp'])


class _Restored(NamedTuple):
  """A variable, and the operation that assigns the value read by a saver."""

  name: str
  assignment: tf.Operation


def initialize_with_weights(state: rebuild_state.PruningState) -> None:
  """Makes every operation that initializes a weight initialize its mask.

  A warm start makes the initial value of a weight come from a checkpoint. Then
  the initial mask is true where that value is nonzero. With `mask_update=hold`
  this holds for every initial value.

  Args:
    state: of a graph that no session has run yet: a session does not notice
      changes of operations that it has run.
  """
  last_step = _initializers(state.last_mask_update_step)
  for variable in state.global_step.variables():
    _add_control_inputs(_initializer(variable), last_step)
  groups = _groups(state.graph, {
      _initializer(variable).name for weight in state.weights
      for variable in weight.weight.variables() if _is_warm(variable)})
  for weight in state.weights:
    others = [op for held in weight.state()[1:]
              for op in _initializers(held)] + last_step
    for variable, mask in weight.variables():
      initializer = _initializer(variable)
      initializers = [mask.initializer, *others]
      if not _is_warm(variable):
        if state.holds:
          with state.graph.as_default(), tf.device(variable.device):
            value = rebuild.mask_of(initializer.inputs[1])
          graph_compat.update_input(mask.initializer, 1, value)
        _add_control_inputs(initializer, initializers)
        continue
      with state.graph.as_default(), tf.control_dependencies(
          [initializer]), tf.device(variable.device):
        value = rebuild.mask_of(variable.read_value())
      graph_compat.update_input(mask.initializer, 1, value)
      for group in groups.get(initializer.name, ()):
        _add_control_inputs(group, initializers)


def _initializers(held: variables_lib.StoredTensor) -> List[tf.Operation]:
  return [_initializer(variable) for variable in held.variables()]


def _is_warm(variable: tf.Variable) -> bool:
  """Whether the initial value of `variable` is read from a checkpoint."""
  return _restore_of(_initializer(variable)) is not None


def rebuild_with_restored_weights(
    state: rebuild_state.PruningState) -> List[tf.Operation]:
  """Makes savers that exist, and do not know the state, rebuild it.

  A saver is found by its operations: it assigns what a `RestoreV2` has read,
  and groups the assignments in operations without outputs. Savers that restore
  the state themselves, or rebuild it already, are not changed.

  Args:
    state: of a graph that no session has run yet: a session does not notice
      changes of operations that it has run.

  Returns:
    The operations that rebuild, one per saver that was changed.
  """
  savers = _restored_by_saver(state)
  groups = _groups(state.graph, {
      restored.assignment.name
      for found in savers.values() for restored in found})
  sets_state = _assignments_of(state)
  rebuilds = []
  for found in savers.values():
    assignments = [restored.assignment for restored in found]
    before = training_graph.ancestors(assignments)
    # With `restore_sequentially` some groups run between assignments.
    after = [group for assignment in assignments
             for group in groups.get(assignment.name, ())
             if group.name not in before]
    if not after or not sets_state.isdisjoint(training_graph.ancestors(after)):
      continue
    rebuild = state.rebuild_after(
        assignments, {restored.name for restored in found})
    for group in after:
      _add_control_inputs(group, [rebuild])
    rebuilds.append(rebuild)
  return rebuilds


def _assignments_of(state: rebuild_state.PruningState) -> Set[str]:
  """The names of the operations that set the state, but to initial values."""
  return {op.name for held in state.state for variable in held.variables()
          for op in variables_lib.source(variable).consumers()
          if op.type in _ASSIGNMENTS and op.name != variable.initializer.name}


def rebuild_in_default_session(
    state: rebuild_state.PruningState) -> List[str]:
  """Sets the state in the default session, if there is one.

  A session that has already run the initializers or the restoring operations
  does not notice that they were changed. Only the default session is handled:
  others cannot be found.

  Args:
    state: of a graph that is not finalized.

  Returns:
    The names of the variables that were set; none if the weights have no
    values yet.
  """
  session = tf.compat.v1.get_default_session()
  if session is None or session.graph is not state.graph:
    return []
  if not session.run(state.are_weights_initialized()):
    return []
  state.build()
  return state.rebuild_uninitialized(session)


def _restored_by_saver(
    state: rebuild_state.PruningState) -> Dict[str, List[_Restored]]:
  """The weights and the step that savers restore, by the file's name."""
  savers: Dict[str, List[_Restored]] = collections.OrderedDict()
  variables = [variable for weight in state.weights
               for variable in weight.weight.variables()]
  for variable in [*variables, *state.global_step.variables()]:
    for op in variables_lib.source(variable).consumers():
      restore = _restore_of(op)
      # A warm start makes an assignment of this kind the initializer.
      if restore is not None and op.name != _initializer(variable).name:
        savers.setdefault(restore.inputs[0].name, []).append(
            _Restored(variable.op.name, op))
  names = {variable.op.name for variable in variables}
  return collections.OrderedDict(
      (key, found) for key, found in savers.items()
      if any(restored.name in names for restored in found))


def _initializer(variable: tf.Variable) -> tf.Operation:
  """The initializer of a variable; a warm start may have made it a tensor."""
  return getattr(variable.initializer, 'op', variable.initializer)


def _restore_of(op: tf.Operation) -> Optional[tf.Operation]:
  """The operation that reads the value that `op` assigns from a checkpoint."""
  if op.type not in _ASSIGNMENTS:
    return None
  op = op.inputs[1].op
  while op.type in _RESHAPES:
    op = op.inputs[0].op
  return op if op.type in ('RestoreV2', 'Restore', 'RestoreSlice') else None


def _groups(graph: tf.Graph,
            names: Set[str]) -> Dict[str, List[tf.Operation]]:
  """The `tf.group`s that directly wait for each of `names`, by that name."""
  groups: Dict[str, List[tf.Operation]] = {}
  for op in graph.get_operations() if names else ():
    if op.type == 'NoOp':
      for control_input in op.control_inputs:
        if control_input.name in names:
          groups.setdefault(control_input.name, []).append(op)
  return groups


def _add_control_inputs(op: tf.Operation,
                        control_inputs: Sequence[tf.Operation]) -> None:
  """Adds the control inputs that `op` does not have yet."""
  graph_compat.add_control_inputs(op, list(_missing(op, control_inputs)))


def _missing(op: tf.Operation, control_inputs: Sequence[tf.Operation]
             ) -> Iterator[tf.Operation]:
  present = {control_input.name for control_input in op.control_inputs}
  return (control_input for control_input in control_inputs
          if control_input.name not in present)
