# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Adds the projection to a training graph, beside what is there already.

Nothing of the graph is changed. For each pruned weight there are two new
variables, `<weight>/mask` and `<weight>/threshold`, and for all of them
`<spec.name>/last_mask_update_step`. New operations, which wait for the
optimizer, update masks that are due and zero pruned entries.
"""

from __future__ import annotations

from typing import Any, Dict, FrozenSet, List, NamedTuple, Optional, Sequence
from typing import Set, Tuple

import tensorflow as tf

from model_pruning import plan
from model_pruning import projection
from model_pruning import report as report_lib
from model_pruning import schedule
from model_pruning import spec as spec_lib
from model_pruning import weight_rule
from model_pruning.graph import initialization
from model_pruning.graph import pruning_state
from model_pruning.graph import saved_values
from model_pruning.graph import savers
from model_pruning.graph import train_ops
from model_pruning.graph import weights as weights_lib


class ProjectOp(NamedTuple):
  """An operation that projects weights after one train op.

  Attributes:
    op: to run with the train op, in the same `session.run`.
    runs_with: names of the operations of the train op that `op` waits for:
      updates of the weights, and of the global step.
    updates: names of those that update the weights.
    weights: names of the weights.
  """

  op: tf.Operation
  runs_with: FrozenSet[str]
  updates: FrozenSet[str]
  weights: Tuple[str, ...]


class Attachment:
  """Projections in a graph.

  Attributes:
    report: what is pruned and what is not.
    last_mask_update_steps: int64 variables; one, if there is one train op.
    states: all state, by the steps at which it is updated.
  """

  def __init__(self, graph: tf.Graph, report: report_lib.PruningReport,
               project_ops: Sequence[ProjectOp] = (),
               last_mask_update_steps: Sequence[tf.Variable] = (),
               states: Sequence[pruning_state.PruningState] = ()):
    """Made by `attach`."""
    self.states = list(states)
    self.report = report
    self.last_mask_update_steps = list(last_mask_update_steps)
    self._graph = graph
    self._project_ops = project_ops
    self._known: Dict[Any, List[tf.Operation]] = {}

  def project_ops_for(self, fetches: Any) -> List[tf.Operation]:
    """The operations to run together with `fetches`.

    Args:
      fetches: anything that `session.run` takes.

    Returns:
      Projections of the weights that the run updates; none if it does not
      train. They add nothing else to the run.

    Raises:
      ValueError: if the run is only a part of a train op, or updates the same
        weights by several.
    """
    key = tuple(getattr(fetch, 'name', fetch) for fetch in tf.nest.flatten(
        fetches, expand_composites=True))
    if key not in self._known:
      run = train_ops.run_by(self._graph, fetches)
      needed = [project for project in self._project_ops
                if not run.isdisjoint(project.updates)]
      _check_run(needed, run)
      self._known[key] = [project.op for project in needed]
    return self._known[key]


def _check_run(needed: Sequence[ProjectOp], run: FrozenSet[str]) -> None:
  """Refuses runs in which projections would train, or would race."""
  seen = set()
  for project in needed:
    missing = sorted(project.runs_with - run)
    if missing:
      raise ValueError(
          f'A run that updates the pruned weights {project.weights} must run '
          'the whole train op, or what is missing would run with the '
          f'projection. Received: fetches that run {sorted(project.updates)} '
          f'in part and do not run {missing}')
    if project.weights in seen:
      raise ValueError(
          f'A run must update the pruned weights {project.weights} by one '
          'train op. Received: fetches with several; make one of them with '
          '`tf.group` before pruning is attached')
    seen.add(project.weights)


def attach(graph: tf.Graph, spec: spec_lib.PruningSpec,
           num_steps: Optional[int] = None) -> Attachment:
  """Adds masks and the operations that project to a training graph.

  Args:
    graph: a graph with an optimizer and a global step; not finalized.
    spec: the specification.
    num_steps: steps of the training to come, if known, for the report.

  Returns:
    What was added.

  Raises:
    ValueError: if the graph has no weights, no optimizer or no global step,
      a weight has a mask already, or a pattern of the spec matches no weight.
  """
  found = _with_updates(weights_lib.find_weights(graph))
  rules, report = plan.make_plan(
      spec, [weight.candidate for weight in found], num_steps)
  chosen = [(weight.variable, rule)
            for weight, rule in zip(found, rules) if rule is not None]
  if not chosen:
    return Attachment(graph, report)
  for variable, _ in chosen:
    _check_not_pruned(graph, variable)
  global_step = tf.compat.v1.train.get_global_step(graph)
  if global_step is None:
    raise ValueError(
        'The graph must have a global step: it is the clock of the schedule. '
        'Call tf.compat.v1.train.get_or_create_global_step() and pass it to '
        'the optimizer\'s `minimize` or `apply_gradients`.')
  rankings = [_Ranking([chosen[i] for i in indices])
              for indices in projection.ranked_together(
                  [rule for _, rule in chosen])]
  found_train_ops = train_ops.Followers(graph).train_ops(
      [op for ranking in rankings for op in ranking.updates]
      + train_ops.updates_of(global_step))
  project_ops: List[ProjectOp] = []
  clocks: List[tf.Variable] = []
  states: List[pruning_state.PruningState] = []
  with graph.as_default():
    # Train ops that take turns update different weights at different steps:
    # what one of them did at a step says nothing of the weights of another.
    for together in train_ops.merge_overlapping(
        [(ranking.train_ops_of(found_train_ops), [ranking])
         for ranking in rankings]):
      suffix = f'_{len(clocks)}' if clocks else ''
      clocks.append(_create_variable(
          f'{spec.name}/last_mask_update_step{suffix}', [], schedule.NEVER,
          tf.int64))
      projections = []
      for ranking in together:
        state = _create_state(spec, ranking.chosen, clocks[-1])
        projections.append((ranking.variables, state))
        project_ops += [
            _project(spec, ranking, state, found_train_ops[i], global_step)
            for i in sorted(ranking.train_ops_of(found_train_ops))]
      states.append(pruning_state.PruningState(projections, global_step))
      initialization.initialize_with_weights(states[-1])
      initialization.rebuild_with_restored_weights(states[-1])
      savers.install(states[-1])
    saved_values.save_projected(states)
    for state_ in states:
      initialization.rebuild_in_default_session(state_)
  return Attachment(graph, report, project_ops, clocks, states)


class _Ranking:
  """Weights that are ranked together, and what updates them."""

  def __init__(
      self, chosen: Sequence[Tuple[tf.Variable, weight_rule.WeightRule]]):
    self.chosen = chosen
    self.variables = [variable for variable, _ in chosen]
    self.updates = [op for variable in self.variables
                    for op in train_ops.updates_of(variable)]

  def train_ops_of(self, found: Sequence[Sequence[tf.Operation]]) -> Set[int]:
    """Indices of the train ops that update one of the weights."""
    names = {op.name for op in self.updates}
    return {i for i, ops in enumerate(found)
            if not names.isdisjoint(op.name for op in ops)}


def _project(spec: spec_lib.PruningSpec, ranking: _Ranking,
             state: projection.Projection, train_op: Sequence[tf.Operation],
             global_step: tf.Variable) -> ProjectOp:
  """Adds the projection of weights that runs after `train_op`."""
  # The increment of the global step is an operation like any other: without
  # the dependency a step could see the count before it, or after it.
  with tf.control_dependencies(train_op):
    # A copy: a ref variable is counted up in place, and what is read from
    # it, and kept in `last_mask_update_step`, would be counted up with it.
    step = tf.maximum(_read(global_step), 0)
    projected = state.project(
        [_read(variable) for variable in ranking.variables], step)
  op = tf.group(
      *[_assign(variable, value)
        for variable, value in zip(ranking.variables, projected)],
      name=spec.name + '/project')
  runs_with = frozenset(op.name for op in train_op)
  return ProjectOp(
      op, runs_with,
      runs_with.intersection(op.name for op in ranking.updates),
      tuple(variable.op.name for variable in ranking.variables))


def _with_updates(found: Sequence[weights_lib.GraphWeight]
                  ) -> List[weights_lib.GraphWeight]:
  """The weights, those that no optimizer updates with that as the reason."""
  updated = [weight for weight in found
             if train_ops.updates_of(weight.variable)]
  if not updated:
    raise ValueError(
        'The graph must hold an optimizer that updates trainable variables '
        'before pruning is attached. Found '
        f'{len(found)} trainable variables and no operation that updates one. '
        'Pruning belongs to training: do not pass it to evaluation.')
  names = {weight.candidate.name for weight in updated}
  return [
      weight if weight.candidate.name in names
      else weight._replace(candidate=plan.Candidate(
          weight.candidate.name, weight.candidate.shape,
          'no optimizer updates it'))
      for weight in found]


def _check_not_pruned(graph: tf.Graph, variable: tf.Variable) -> None:
  """Refuses a weight that has a mask: two projections would fight."""
  mask_name = variable.op.name + '/mask'
  if any(mask_name == other.op.name for other in graph.get_collection(
      tf.compat.v1.GraphKeys.GLOBAL_VARIABLES)):
    raise ValueError(
        'The graph must not be pruned twice. Received: a graph whose weight '
        f'{variable.op.name!r} has the mask {mask_name!r} already')


def _create_state(
    spec: spec_lib.PruningSpec,
    chosen: Sequence[Tuple[tf.Variable, weight_rule.WeightRule]],
    last_mask_update_step: tf.Variable) -> projection.Projection:
  """Masks and thresholds of weights that are ranked together."""
  masks, thresholds = [], []
  for variable, _ in chosen:
    name = variable.op.name
    with tf.device(variable.device):
      masks.append(_create_variable(
          name + '/mask', variable.shape.as_list(), True, tf.bool))
      thresholds.append(_create_variable(
          name + '/threshold', [], 0.0,
          projection.threshold_dtype(variable.dtype.base_dtype)))
  return projection.Projection(
      spec, [rule for _, rule in chosen], masks, thresholds,
      last_mask_update_step)


def _create_variable(name: str, shape: Sequence[int], value: Any,
                     dtype: tf.DType) -> tf.Variable:
  return tf.compat.v1.Variable(
      # A constant would make the graph as large as the masks.
      lambda: tf.fill(shape, tf.constant(value, dtype)),
      trainable=False, name=name, dtype=dtype, use_resource=True)


def _read(variable: tf.Variable) -> tf.Tensor:
  with tf.device(variable.device):
    return variable.read_value()


def _assign(variable: tf.Variable, value: tf.Tensor) -> Any:
  with tf.device(variable.device):
    return variable.assign(value)
