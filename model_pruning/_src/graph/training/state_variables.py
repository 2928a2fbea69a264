# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Creates the variables of the pruning state of weights in a graph."""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional, Sequence

import tensorflow as tf

from model_pruning._src.axes import saliencies
from model_pruning._src.compat import graph as graph_compat
from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.core import projection
from model_pruning._src.core import schedule
from model_pruning._src.graph import variables as variables_lib
from model_pruning._src.graph import weights as weights_lib
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule

_MASK = 'mask'


class WeightWithRule:
  """A weight of a graph with its rule.

  Attributes:
    name: the name of the whole weight.
    stored: the variables that it lies in.
    rule: how it is pruned.
  """

  def __init__(self, weight: weights_lib.GraphWeight,
               rule: weight_rule.WeightRule):
    self.name = weight.candidate.name
    self.stored = weight.stored
    self.rule = rule


def check_not_pruned(graph: tf.Graph,
                     weights: Sequence[WeightWithRule]) -> None:
  """Raises if weights have masks already: two projections would conflict.

  Raises:
    ValueError: if there is a variable where a mask would be.
  """
  names = {part.op.name for variable in graph.get_collection(
      tf.compat.v1.GraphKeys.GLOBAL_VARIABLES)
           for part in tf_compat.replicas(variable)}
  for weight in weights:
    for part in weight.stored.parts:
      mask_name = _name_beside(weight, part, _MASK)
      if mask_name in names:
        raise ValueError(
            'The graph must not be pruned twice. Received: a graph whose '
            f'weight {weight.name!r} has the mask {mask_name!r} already')


class InitialValues:
  """Caches initial values, so that equal ones share one operation."""

  def __init__(self) -> None:
    self._made: Dict[Any, tf.Tensor] = {}

  def full(self, shape: Sequence[int], value: Any, dtype: tf.DType,
           device: Optional[str]) -> Callable[[], tf.Tensor]:
    """Returns a function that returns a tensor filled with `value`."""
    key = (tuple(shape), value, dtype, device)

    def made() -> tf.Tensor:
      if key not in self._made:
        self._made[key] = tf.constant(value, dtype)
        # A constant of this shape would add the size of the masks to the graph.
        if shape:
          self._made[key] = tf.fill(shape, self._made[key])
      return self._made[key]
    return made


def create_clock(name: str, global_step: tf.Variable) -> tf.Variable:
  """Creates `last_mask_update_step`, on the device of the global step."""
  return _create_variable(name, [], schedule.NEVER, tf.int64,
                          variables_lib.primary(global_step).device,
                          InitialValues())


def create_state(spec: spec_lib.PruningSpec, weights: Sequence[WeightWithRule],
                 last_mask_update_step: tf.Variable,
                 initial_values: InitialValues) -> projection.Projection:
  """Creates the masks and thresholds of weights that are ranked together."""
  masks, thresholds, gradients = [], [], []
  for weight in weights:
    dtype = projection.threshold_dtype(weight.stored.dtype)
    masks.append(_create_like(weight, _MASK, True, tf.bool, initial_values))
    thresholds.append(variables_lib.StoredTensor([_create_variable(
        weight.name + '/threshold', [], 0.0, dtype, weight.stored.device,
        initial_values)]))
    if saliencies.AXIS.entry(spec.prune_option).uses_gradient:
      gradients.append(_create_like(
          weight, 'gradient', 0.0, dtype, initial_values))
  return projection.Projection(
      spec, [weight.rule for weight in weights], masks, thresholds,
      variables_lib.StoredTensor([last_mask_update_step]), gradients)


def _name_beside(weight: WeightWithRule, part: tf.Variable, kind: str) -> str:
  """`<weight>/<kind>`, or `<weight>/<kind>/part_<i>` if it is partitioned."""
  name = variables_lib.primary(part).op.name
  if graph_compat.partition_of(part) is None:
    return f'{name}/{kind}'
  return f'{weight.name}/{kind}{name[len(weight.name):]}'


def _create_like(weight: WeightWithRule, kind: str, value: Any,
                 dtype: tf.DType,
                 initial_values: InitialValues) -> variables_lib.StoredTensor:
  """Creates variables with the partitions and devices of the weight."""
  parts = []
  for part in weight.stored.parts:
    parts.append(_create_variable(
        _name_beside(weight, part, kind), part.shape.as_list(), value, dtype,
        variables_lib.primary(part).device, initial_values))
    partition = graph_compat.partition_of(part)
    if partition is not None:
      graph_compat.set_partition(parts[-1], f'{weight.name}/{kind}', partition)
  return variables_lib.StoredTensor(parts, weight.stored.axis)


def _create_variable(name: str, shape: Sequence[int], value: Any,
                     dtype: tf.DType, device: Optional[str],
                     initial_values: InitialValues) -> tf.Variable:
  with tf.device(device):
    return tf.compat.v1.Variable(
        initial_values.full(shape, value, dtype, device),
        trainable=False, name=name, dtype=dtype, use_resource=True,
        # Under a strategy each replica holds a copy. They are equal, because
        # each is assigned the same value.
        aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)
