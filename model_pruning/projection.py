# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The projection that keeps pruned entries at zero, and its state.

This is the one place of the library that changes masks. A front end makes the
variables, calls `Projection.project` on its weights after each optimizer
update, and assigns what comes back.
"""

from __future__ import annotations

import collections
from typing import Any, Dict, List, Sequence

import tensorflow as tf

from model_pruning import bounds
from model_pruning import compat
from model_pruning import mask
from model_pruning import saliency
from model_pruning import schedule
from model_pruning import spec as spec_lib
from model_pruning import weight_rule


def threshold_dtype(weight_dtype: tf.DType) -> tf.DType:
  """The dtype of the threshold of a weight: float64 or else float32."""
  return tf.float64 if weight_dtype == tf.float64 else tf.float32


class Projection:
  """The masks of weights that are ranked together: mostly of one.

  Its state is in variables, or in what reads and assigns as they do
  (`read_value`, `assign`).

  Attributes:
    masks: bool, one a weight, of its shape.
    thresholds: floating scalars, one a weight: the smallest saliency that its
      mask keeps.
    last_mask_update_step: int64 scalar, -1 before the first update.
    update_steps: when masks are due.
    sparsity: how sparse they are then.
  """

  def __init__(self, spec: spec_lib.PruningSpec,
               rules: Sequence[weight_rule.WeightRule],
               masks: Sequence[Any], thresholds: Sequence[Any],
               last_mask_update_step: Any):
    """Wraps what holds the state.

    Args:
      spec: gives the schedule and the saliency.
      rules: one a weight, all with the same target.
      masks: initially all true.
      thresholds: initially 0.
      last_mask_update_step: initially -1. Several projections may share it.
    """
    self.masks = list(masks)
    self.thresholds = list(thresholds)
    self.last_mask_update_step = last_mask_update_step
    self._structures = [rule.structure for rule in rules]
    self._bounds = bounds.Bounds.of(spec)
    self.update_steps = schedule.UpdateSteps.of(spec)
    self._saliency = saliency.get(spec.prune_option)
    self.sparsity = schedule.PolynomialSparsity.of(spec, rules[0])

  def project(self, weights: Sequence[tf.Tensor],
              step: tf.Tensor) -> List[tf.Tensor]:
    """The weights with pruned entries zero, after an update of the masks.

    Args:
      weights: as for `masks_at`.
      step: as for `masks_at`.

    Returns:
      Tensors like `weights`.
    """
    return [zero_pruned(mask_, weight)
            for mask_, weight in zip(self.masks_at(weights, step), weights)]

  def masks_at(self, weights: Sequence[tf.Tensor],
               step: tf.Tensor) -> List[tf.Tensor]:
    """The masks that hold after the update that made `step`.

    They are updated if they are due at `step`, from the weights as they come
    in: an entry that was pruned and is large enough now is kept.

    Args:
      weights: floating tensors, as the optimizer left them.
      step: integer scalar, the number of optimizer updates done.

    Returns:
      Bool tensors of the shapes of `weights`.
    """
    step = tf.cast(step, tf.int64)
    last_step = self.last_mask_update_step.read_value()
    # If the last update was at this very step, it was that of another weight
    # which shares the variable: this one is due as well.
    due = (self.update_steps.is_due(step, last_step)
           | tf.equal(last_step, step))
    return tf.compat.v1.cond(
        due,
        lambda: self._updated_masks(weights, step),
        lambda: [held.read_value() for held in self.masks],
        strict=True)

  @property
  def budget(self) -> mask.Budget:
    """How many entries an update prunes, as far as that is known before."""
    return mask.budget([variable.shape for variable in self.masks],
                       self._structures)

  def _updated_masks(self, weights: Sequence[tf.Tensor],
                     step: tf.Tensor) -> List[tf.Tensor]:
    update = mask.masks_of(
        [self._saliency(weight) for weight in weights], self._structures,
        self.sparsity(step), self._bounds)
    assignments = [self.last_mask_update_step.assign(step)]
    for held, value in zip(self.masks, update.masks):
      assignments.append(held.assign(value))
    for held in self.thresholds:
      assignments.append(held.assign(tf.cast(update.threshold, held.dtype)))
    with compat.control_dependencies(assignments):
      return [tf.identity(value) for value in update.masks]


def zero_pruned(mask_: tf.Tensor, weight: tf.Tensor) -> tf.Tensor:
  """`weight` where `mask_` is true, else 0.0; exactly, NaN and inf as well."""
  return compat.where(mask_, weight, tf.zeros_like(weight))


def ranked_together(rules: Sequence[weight_rule.WeightRule]
                    ) -> List[List[int]]:
  """Indices of the weights that share a ranking, ranking by ranking."""
  rankings: Dict[Any, List[int]] = collections.OrderedDict()
  for i, rule in enumerate(rules):
    key = ('alone', i) if rule.group is None else ('group', rule.group)
    rankings.setdefault(key, []).append(i)
  return list(rankings.values())
