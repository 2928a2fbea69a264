# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Adds the projection to a training graph, beside what is there already.

Nothing of the graph is changed. For each pruned weight there are two new
variables, `<weight>/mask` and `<weight>/threshold`, and for all of them
`<spec.name>/last_mask_update_step`. One new operation, which waits for the
optimizer, updates masks that are due and zeroes pruned entries.
"""

from __future__ import annotations

from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

import tensorflow as tf

from model_pruning import plan
from model_pruning import projection
from model_pruning import report as report_lib
from model_pruning import schedule
from model_pruning import spec as spec_lib
from model_pruning import weight_rule
from model_pruning.graph import train_ops
from model_pruning.graph import weights as weights_lib


class Attachment(NamedTuple):
  """A projection in a graph.

  Attributes:
    project_op: projects all pruned weights; to run with the train op, in the
      same `session.run`. None if no weight is pruned.
    updates: the operations that update pruned weights.
    last_mask_update_step: int64 variable, None if no weight is pruned.
    masks: pairs of a weight's name and its mask variable.
    report: what is pruned and what is not.
  """

  project_op: Optional[tf.Operation]
  updates: List[tf.Operation]
  last_mask_update_step: Optional[tf.Variable]
  masks: List[Tuple[str, tf.Variable]]
  report: report_lib.PruningReport


def attach(graph: tf.Graph, spec: spec_lib.PruningSpec,
           num_steps: Optional[int] = None) -> Attachment:
  """Adds masks and the operation that projects to a training graph.

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
    return Attachment(None, [], None, [], report)
  for variable, _ in chosen:
    _check_not_pruned(graph, variable)
  updates = [op for variable, _ in chosen
             for op in train_ops.updates_of(variable)]
  global_step = tf.compat.v1.train.get_global_step(graph)
  if global_step is None:
    raise ValueError(
        'The graph must have a global step: it is the clock of the schedule. '
        'Call tf.compat.v1.train.get_or_create_global_step() and pass it to '
        'the optimizer\'s `minimize` or `apply_gradients`.')
  steps = train_ops.run_with(
      graph, updates, train_ops.updates_of(global_step))
  with graph.as_default():
    state = _create_state(spec, chosen)
    # The increment of the global step is an operation like any other: without
    # the dependency a step could see the count before it, or after it.
    with tf.control_dependencies(updates + steps):
      # A copy: a ref variable is counted up in place, and what is read from
      # it, and kept in `last_mask_update_step`, would be counted up with it.
      step = tf.maximum(_read(global_step), 0)
      weights = [_read(variable) for variable, _ in chosen]
      projected = state.project(weights, step)
    project_op = tf.group(*[
        _assign(variable, value)
        for (variable, _), value in zip(chosen, projected)],
                          name=spec.name + '/project')
  masks = [(variable.op.name, mask)
           for (variable, _), mask in zip(chosen, state.masks)]
  return Attachment(
      project_op, updates, state.last_mask_update_step, masks, report)


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
    chosen: Sequence[Tuple[tf.Variable, weight_rule.WeightRule]]
) -> projection.Projection:
  masks, thresholds = [], []
  for variable, _ in chosen:
    name = variable.op.name
    with tf.device(variable.device):
      masks.append(_create_variable(
          name + '/mask', variable.shape.as_list(), True, tf.bool))
      thresholds.append(_create_variable(
          name + '/threshold', [], 0.0,
          projection.threshold_dtype(variable.dtype.base_dtype)))
  last_mask_update_step = _create_variable(
      spec.name + '/last_mask_update_step', [], schedule.NEVER, tf.int64)
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
