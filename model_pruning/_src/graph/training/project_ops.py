# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The operations that project weights after one train op."""

from __future__ import annotations

import functools
from typing import (
  Any,
  Dict,
  FrozenSet,
  List,
  NamedTuple,
  Optional,
  Sequence,
  Set,
  Tuple,
)

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.core import projection
from model_pruning._src.graph import training_graph
from model_pruning._src.graph import variables as variables_lib
from model_pruning._src.graph.training import saved_values
from model_pruning._src.graph.training import state_variables
from model_pruning._src.spec import pruning_spec as spec_lib

# `where` can write its result into zeros that no other op uses, which saves
# memory for large variables. Small ones share zeros, which saves operations.
_MOST_SHARED_ZEROS = 10000


class ProjectOp(NamedTuple):
  """An operation that projects weights after one train op.

  Attributes:
    op: runs together with the train op, in the same `session.run`.
    runs_with: the names of the operations of the train op that `op` waits for:
      updates of the weights, of their averages, and of the global step.
    updates: the names of those among them that update the weights.
    weights: the names of the weights.
  """

  op: tf.Operation
  runs_with: FrozenSet[str]
  updates: FrozenSet[str]
  weights: Tuple[str, ...]


class RankedWithUpdates:
  """Weights that are ranked together, and the ops that update them.

  Attributes:
    weights: the weights.
    updates: names of the operations that update them.
    waits_for: these operations, and those that update moving averages.
    averages: the moving averages of each part of a weight, by its name.
  """

  def __init__(self, weights: Sequence[state_variables.WeightWithRule],
               updates: Dict[str, List[tf.Operation]],
               averages: Dict[str, List[tf.Variable]],
               training: training_graph.TrainingGraph):
    self.weights = weights
    self.waits_for = [op for weight in weights for op in updates[weight.name]]
    self.updates = frozenset(op.name for op in self.waits_for)
    self.averages = {
        name: averages[name] for weight in weights
        for variable in weight.stored.variables()
        for name in [variable.op.name] if name in averages}
    self.waits_for += [
        op for held in self.averages.values() for average in held
        for op in training.updates_of(average)]

  def zero_pruned(self, reads: _Reads, variable: tf.Variable,
                  mask: tf.Tensor) -> Any:
    """Sets the pruned entries of a variable and of its averages to 0."""
    return variables_lib.grouped([
        _zero_pruned(held, mask, reads)
        for held in (variable, *self.averages.get(variable.op.name, ()))])

  def train_ops_of(self, found: Sequence[Sequence[tf.Operation]]) -> Set[int]:
    """Indices of the train ops that update one of the weights."""
    return {i for i, ops in enumerate(found)
            if not self.updates.isdisjoint(op.name for op in ops)}


def project(spec: spec_lib.PruningSpec, rankings: Sequence[RankedWithUpdates],
             projections: Sequence[projection.Projection],
             train_op: Sequence[tf.Operation],
             training: training_graph.TrainingGraph,
             global_step: tf.Variable) -> ProjectOp:
  """Adds the projection of weights that runs after `train_op`."""
  runs_with = frozenset(op.name for op in train_op)
  # The increment of the global step is an op like any other: without the
  # dependency, the projection could read the step before or after it.
  done = tf.group(*[part for op in train_op for part in training.done(op)])
  with tf.control_dependencies([done]):
    # `maximum` makes a copy: a ref variable is incremented in place, and the
    # value that is stored in `last_mask_update_step` would change with it.
    step = tf.maximum(variables_lib.StoredTensor([global_step]).read_value(), 0)
    reads = _Reads()
    values = [[weight.stored.read(reads.value) for weight in ranking.weights]
              for ranking in rankings]
    means = [_means(ranking, held, training, runs_with)
             for ranking, held in zip(rankings, projections)]
    masks = projection.masks_at(projections, values, means, step)
    op = tf.group(
        *[weight.stored.update(
            mask, functools.partial(ranking.zero_pruned, reads))
          for ranking, held in zip(rankings, masks)
          for weight, mask in zip(ranking.weights, held)],
        name=spec.name + '/project')
  return ProjectOp(
      op, runs_with,
      runs_with & frozenset().union(
          *[ranking.updates for ranking in rankings]),
      tuple(weight.name for ranking in rankings for weight in ranking.weights))


def _means(ranking: RankedWithUpdates, state: projection.Projection,
           training: training_graph.TrainingGraph,
           run: FrozenSet[str]) -> List[Optional[tf.Tensor]]:
  """The mean gradients of the weights, including those of this step."""
  if not state.saliency.uses_gradient:
    return [None] * len(ranking.weights)
  return list(state.means_after([
      weight.stored.read(
          lambda variable: training.gradient_of(variable, run))
      for weight in ranking.weights]))


class _Reads:
  """Caches reads of variables, and zeros, under the same dependencies."""

  def __init__(self) -> None:
    self._values: Dict[str, tf.Tensor] = {}
    self._zeros: Dict[Any, tf.Tensor] = {}

  def value(self, variable: tf.Variable) -> tf.Tensor:
    """The value of a variable, which must not be a distributed one."""
    name = variable.op.name
    if name not in self._values:
      self._values[name] = variables_lib.read(variable)
    return self._values[name]

  def zeros_like(self, variable: tf.Variable, mask: tf.Tensor) -> tf.Tensor:
    """Zeros for a `where` with `mask`, on the device of the variable."""
    shape = tuple(variable.shape.as_list())
    dtype = variable.dtype.base_dtype
    if variable.shape.num_elements() > _MOST_SHARED_ZEROS:
      return projection.zeros_for(mask, dtype)
    key = (shape, dtype, variable.device)
    if key not in self._zeros:
      self._zeros[key] = tf.zeros(shape, dtype)
    return self._zeros[key]


def _zero_pruned(variable: tf.Variable, mask: tf.Tensor,
                 reads: _Reads) -> Any:
  """Sets the entries of `variable` to 0 where `mask` is false."""
  with variables_lib.on_device_of(variable):
    if saved_values.is_shared(variable):
      return _bound_pruned(variable, mask)
    return variables_lib.assign(variable, tf_compat.where(
        mask, reads.value(variable), reads.zeros_like(variable, mask)))


def _bound_pruned(variable: tf.Variable, mask: tf.Tensor) -> Any:
  """`_zero_pruned` in place, for a variable that other workers update as well.

  Assigning a value read before would undo their updates of kept entries. So
  pruned entries are bounded by 0 from both sides, which changes no other entry
  and is idempotent.
  """
  zeros = tf.zeros(mask.shape, variable.dtype.base_dtype)
  infinite = tf.fill(mask.shape, tf.constant(
      np.inf, variable.dtype.base_dtype))
  rows = tf.range(mask.shape.as_list()[0])
  at_most = tf_compat.where(mask, infinite, zeros)
  at_least = tf_compat.where(mask, -infinite, zeros)
  held = variables_lib.source(variable)
  if held.dtype != tf.resource:
    with tf.control_dependencies(
        [tf.compat.v1.scatter_min(variable, rows, at_most)]):
      return tf.compat.v1.scatter_max(variable, rows, at_least)
  # `tf.compat.v1.scatter_min` takes no resource variables in TF 1.14.
  with tf.control_dependencies([tf.raw_ops.ResourceScatterMin(
      resource=held, indices=rows, updates=at_most)]):
    return tf.raw_ops.ResourceScatterMax(
        resource=held, indices=rows, updates=at_least)
