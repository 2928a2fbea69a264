# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The projection that keeps pruned entries at zero, and its state.

This is the one place of the library that changes masks. A front end creates the
variables, calls `Projection.project` on its weights after each optimizer
update, and assigns the results to the weights.
"""

from __future__ import annotations

from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf

from model_pruning._src.axes import counts
from model_pruning._src.axes import mask_updates
from model_pruning._src.axes import saliencies
from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.core import conditional
from model_pruning._src.core import initial_zeros
from model_pruning._src.core import mask_update
from model_pruning._src.core import schedule
from model_pruning._src.core import shared_functions
from model_pruning._src.core import sparsity_bounds
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule

# More zeros than these are made in each step and not kept as a constant.
_MOST_CONSTANT_ZEROS = 2**20


def threshold_dtype(weight_dtype: tf.DType) -> tf.DType:
  """The dtype of a weight's threshold: float64 for float64, else float32."""
  return tf.float64 if weight_dtype == tf.float64 else tf.float32


class Projection:
  """Masks and update rule of one ranking, usually a single weight.

  The state lives in variables, or in objects with the same `read_value`,
  `assign`, `dtype` and `shape`.

  Attributes:
    masks: bool, one per weight, of its shape.
    thresholds: floating scalars, one per weight: the smallest saliency that its
      mask keeps.
    last_mask_update_step: int64 scalar, -1 before the first update.
    gradients: floating, one per weight, of its shape: the running mean of
      `saliency.of_gradient`. Empty if the saliency uses no gradient.
    update_steps: the steps at which masks are due.
    sparsity: the sparsity at a step, a function of the step.
    saliency: what entries are ranked by.
    structures: one per weight.
    bounds: the bounds of the sparsity of each of several weights.
    mask_update: how masks that are due change.
    target: the sparsity at the end of the schedule.
    keeps_sparsity: whether an update prunes at least as much as the masks that
      it replaces.
  """

  def __init__(self, spec: spec_lib.PruningSpec,
               rules: Sequence[weight_rule.WeightRule],
               masks: Sequence[Any], thresholds: Sequence[Any],
               last_mask_update_step: Any, gradients: Sequence[Any] = (),
               timing: Optional[schedule.Timing] = None):
    """Wraps the variables of the state.

    Args:
      spec: the specification. Its schedule is ignored if there is a `timing`.
      rules: one per weight, all with the same target.
      masks: see the attribute; initially all true.
      thresholds: see the attribute; initially 0.
      last_mask_update_step: see the attribute; initially -1. Several
        projections may share it.
      gradients: see the attribute; initially 0.
      timing: when masks are due and how sparse they are then; by default the
        schedule of `spec`.
    """
    self.masks = list(masks)
    self.thresholds = list(thresholds)
    self.last_mask_update_step = last_mask_update_step
    self.gradients = list(gradients)
    timing = timing or schedule.Timing.of(spec, rules[0])
    self.update_steps = timing.update_steps
    self.sparsity = timing.sparsity
    self.saliency = saliencies.AXIS.entry(spec.prune_option)
    self.structures = tuple(rule.structure for rule in rules)
    self.bounds = sparsity_bounds.Bounds.of(spec)
    self.mask_update = mask_updates.AXIS.entry(spec.mask_update)
    self.target = rules[0].target_sparsity
    self.keeps_sparsity = spec.keep_sparsity and not self.sparsity.falls
    self._decay = spec.gradient_decay_rate

  def project(self, weights: Sequence[tf.Tensor],
              step: tf.Tensor) -> List[tf.Tensor]:
    """Returns the weights with their pruned entries set to zero.

    The masks are updated first if they are due at `step`. The update ranks
    `weights` as they are passed, so an entry that was pruned before is kept if
    the optimizer has made it large enough.

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
    """The masks that `project` applies, updated if they are due at `step`."""
    means = [mean.read_value() for mean in self.gradients]
    [masks] = masks_at(
        [self], [weights], [means or [None] * len(weights)], step)
    return masks

  def initial_mask(self, value: np.ndarray) -> np.ndarray:
    """The mask with which a weight of this value starts; a bool array."""
    if not self.mask_update.follows_schedule:
      return initial_zeros.initial_mask(value, holds=True)
    if self.keeps_sparsity:
      return initial_zeros.initial_mask(value, holds=False)
    return np.ones(value.shape, bool)

  @property
  def lists(self) -> List[counts.Lists]:
    """The lists that an update ranks; they determine how much it prunes."""
    return counts.lists_of([
        structure.cells(mask_.shape.as_list())
        for structure, mask_ in zip(self.structures, self.masks)])

  def means_after(self, gradients: Sequence[tf.Tensor]) -> List[tf.Tensor]:
    """Folds one step's gradients into the running means and returns the means.

    Args:
      gradients: one per weight, of its shape, as the optimizer took them.

    Returns:
      Tensors like the state `gradients`.
    """
    if not self.saliency.uses_gradient:
      return []
    return [mean_after(state, gradient, self.saliency, self._decay)
            for state, gradient in zip(self.gradients, gradients)]


def mean_after(state: Any, gradient: tf.Tensor, saliency: saliencies.Saliency,
               decay: float) -> tf.Tensor:
  """Folds one step's gradient into a running mean and returns the mean.

  Args:
    state: the variable of the mean, or an object that reads and assigns alike.
    gradient: of the same shape, as the optimizer took it.
    saliency: one that uses gradients.
    decay: the share of the old mean in the new one, in [0, 1).

  Returns:
    A tensor of the dtype and shape of `state`.
  """
  assert saliency.of_gradient is not None
  share = tf.constant(1.0 - decay, state.dtype)
  mean = state.read_value()
  mean += share * (saliency.of_gradient(tf.cast(gradient, state.dtype)) - mean)
  with tf_compat.control_dependencies([state.assign(mean)]):
    return tf.identity(mean)


def masks_at(projections: Sequence[Projection],
             weights: Sequence[Sequence[tf.Tensor]],
             means: Sequence[Sequence[Optional[tf.Tensor]]],
             step: tf.Tensor) -> List[List[tf.Tensor]]:
  """Updates the masks of projections if they are due; returns all the masks.

  Args:
    projections: projections of one spec that share `last_mask_update_step`.
    weights: for each projection its weights, as the optimizer left them.
    means: for each weight its mean gradient, or None if the saliency uses none.
    step: integer scalar, the number of optimizer updates done.

  Returns:
    For each projection its masks.
  """
  if projections[0].mask_update.follows_schedule:
    updates = [_update(projections, weights, means, tf.cast(step, tf.int64))]
  else:
    updates = []
  # The masks are read after the update and not returned by it: outputs of a
  # conditional cost time in every step, and when the graph is built.
  with tf_compat.control_dependencies(updates):
    return [[state.read_value() for state in projection.masks]
            for projection in projections]


def _update(projections: Sequence[Projection],
            weights: Sequence[Sequence[tf.Tensor]],
            means: Sequence[Sequence[Optional[tf.Tensor]]],
            step: tf.Tensor) -> tf.Tensor:
  """Updates the masks if they are due; returns a tensor when it is done."""
  clock = projections[0].last_mask_update_step
  last_step = clock.read_value()
  update_steps = projections[0].update_steps
  curves = {projection.sparsity for projection in projections}
  shared = shared_functions.SharedFunctions([
      ('is_due', update_steps), *[('sparsity', curve) for curve in curves],
      *[('new_masks', _Making.of(projection, values))
        for projection, values in zip(projections, weights)]])
  [due] = shared.call(
      ('is_due', update_steps), lambda *steps: [_is_due(update_steps, *steps)],
      [step, last_step])

  def update_masks(*arguments: tf.Tensor) -> tf.Tensor:
    remaining = iter(arguments)
    sparsities = {curve: shared.call(
        ('sparsity', curve), lambda step, curve=curve: [curve(step)], [step])[0]
                  for curve in curves}
    assignments = [clock.assign(step)]
    for projection, values, mean in zip(projections, weights, means):
      values = [next(remaining) for _ in values]
      mean = [value if value is None else next(remaining) for value in mean]
      making = _Making.of(projection, values)
      *masks, threshold = shared.call(
          ('new_masks', making), making.new_masks, _arguments(
              projection, values, mean, sparsities[projection.sparsity]))
      assignments += [old.assign(new)
                      for old, new in zip(projection.masks, masks)]
      assignments += [
          old.assign(threshold if threshold.dtype == old.dtype
                     else tf.cast(threshold, old.dtype))
          for old in projection.thresholds]
    with tf_compat.control_dependencies(assignments):
      return tf.identity(step)

  return conditional.run_if(due, update_masks, [
      value for values, mean in zip(weights, means)
      for value in [*values, *mean] if value is not None], last_step)


def _is_due(update_steps: Any, step: tf.Tensor,
            last_step: tf.Tensor) -> tf.Tensor:
  # If the last update was at this very step, it updated the masks of other
  # weights that share the step variable: these masks are due as well.
  return update_steps.is_due(step, last_step) | tf.equal(last_step, step)


def _arguments(projection: Projection, weights: Sequence[tf.Tensor],
               means: Sequence[Optional[tf.Tensor]],
               sparsity: tf.Tensor) -> List[tf.Tensor]:
  """The arguments of `new_masks`: sparsity, weights, means, current masks."""
  # Weights are cast to the dtype of the means: in float16, squares underflow.
  arguments = [sparsity, *[
      weight if mean is None else tf.cast(weight, mean.dtype)
      for weight, mean in zip(weights, means)]]
  arguments += [mean for mean in means if mean is not None]
  if projection.keeps_sparsity:
    arguments += [state.read_value() for state in projection.masks]
  return arguments


class _Making(NamedTuple):
  """Everything that determines the ops that compute new masks.

  Equal values stand for the same ops. Nothing here refers to the `Projection`,
  since a traced function that is shared outlives the model it was traced for.

  Attributes:
    mask_update, structures, saliency, target, bounds, keeps_sparsity: those of
      the `Projection`.
    inputs: dtype and shape of each weight.
  """

  mask_update: mask_updates.MaskUpdate
  structures: Tuple[Any, ...]
  saliency: saliencies.Saliency
  target: float
  bounds: sparsity_bounds.Bounds
  keeps_sparsity: bool
  inputs: Tuple[Any, ...]

  @classmethod
  def of(cls, projection: Projection,
         weights: Sequence[tf.Tensor]) -> _Making:
    """Returns how a projection computes the masks of `weights`."""
    return cls(
        projection.mask_update, projection.structures, projection.saliency,
        projection.target, projection.bounds, projection.keeps_sparsity,
        tuple((weight.dtype, tuple(weight.shape.as_list()))
              for weight in weights))

  def new_masks(self, sparsity: tf.Tensor,
                *tensors: tf.Tensor) -> List[tf.Tensor]:
    """Returns the new masks, then their threshold; see `_arguments`."""
    number = len(self.structures)
    weights, rest = tensors[:number], tensors[number:]
    means: Sequence[Optional[tf.Tensor]] = [None] * number
    if self.saliency.uses_gradient:
      means, rest = rest[:number], rest[number:]
    assert self.mask_update.new_masks is not None
    update = self.mask_update.new_masks(mask_update.Ranking(
        rest, list(map(self.saliency.score, weights, means)),
        self.structures, sparsity, self.target, self.bounds,
        self.keeps_sparsity))
    return [*update.masks, update.threshold]


def zero_pruned(mask_: tf.Tensor, weight: tf.Tensor) -> tf.Tensor:
  """`weight` where `mask_` is true, else exactly 0.0, even for NaN and inf."""
  return tf_compat.where(mask_, weight, zeros_for(mask_, weight.dtype))


def zeros_for(mask_: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
  """Zeros of the shape of a mask, as the last argument of a `where` with it.

  `where` writes its result into the buffer of the zeros if nothing else uses
  it. But TensorFlow folds zeros that depend on nothing into a constant, which
  stays in memory from step to step, beside the result. So large zeros depend on
  the mask, and are allocated only after the mask has been computed.

  Args:
    mask_: bool tensor of a static shape.
    dtype: the floating dtype of the zeros.
  """
  dtype = dtype.base_dtype
  if (mask_.shape.num_elements() <= _MOST_CONSTANT_ZEROS
      or tf.executing_eagerly() or tf_compat.in_xla_context()):
    return tf.zeros(mask_.shape, dtype)
  first = tf.reshape(mask_, [-1])[0]
  return tf.fill(mask_.shape, tf.minimum(
      tf.cast(first, dtype), tf.zeros([], dtype)))
