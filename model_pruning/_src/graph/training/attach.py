# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Adds the projection to a training graph, beside its other ops.

Each pruned weight gets two new variables, `<weight>/mask` and
`<weight>/threshold`, and all of them share `<spec.name>/last_mask_update_step`.
New operations, which wait for the optimizer, update masks that are due and set
pruned entries to zero. The operations that compute the loss, the gradients and
the updates are not changed.
"""

from __future__ import annotations

from typing import Any, Dict, FrozenSet, List, Optional, Sequence, Set, Tuple

import tensorflow as tf

from model_pruning._src.axes import saliencies
from model_pruning._src.axes import structures
from model_pruning._src.compat import graph as graph_compat
from model_pruning._src.graph import training_graph
from model_pruning._src.graph import variables as variables_lib
from model_pruning._src.graph import weights as weights_lib
from model_pruning._src.graph.training import channel_masks
from model_pruning._src.graph.training import initializers
from model_pruning._src.graph.training import moving_averages
from model_pruning._src.graph.training import project_ops as project_ops_lib
from model_pruning._src.graph.training import rebuild_state
from model_pruning._src.graph.training import restored_state
from model_pruning._src.graph.training import savers
from model_pruning._src.graph.training import state_variables
from model_pruning._src.graph.training import summaries
from model_pruning._src.planning import plan
from model_pruning._src.planning import reasons
from model_pruning._src.planning import report as report_lib
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import training_length
from model_pruning._src.spec import weight_rule


class Attachment:
  """The projections that were added to a graph.

  Attributes:
    report: what is pruned and what is not.
    last_mask_update_steps: int64 scalar variables; a single one if the graph
      has one train op.
    states: the pruning state; one item per variable above.
  """

  def __init__(self, graph: tf.Graph, report: report_lib.PruningReport,
               project_ops: Sequence[project_ops_lib.ProjectOp] = (),
               last_mask_update_steps: Sequence[tf.Variable] = (),
               states: Sequence[rebuild_state.PruningState] = ()):
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
      run = training_graph.run_by(self._graph, fetches)
      needed = [project for project in self._project_ops
                if not run.isdisjoint(project.updates)]
      _check_run(needed, run)
      self._known[key] = [project.op for project in needed]
    return self._known[key]


def _check_run(needed: Sequence[project_ops_lib.ProjectOp],
               run: FrozenSet[str]) -> None:
  """Raises if a projection would run more updates, or two would race."""
  seen: Set[str] = set()
  for project in needed:
    missing = sorted(project.runs_with - run)
    if missing:
      raise ValueError(
          f'A run that updates the pruned weights {project.weights} must run '
          'the whole train op, or what is missing would run with the '
          f'projection. Received: fetches that run {sorted(project.updates)} '
          f'in part and do not run {missing}')
    twice = sorted(seen.intersection(project.weights))
    if twice:
      raise ValueError(
          f'A run must update the pruned weights {twice} by one '
          'train op. Received: fetches with several; make one of them with '
          '`tf.group` before pruning is attached')
    seen.update(project.weights)


def attach(graph: tf.Graph, spec: spec_lib.PruningSpec,
           length: training_length.Length = training_length.UNKNOWN,
           train_op: Any = None,
           global_step: Optional[tf.Variable] = None) -> Attachment:
  """Adds masks and the operations that project to a training graph.

  Args:
    graph: a graph with an optimizer and a global step; not finalized.
    spec: the specification.
    length: the length of the training. Default: not known.
    train_op: an operation or tensor; only weights that a run of it updates are
      pruned. Default: None, all weights that any op of the graph updates.
    global_step: integer scalar variable that counts the optimizer updates.
      Default: the global step of the graph.

  Returns:
    The projections that were added, and the report.

  Raises:
    ValueError: if the graph is finalized, has no weights, no optimizer or no
      global step, a weight has a mask already, or a pattern of the spec
      matches no weight.
  """
  spec = spec.resolve(**length._asdict())
  if graph.finalized:
    raise ValueError(
        'The graph must not be finalized before pruning is attached. A '
        'monitored session finalizes it: give it a PruningHook, or attach '
        'before it is made.')
  training = training_graph.TrainingGraph(graph)
  run = None if train_op is None else training.run_by(train_op)
  found, updates = _with_updates(
      weights_lib.find_weights(graph), training, run)
  channels: Optional[channel_masks.Planned] = None
  if structures.Channels.is_asked_for(spec):
    channels = channel_masks.make_plan(
        graph, spec, found, length.num_steps, updates,
        weights_lib.not_trainable(graph))
    chosen, report = channels.weights, channels.report
  else:
    rules, report = plan.make_plan(
        spec, [weight.candidate for weight in found], length.num_steps,
        others=weights_lib.not_trainable(graph))
    chosen = [state_variables.WeightWithRule(weight, rule)
              for weight, rule in zip(found, rules) if rule is not None]
  if not chosen:
    return Attachment(graph, report)
  state_variables.check_not_pruned(graph, chosen)
  if saliencies.AXIS.entry(spec.prune_option).uses_gradient:
    for weight in chosen:
      for part in weight.stored.parts:
        training.check_gradient_of(variables_lib.primary(part))
  if global_step is None:
    global_step = _global_step_of(graph, training)
  step_updates = training.updates_of(global_step)
  if not step_updates:
    report = report.with_warning(
        f'Nothing in the graph moves the global step {global_step.op.name!r}: '
        'masks will not change. Pass it to the optimizer\'s `minimize` or '
        f'`apply_gradients`. {_OWN_STEP}{_counters_in(graph, training)}')
  # All weights are looked up at once, as each lookup visits every variable.
  averages = moving_averages.averages_of(
      [variable for weight in chosen for variable in weight.stored.variables()])
  rankings = [
      project_ops_lib.RankedWithUpdates(
          [chosen[i] for i in indices], updates, averages, training)
      for indices in weight_rule.ranked_together(
          [weight.rule for weight in chosen])]
  found_train_ops = training.train_ops(
      [op for ranking in rankings for op in ranking.waits_for] + step_updates)
  if run is not None:
    found_train_ops = [[op for op in ops if op.name in run]
                       for ops in found_train_ops]
  project_ops: List[project_ops_lib.ProjectOp] = []
  clocks: List[tf.Variable] = []
  states: List[rebuild_state.PruningState] = []
  initial_values = state_variables.InitialValues()
  # Under a strategy a variable is created on each device, as the weights are.
  with graph.as_default(), tf.compat.v1.name_scope(None):
    # Train ops that take turns update different weights at different steps, so
    # each has its own `last_mask_update_step`.
    for together in training_graph.merge_overlapping(
        [(ranking.train_ops_of(found_train_ops), ranking)
         for ranking in rankings]):
      suffix = f'_{len(clocks)}' if clocks else ''
      clocks.append(state_variables.create_clock(
          f'{spec.name}/last_mask_update_step{suffix}', global_step))
      projections = [
          state_variables.create_state(
              spec, ranking.weights, clocks[-1], initial_values)
          for ranking in together]
      if channels is not None:
        channels.give_to(*projections)
      states.append(rebuild_state.PruningState(
          [([weight.stored for weight in ranking.weights], state)
           for ranking, state in zip(together, projections)], global_step))
      for i, ops in enumerate(found_train_ops):
        updated = [j for j, ranking in enumerate(together)
                   if i in ranking.train_ops_of(found_train_ops)]
        if updated:
          project_ops.append(project_ops_lib.project(
              spec, [together[j] for j in updated],
              [projections[j] for j in updated], ops, training, global_step))
    _precede_enqueues(training, project_ops)
    _make_known(spec, states, clocks)
  return Attachment(graph, report, project_ops, clocks, states)


_OWN_STEP = (
    'A step variable of your own is given to `prune_train_op` as '
    '`global_step=`, and made known to hooks by tf.compat.v1.add_to_collection('
    'tf.compat.v1.GraphKeys.GLOBAL_STEP, step).')


def _global_step_of(graph: tf.Graph,
                    training: training_graph.TrainingGraph) -> tf.Variable:
  global_step = tf.compat.v1.train.get_global_step(graph)
  if global_step is None:
    raise ValueError(
        'The graph must have a global step: it is the clock of the schedule. '
        'Call tf.compat.v1.train.get_or_create_global_step() and pass it to '
        f'the optimizer\'s `minimize` or `apply_gradients`. {_OWN_STEP}'
        f'{_counters_in(graph, training)}')
  return global_step


def _counters_in(graph: tf.Graph,
                 training: training_graph.TrainingGraph) -> str:
  """A sentence that names the variables which may be a global step, or ''."""
  names = [
      variable.op.name for variable in graph.get_collection(
          tf.compat.v1.GraphKeys.GLOBAL_VARIABLES)
      if variable.dtype.base_dtype.is_integer and variable.shape.rank == 0
      and training.updates_of(variable)]
  return f' Variables that the graph counts up: {names}.' if names else ''


def _make_known(spec: spec_lib.PruningSpec,
                states: Sequence[rebuild_state.PruningState],
                clocks: Sequence[tf.Variable]) -> None:
  """Makes initializers, savers and summaries of the graph know the state."""
  for state in states:
    initializers.initialize_with_weights(state)
    restored_state.RestoredState(state).install()
    savers.install(state)
  savers.complete(states)
  if spec.add_summary:
    summaries.add_summaries(spec.name, [
        (weight.weight.name, weight.mask.parts, weight.threshold.parts[0])
        for state in states for weight in state.weights], clocks)
  for state in states:
    initializers.rebuild_in_default_session(state)


def _precede_enqueues(training: training_graph.TrainingGraph,
                      project_ops: Sequence[project_ops_lib.ProjectOp]) -> None:
  """Makes enqueue operations that run updates wait for the projections too.

  `SyncReplicasOptimizer` updates the weights in a thread of the chief, which
  runs an enqueue operation; the train ops of the workers wait for its tokens.
  """
  for enqueue in training.enqueues():
    run = training_graph.ancestors([enqueue])
    before = [project.op for project in project_ops
              if project.runs_with <= run]
    if before:
      graph_compat.add_control_inputs(enqueue, before)


def _with_updates(
    found: Sequence[weights_lib.GraphWeight],
    training: training_graph.TrainingGraph, run: Optional[FrozenSet[str]]
) -> Tuple[List[weights_lib.GraphWeight], Dict[str, List[tf.Operation]]]:
  """The weights, and the operations that update each of them.

  Args:
    found: the weights of the graph.
    training: the graph.
    run: the names of the operations of a train op, to which the updates are
      limited; None for all operations.

  Returns:
    The weights, where one without an update has that as the reason why it is
    not pruned; and the updates, by the name of the weight.
  """
  updates = {
      weight.candidate.name: [
          op for part in weight.stored.parts for op in training.updates_of(part)
          if run is None or op.name in run]
      for weight in found}
  if not any(updates.values()):
    where = 'the graph' if run is None else 'the train op'
    raise ValueError(
        'The graph must hold an optimizer that updates trainable variables '
        f'before pruning is attached. Found {len(found)} trainable variables '
        f'and no operation of {where} that updates one. '
        'Pruning belongs to training: do not pass it to evaluation.')
  reason = reasons.Reason(
      'no optimizer updates it' if run is None
      else 'the train op does not update it', reasons.SkipKind.NOT_UPDATED)
  weights = [
      weight if updates[weight.candidate.name]
      else weight._replace(candidate=plan.Candidate(
          weight.candidate.name, weight.candidate.shape, reason))
      for weight in found]
  return weights, updates
