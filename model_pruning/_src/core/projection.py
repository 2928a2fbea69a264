# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The projection that keeps pruned entries at zero, and its state.

This is the one place of the library that changes masks. A front end makes the
variables, calls `Projection.project` on its weights after each optimizer
update, and assigns what comes back.
"""

from __future__ import annotations

import collections
from typing import Any, Dict, List, Optional, Sequence, Tuple

import tensorflow as tf

from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.core import budget
from model_pruning._src.core import conditional
from model_pruning._src.core import mask
from model_pruning._src.core import saliency
from model_pruning._src.core import schedule
from model_pruning._src.core import sparsity_bounds
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule


def threshold_dtype(weight_dtype: tf.DType) -> tf.DType:
  """The dtype of the threshold of a weight: float64 or else float32."""
  return tf.float64 if weight_dtype == tf.float64 else tf.float32


class Projection:
  """The masks of weights that are ranked together: mostly of one.

  Its state is in variables, or in what reads and assigns as they do
  (`read_value`, `assign`, with `dtype` and `shape`).

  Attributes:
    masks: bool, one a weight, of its shape.
    thresholds: floating scalars, one a weight: the smallest saliency that its
      mask keeps.
    last_mask_update_step: int64 scalar, -1 before the first update.
    gradients: floating, one a weight, of its shape, if the saliency uses the
      gradient; else empty. The mean of what it takes of the gradients.
    update_steps: when masks are due.
    sparsity: how sparse they are then.
    saliency: what entries are ranked by.
    structures: one a weight.
    bounds: of the sparsity of one of several weights.
  """

  def __init__(self, spec: spec_lib.PruningSpec,
               rules: Sequence[weight_rule.WeightRule],
               masks: Sequence[Any], thresholds: Sequence[Any],
               last_mask_update_step: Any, gradients: Sequence[Any] = (),
               timing: Optional[schedule.Timing] = None):
    """Wraps what holds the state.

    Args:
      spec: gives the schedule, unless there is a `timing`, and the saliency.
      rules: one a weight, all with the same target.
      masks: initially all true.
      thresholds: initially 0.
      last_mask_update_step: initially -1. Several projections may share it.
      gradients: initially 0.
      timing: when masks are due and how sparse they are then.
    """
    self.masks = list(masks)
    self.thresholds = list(thresholds)
    self.last_mask_update_step = last_mask_update_step
    self.gradients = list(gradients)
    timing = timing or schedule.Timing.of(spec, rules[0])
    self.update_steps = timing.update_steps
    self.sparsity = timing.sparsity
    self.saliency = saliency.get(spec.prune_option)
    self.structures = tuple(rule.structure for rule in rules)
    self.bounds = sparsity_bounds.Bounds.of(spec)
    self._decay = spec.gradient_decay_rate

  def project(self, weights: Sequence[tf.Tensor],
              step: tf.Tensor) -> List[tf.Tensor]:
    """The weights with pruned entries zero, after an update of the masks.

    The masks are updated if they are due at `step`, from the weights as they
    come in: an entry that was pruned and is large enough now is kept.

    Args:
      weights: floating tensors, as the optimizer left them.
      step: integer scalar, the number of optimizer updates done.

    Returns:
      Tensors like `weights`.
    """
    return [zero_pruned(mask_, weight) for mask_, weight in zip(
        self.masks_after(weights, step), weights)]

  def masks_after(self, weights: Sequence[tf.Tensor],
                  step: tf.Tensor) -> List[tf.Tensor]:
    """The masks that `project` goes by, updated if they are due at `step`."""
    means = [held.read_value() for held in self.gradients]
    [masks] = masks_at(
        [self], [weights], [means or [None] * len(weights)], step)
    return masks

  @property
  def budget(self) -> budget.Budget:
    """How many entries an update prunes, as far as that is known before."""
    return budget.of([held.shape for held in self.masks], self.structures)

  def means_after(self, gradients: Sequence[tf.Tensor]) -> List[tf.Tensor]:
    """The means with the gradients of one more step, which are kept.

    Args:
      gradients: one a weight, of its shape, as the optimizer took them.

    Returns:
      Tensors like the state `gradients`.
    """
    of_gradient = self.saliency.of_gradient
    if of_gradient is None:
      return []
    means = []
    for held, gradient in zip(self.gradients, gradients):
      share = tf.constant(1.0 - self._decay, held.dtype)
      mean = held.read_value()
      mean += share * (of_gradient(tf.cast(gradient, held.dtype)) - mean)
      with tf_compat.control_dependencies([held.assign(mean)]):
        means.append(tf.identity(mean))
    return means


def masks_at(projections: Sequence[Projection],
             weights: Sequence[Sequence[tf.Tensor]],
             means: Sequence[Sequence[Optional[tf.Tensor]]],
             step: tf.Tensor) -> List[List[tf.Tensor]]:
  """The masks that hold after the update of the weights that made `step`.

  Args:
    projections: of one spec, with one `last_mask_update_step`.
    weights: for each projection its weights, as the optimizer left them.
    means: for each weight its mean gradient, or None if none is used.
    step: integer scalar, the number of optimizer updates done.

  Returns:
    For each projection its masks.
  """
  step = tf.cast(step, tf.int64)
  clock = projections[0].last_mask_update_step
  last_step = clock.read_value()
  # If the last update was at this very step, it was that of other weights
  # which share the variable: these are due as well.
  due = (projections[0].update_steps.is_due(step, last_step)
         | tf.equal(last_step, step))

  def update_masks(*given: tf.Tensor) -> tf.Tensor:
    values = iter(given)
    select = _Selection([
        _likeness(projection, held)
        for projection, held in zip(projections, weights)])
    curves = {projection.sparsity for projection in projections}
    sparsities = {curve: curve(step) for curve in curves}
    assignments = [clock.assign(step)]
    for projection, held, mean in zip(projections, weights, means):
      *new_masks, threshold = select(
          projection, [next(values) for _ in held],
          [value if value is None else next(values) for value in mean],
          sparsities[projection.sparsity])
      assignments += [old.assign(new)
                      for old, new in zip(projection.masks, new_masks)]
      assignments += [
          old.assign(threshold if threshold.dtype == old.dtype
                     else tf.cast(threshold, old.dtype))
          for old in projection.thresholds]
    with tf_compat.control_dependencies(assignments):
      return tf.identity(step)

  # The masks are no results of it: handing them through costs time in every
  # step, and when the graph is made.
  done = conditional.run_if(due, update_masks, [
      value for held, mean in zip(weights, means)
      for value in [*held, *mean] if value is not None], last_step)
  with tf_compat.control_dependencies([done]):
    return [[held.read_value() for held in projection.masks]
            for projection in projections]


def _likeness(projection: Projection,
              weights: Sequence[tf.Tensor]) -> Tuple[Any, ...]:
  """Equal for projections whose masks are made by the same operations."""
  return (projection.structures, projection.saliency,
          tuple((weight.dtype, tuple(weight.shape.as_list()))
                for weight in weights))


class _Selection:
  """Makes new masks; projections that are alike share the operations.

  They are some hundred a weight, and a network has many weights of the same
  shape: a function of them is made once, and called for each.
  """

  def __init__(self, likenesses: Sequence[Tuple[Any, ...]]):
    self._shared = {likeness for likeness, number in
                    collections.Counter(likenesses).items() if number > 1}
    self._functions: Dict[Any, Any] = {}

  def __call__(self, projection: Projection, weights: Sequence[tf.Tensor],
               means: Sequence[Optional[tf.Tensor]],
               sparsity: tf.Tensor) -> List[tf.Tensor]:
    """The masks of `weights` and, last, the threshold."""
    def select(*tensors: tf.Tensor) -> List[tf.Tensor]:
      held = tensors[1:len(weights) + 1]
      mean = tensors[len(weights) + 1:] or [None] * len(weights)
      update = mask.masks_of(
          list(map(projection.saliency.score, held, mean)),
          projection.structures, tensors[0], projection.bounds)
      return [*update.masks, update.threshold]

    likeness = _likeness(projection, weights)
    given = [mean for mean in means if mean is not None]
    # In the dtype of the means: squares of float16 vanish.
    arguments = [sparsity, *[
        weight if mean is None else tf.cast(weight, mean.dtype)
        for weight, mean in zip(weights, means)], *given]
    if likeness not in self._shared:
      return select(*arguments)
    if likeness not in self._functions:
      self._functions[likeness] = tf.function(
          select, autograph=False).get_concrete_function(*[
              tf.TensorSpec(argument.shape, argument.dtype)
              for argument in arguments])
    return tf_compat.call_in_graph(self._functions[likeness], arguments)


def zero_pruned(mask_: tf.Tensor, weight: tf.Tensor) -> tf.Tensor:
  """`weight` where `mask_` is true, else 0.0; exactly, NaN and inf as well."""
  return tf_compat.where(mask_, weight, tf.zeros_like(weight))


def ranked_together(rules: Sequence[weight_rule.WeightRule]
                    ) -> List[List[int]]:
  """Indices of the weights that share a ranking, ranking by ranking."""
  rankings: Dict[Any, List[int]] = collections.OrderedDict()
  for i, rule in enumerate(rules):
    key = ('alone', i) if rule.group is None else ('group', rule.group)
    rankings.setdefault(key, []).append(i)
  return list(rankings.values())
