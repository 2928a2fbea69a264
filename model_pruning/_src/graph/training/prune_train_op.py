# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Pruning where no hook can be passed: of a `model_fn` or a bare train op."""

from __future__ import annotations

import functools
import inspect
import weakref
from typing import (
  Any,
  Callable,
  Dict,
  MutableMapping,
  Optional,
  TypeVar,
  Union,
)

import tensorflow as tf

from model_pruning._src.graph.training import attach
from model_pruning._src.graph.training import hook
from model_pruning._src.planning import report as report_lib
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import training_length

_TrainOp = TypeVar('_TrainOp', tf.Operation, tf.Tensor)

# Reports by the names of the operations that `prune_train_op` returned. They
# are not in a graph collection, as exports warn of items that are no protos.
_REPORTS: MutableMapping[tf.Graph, Dict[str, report_lib.PruningReport]] = (
    weakref.WeakKeyDictionary())


def prune_train_op(train_op: _TrainOp,
                   spec: Union[spec_lib.PruningSpec, str, Any],
                   global_step: Optional[tf.Variable] = None, *,
                   num_steps: Optional[int] = None,
                   steps_per_epoch: Optional[int] = None) -> _TrainOp:
  """Returns a train op that also prunes the weights that `train_op` updates.

      train_op = optimizer.minimize(loss, global_step=global_step)
      train_op = model_pruning.prune_train_op(train_op, 'target_sparsity=0.9')

  It is for a loop of your own over a `tf.compat.v1.Session`: run the returned
  train op in place of `train_op`. Savers and initializers may be made before or
  after this call; those made before are changed to handle the masks too, where
  that is possible. docs/guide.md says more about savers, dense checkpoints and
  fine-tuning a sparse model. Unlike the hook, this function does not know when
  training ends, and cannot warn of a target that was not reached.

  Several train ops of one graph are pruned one by one, each with a spec of
  its own if you like.

  Args:
    train_op: an operation that updates trainable variables, or a tensor that
      depends on the updates.
    spec: a `PruningSpec`, or its string.
    global_step: integer scalar variable that counts the optimizer updates.
      Default: the global step of the graph.
    num_steps: how many optimizer updates training will make in all. A spec
      that names no step gets a schedule for this length, and shares of it
      (`70%`) become steps. Default: not known.
    steps_per_epoch: how many optimizer updates an epoch has, for steps in
      epochs (`5ep`). Default: not known.

  Returns:
    An operation or a tensor like `train_op`, of which
    `model_pruning.report_of` has the report.

  Raises:
    TypeError: if `train_op` is neither an operation nor a tensor.
    ValueError: if it updates no weight or one that is pruned already, there
      is no global step, the graph is finalized, or the spec is not valid or
      has a pattern that matches none of the weights.
  """
  spec = spec_lib.PruningSpec.of(spec)
  _check_in_graph(train_op)
  graph = train_op.graph
  attachment = attach.attach(
      graph, spec, training_length.Length(num_steps, steps_per_epoch), train_op,
      global_step)
  attachment.report.log()
  project_ops = attachment.project_ops_for(train_op)
  name = spec.name + '/train'
  with graph.as_default(), tf.control_dependencies(project_ops):
    if isinstance(train_op, tf.Operation):
      pruned = tf.group(train_op, *project_ops, name=name)
    else:
      pruned = tf.identity(train_op, name=name)
  _REPORTS.setdefault(graph, {})[_op_name(pruned)] = attachment.report
  return pruned


def report_of(train_op: Any) -> report_lib.PruningReport:
  """Reports which weights a train op prunes, and why it skips the others.

      train_op = model_pruning.prune_train_op(train_op, 'target_sparsity=0.9')
      print(model_pruning.report_of(train_op))

  Args:
    train_op: an operation or tensor that `prune_train_op` returned.

  Returns:
    The report. It is available as long as the graph lives.

  Raises:
    TypeError: if `train_op` is neither an operation nor a tensor of a graph.
    ValueError: if `prune_train_op` did not return it.
  """
  _check_in_graph(train_op)
  report = _REPORTS.get(train_op.graph, {}).get(_op_name(train_op))
  if report is None:
    raise ValueError('Argument `train_op` must be what `prune_train_op` '
                     f'returned. Received: {train_op!r}')
  return report


def _op_name(train_op: Any) -> str:
  is_op = isinstance(train_op, tf.Operation)
  return str((train_op if is_op else train_op.op).name)


def _check_in_graph(train_op: Any) -> None:
  if not (isinstance(train_op, tf.Operation) or hasattr(train_op, 'op')):
    raise TypeError(
        'Argument `train_op` must be an operation or a tensor of a graph. '
        f'Received: {train_op!r} of type {type(train_op).__name__}')


def prune_model_fn(model_fn: Callable[..., Any],
                   spec: Union[spec_lib.PruningSpec, str, Any], *,
                   num_steps: Optional[int] = None,
                   steps_per_epoch: Optional[int] = None
                   ) -> Callable[..., Any]:
  """Returns a `model_fn` that adds a `PruningHook` to training.

      estimator = tf.compat.v1.estimator.Estimator(
          model_pruning.prune_model_fn(model_fn, 'target_sparsity=0.9'))

  It is for Estimators whose `train` is called by code that you cannot change.
  Evaluation and prediction are those of `model_fn`.

  Args:
    model_fn: takes what Estimators pass and returns an `EstimatorSpec`.
    spec: a `PruningSpec`, or its string.
    num_steps: how many optimizer updates training will make in all. A spec
      that names no step gets a schedule for this length, and shares of it
      (`70%`) become steps. Default: not known.
    steps_per_epoch: how many optimizer updates an epoch has, for steps in
      epochs (`5ep`). Default: not known.

  Returns:
    A function with the arguments of `model_fn`.

  Raises:
    TypeError: if `model_fn` cannot be called.
    ValueError: if the spec is not valid.
  """
  spec = spec_lib.PruningSpec.of(spec)
  spec.resolve(num_steps=num_steps, steps_per_epoch=steps_per_epoch)  # Raises.
  if not callable(model_fn):
    raise TypeError('Argument `model_fn` must be a function. '
                    f'Received: {model_fn!r} of type {type(model_fn).__name__}')

  def pruned_model_fn(*args: Any, **kwargs: Any) -> Any:
    estimator_spec = model_fn(*args, **kwargs)
    if estimator_spec.train_op is None:
      return estimator_spec
    return estimator_spec._replace(training_hooks=(
        *estimator_spec.training_hooks, hook.PruningHook(
            spec, num_steps=num_steps, steps_per_epoch=steps_per_epoch)))

  functools.update_wrapper(
      pruned_model_fn, getattr(model_fn, 'func', model_fn))
  # An Estimator passes only those arguments that the signature has.
  pruned_model_fn.__signature__ = (  # type: ignore[attr-defined]
      inspect.signature(model_fn))
  return pruned_model_fn
