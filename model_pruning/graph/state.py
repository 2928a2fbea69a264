# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The variables that pruning the weights of a graph takes."""

from __future__ import annotations

from typing import Any, Optional, Sequence

import tensorflow as tf

from model_pruning import compat
from model_pruning import projection
from model_pruning import schedule
from model_pruning import spec as spec_lib
from model_pruning import weight_rule
from model_pruning.graph import stored
from model_pruning.graph import weights as weights_lib


class PrunedWeight:
  """A weight of a graph with its rule.

  Attributes:
    name: its name.
    stored: its variables.
    rule: its rule.
  """

  def __init__(self, weight: weights_lib.GraphWeight,
               rule: weight_rule.WeightRule):
    self.name = weight.candidate.name
    self.stored = stored.StoredTensor(weight.parts, weight.axis)
    self.rule = rule


def check_not_pruned(graph: tf.Graph,
                     weights: Sequence[PrunedWeight]) -> None:
  """Refuses weights that have masks: two projections would fight.

  Raises:
    ValueError: if there is a variable where a mask would be.
  """
  names = {part.op.name for variable in graph.get_collection(
      tf.compat.v1.GraphKeys.GLOBAL_VARIABLES)
           for part in compat.replicas(variable)}
  for weight in weights:
    for part in weight.stored.parts:
      mask_name = _mask_name(weight, part)
      if mask_name in names:
        raise ValueError(
            'The graph must not be pruned twice. Received: a graph whose '
            f'weight {weight.name!r} has the mask {mask_name!r} already')


def create_clock(name: str, global_step: tf.Variable) -> tf.Variable:
  """The variable for the step of the last update, where the step is."""
  return _create_variable(name, [], schedule.NEVER, tf.int64,
                          stored.primary(global_step).device)


def create_state(spec: spec_lib.PruningSpec, weights: Sequence[PrunedWeight],
                 last_mask_update_step: tf.Variable) -> projection.Projection:
  """Masks and thresholds of weights that are ranked together."""
  masks, thresholds = [], []
  for weight in weights:
    masks.append(stored.StoredTensor(
        [_create_mask(weight, part) for part in weight.stored.parts],
        weight.stored.axis))
    thresholds.append(stored.StoredTensor([_create_variable(
        weight.name + '/threshold', [], 0.0,
        projection.threshold_dtype(weight.stored.dtype),
        weight.stored.device)]))
  return projection.Projection(
      spec, [weight.rule for weight in weights], masks, thresholds,
      stored.StoredTensor([last_mask_update_step]))


def _mask_name(weight: PrunedWeight, part: tf.Variable) -> str:
  """`<weight>/mask`, and for a partitioned one `<weight>/mask/part_<i>`."""
  name = stored.primary(part).op.name
  if compat.partition_of(part) is None:
    return name + '/mask'
  return f'{weight.name}/mask{name[len(weight.name):]}'


def _create_mask(weight: PrunedWeight, part: tf.Variable) -> tf.Variable:
  mask = _create_variable(
      _mask_name(weight, part), part.shape.as_list(), True, tf.bool,
      stored.primary(part).device)
  partition = compat.partition_of(part)
  if partition is not None:
    compat.set_partition(mask, weight.name + '/mask', partition)
  return mask


def _create_variable(name: str, shape: Sequence[int], value: Any,
                     dtype: tf.DType, device: Optional[str]) -> tf.Variable:
  with tf.device(device):
    return tf.compat.v1.Variable(
        # A constant would make the graph as large as the masks.
        lambda: tf.fill(shape, tf.constant(value, dtype)),
        trainable=False, name=name, dtype=dtype, use_resource=True,
        # Under a strategy each replica holds a copy. They are equal, because
        # each is assigned the same value.
        aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)
