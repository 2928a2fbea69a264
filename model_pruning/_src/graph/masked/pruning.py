# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`Pruning`: updates the masks of a graph whose forward pass applies them.

    hparams = model_pruning.get_pruning_hparams().parse('target_sparsity=0.9')
    pruning = model_pruning.Pruning(hparams)
    with tf.control_dependencies([train_op]):
      train_op = pruning.conditional_mask_update_op()
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Union

import tensorflow as tf
from absl import logging

from model_pruning._src.axes import saliencies
from model_pruning._src.axes import structures
from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.core import mask
from model_pruning._src.core import schedule
from model_pruning._src.core import sparsity_bounds
from model_pruning._src.graph import partitioned
from model_pruning._src.graph.masked import apply_mask
from model_pruning._src.graph.masked import masked_weights
from model_pruning._src.graph.masked import spec_object
from model_pruning._src.graph.masked import weight_movement
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule

_NEVER_DUE = -1  # A `final_step` that is before every first step.


class Pruning:
  """Mask updates of the weights that `apply_mask` and its like have masked.

  Each method that returns an operation builds it anew, where it is called, for
  the weights that are masked by then. The operations see weights and global
  step as they are after the control dependencies they were built under.

  A mask update, with a gradient option, goes in this order: the mean
  displacement, the masks and thresholds, `old_old_weight` from `old_weight`,
  `old_weight` from the weight, `last_mask_update_step`.
  """

  def __init__(self,
               spec: Union[spec_lib.PruningSpec, str, Any, None] = None,
               global_step: Any = None, sparsity: Any = None):
    """Creates the state variables in the default graph.

    Args:
      spec: a `PruningSpec`, its string, or what `get_pruning_hparams` returns;
        None is the default spec. Later changes of it have no effect.
      global_step: the clock, an integer scalar variable or tensor; None is the
        global step of the graph.
      sparsity: a scalar in [0, 1], variable or tensor, that takes the place
        of the schedule. A weight with its own target t is pruned to
        ``sparsity * t / target_sparsity``.

    Raises:
      ValueError: the spec is not valid, or there is no global step.
      RuntimeError: eager mode is on.
    """
    apply_mask.check_in_graph()
    self._spec = spec_object.as_hparams(spec)
    self._pruning_spec = spec_lib.PruningSpec.of(
        spec if isinstance(spec, spec_lib.PruningSpec) else self._spec
    ).resolve()
    self._global_step = global_step
    if global_step is None:
      self._global_step = tf.compat.v1.train.get_global_step()
    if self._global_step is None:
      raise ValueError(
          'Argument `global_step` must be given, or the graph have a global '
          'step: it is the clock of the schedule. Call '
          'tf.compat.v1.train.get_or_create_global_step() before, and pass it '
          'to the optimizer. Received: global_step=None')
    apply_mask.checked_prune_option(self._pruning_spec.prune_option)
    if self._pruning_spec.mask_update != 'rank':
      raise ValueError(
          'Argument `spec` must have mask_update=rank for `Pruning`: the other '
          'mask updates are those of `PruningHook` and `prune_train_op`. '
          f'Received: mask_update={self._pruning_spec.mask_update}')
    self._external_sparsity = sparsity
    self._update_steps = schedule.UpdateSteps.of(self._pruning_spec)
    if sparsity is not None:
      self._update_steps = schedule.UpdateSteps(
          self._update_steps.begin_step, self._update_steps.end_step,
          self._update_steps.frequency, final_step=_NEVER_DUE)
    self._last_update_step = self._step_variable('last_mask_update_step')
    self._last_gradient_update_step = (
        self._step_variable('last_gradient_update_step')
        if self.use_gradient() else None)
    with tf.name_scope(self._pruning_spec.name):
      pass  # The contrib library has made two by now: updates have its names.
    self._logged = False
    self._update_step_op: Optional[tf.Operation] = None

  @property
  def matrix_compression_spec(self) -> Any:
    """`get_spec()`, under its other name."""
    return self._spec

  def get_spec(self) -> Any:
    """The spec as an `HParams` object: the one that was given, if it is one."""
    return self._spec

  def use_gradient(self) -> bool:
    """Whether weights are ranked with how much they moved."""
    return self._pruning_spec.prune_option != 'weight'

  def apply_mask(self, x: Any, scope: apply_mask.Scope = '') -> tf.Tensor:
    """`apply_mask` with the `prune_option` of the spec."""
    return apply_mask.apply_mask(x, scope, self._pruning_spec.prune_option)

  def print_hparams(self) -> None:
    """Logs the spec as JSON."""
    logging.info('%s', self._spec.to_json())

  def mask_update_op(self) -> tf.Operation:
    """An operation that updates all masks each time it is run.

    Raises:
      ValueError: a pattern of the spec matches nothing, or two disagree.
    """
    with tf.name_scope(self._pruning_spec.name):
      return self._mask_update(self._read_step())

  def conditional_mask_update_op(self) -> tf.Operation:
    """An operation that updates all masks if they are due.

    They are due at the steps ``begin_pruning_step + i * pruning_frequency``
    after step 0 and up to `end_pruning_step`, and at
    `sparsity_function_end_step`. If the global step jumps over one of them,
    the update is done at the next run.

    Raises:
      ValueError: as `mask_update_op`.
    """
    with tf.name_scope(self._pruning_spec.name):
      step = self._read_step()
      due = self._update_steps.is_due(step, self._last_update_step.read_value())
      return _run_if(due, lambda: self._mask_update(step),
                     name='conditional_mask_update')

  def gradient_update_op(self) -> tf.Operation:
    """An operation that updates the mean displacements.

    A mask update does this itself, first of all. Without a gradient option it
    does nothing.
    """
    with tf.name_scope(self._pruning_spec.name):
      return self._gradient_update(self._read_step())

  def conditional_gradient_update_op(self) -> tf.Operation:
    """`gradient_update_op` at each step from the first to the last."""
    with tf.name_scope(self._pruning_spec.name):
      step = self._read_step()
      due = step >= self._pruning_spec.begin_pruning_step
      if self._pruning_spec.end_pruning_step != -1:
        due &= step <= self._pruning_spec.end_pruning_step
      return _run_if(due, lambda: self._gradient_update(step),
                     name='conditional_gradient_update')

  def old_weight_update_op(self) -> tf.Operation:
    """An operation that copies the weights to their old weights."""
    with tf.name_scope(self._pruning_spec.name):
      ops = weight_movement.keep_weights(self._found()) if (
          self.use_gradient()) else []
      return tf.group(*ops, name='old_weight_update')

  def old_old_weight_update_op(self) -> tf.Operation:
    """An operation that copies the old weights to the ones before."""
    with tf.name_scope(self._pruning_spec.name):
      ops = weight_movement.keep_old_weights(self._found()) if (
          self._pruning_spec.prune_option == 'second_order_gradient') else []
      return tf.group(*ops, name='old_old_weight_update')

  def run_update_step(self, session: tf.compat.v1.Session,
                      step_number: Optional[int] = None) -> None:
    """Runs a conditional mask update in a session.

    It is built in the first call, before which the graph must not be finalized.
    """
    del step_number  # The global step says it.
    if self._update_step_op is None:
      with session.graph.as_default():
        self._update_step_op = self.conditional_mask_update_op()
    session.run(self._update_step_op)

  def add_pruning_summaries(self) -> None:
    """Adds scalar summaries of sparsities, thresholds and steps.

    Without `add_summary` in the spec it adds none.
    """
    if not self._pruning_spec.add_summary:
      return
    scalar = tf.compat.v1.summary.scalar
    with tf.name_scope(self._pruning_spec.name + '_summaries'):
      scalar('sparsity', self._sparsity_at(self._read_step()))
      scalar('last_mask_update_step', self._last_update_step)
      if self.use_gradient():
        scalar('last_gradient_update_step', self._last_gradient_update_step)
      for entry in masked_weights.find_uses(self._pruning_spec.prune_option):
        scalar(masked_weights.name_of(entry.state.mask) + '/sparsity',
               tf.math.zero_fraction(entry.state.mask))
        scalar(masked_weights.name_of(entry.state.threshold) + '/threshold',
               entry.state.threshold)
        if self.use_gradient():
          scalar(masked_weights.name_of(entry.state.gradient) + '/gradient',
                 tf.norm(entry.state.gradient))

  def _step_variable(self, name: str) -> tf.Variable:
    with tf.compat.v1.variable_scope(
        self._pruning_spec.name, reuse=tf.compat.v1.AUTO_REUSE):
      return tf.compat.v1.get_variable(
          name, [], tf.int32, trainable=False,
          initializer=tf.compat.v1.zeros_initializer(), use_resource=True,
          regularizer=tf.compat.v1.no_regularizer,
          synchronization=apply_mask.SYNCHRONIZATION,
          aggregation=apply_mask.AGGREGATION)

  def _read_step(self) -> tf.Tensor:
    # A copy, made here: a ref variable is counted up in place, and what was
    # read from it with it.
    return tf.maximum(
        tf.cast(partitioned.read(self._global_step), tf.int64), 0)

  def _found(self) -> List[masked_weights.Masked]:
    return masked_weights.find(self._pruning_spec.prune_option)

  def _sparsity_at(self, step: tf.Tensor,
                   rule: Optional[weight_rule.WeightRule] = None) -> tf.Tensor:
    """The sparsity of a weight with `rule`, or of one that has no entry."""
    target = self._pruning_spec.target_sparsity
    if self._external_sparsity is None:
      curve = weight_rule.curve(
          self._pruning_spec,
          rule or weight_rule.WeightRule(
              target, self._pruning_spec.initial_sparsity,
              structures.Unstructured()))
      return curve(step)
    sparsity = tf.cast(partitioned.read(self._external_sparsity), tf.float64)
    if rule and target:
      sparsity *= rule.target_sparsity / target
    return tf.clip_by_value(sparsity, 0.0, 1.0)

  def _rankings(self, found: List[masked_weights.Masked]
                ) -> List[masked_weights.RankedWithRules]:
    spec = self._pruning_spec
    if self._external_sparsity is not None and not spec.target_sparsity:
      # The target says nothing then, not that nothing is to be pruned.
      spec = spec.replace(target_sparsity=_ANY_TARGET, max_weight_sparsity=1.0)
    rankings, report = masked_weights.rank(spec, found)
    if not self._logged:
      report.log()
      self._logged = True
    return rankings

  def _mask_update(self, step: tf.Tensor) -> tf.Operation:
    found = self._found()
    rankings = self._rankings(found)
    updates = [self._gradient_update(step)] if self.use_gradient() else []
    with tf.control_dependencies(updates):
      updates = [op for ranking in rankings
                 for op in self._ranking_update(ranking, step)]
    for keep in self._keeps():
      with tf.control_dependencies(updates):
        updates = keep(found) or updates
    with tf.control_dependencies(updates):
      return partitioned.assign(
          self._last_update_step, step, name='mask_update')

  def _ranking_update(self, ranking: masked_weights.RankedWithRules,
                      step: tf.Tensor) -> List[tf.Operation]:
    masks, threshold = mask.masks_of(
        [self._saliency(entry) for entry in ranking.weights],
        [rule.structure for rule in ranking.rules],
        self._sparsity_at(step, ranking.rules[0]),
        sparsity_bounds.Bounds.of(self._pruning_spec))
    updates = []
    for entry, new_mask in zip(ranking.weights, masks):
      updates.append(partitioned.assign(entry.state.mask, new_mask))
      updates.append(partitioned.assign(entry.state.threshold, threshold))
    return updates

  def _saliency(self, entry: masked_weights.Masked) -> tf.Tensor:
    magnitude = saliencies.magnitude(partitioned.read(entry.weight))
    if not self.use_gradient():
      return magnitude
    return magnitude * partitioned.read(entry.state.gradient)

  def _keeps(self) -> List[Callable[..., List[tf.Operation]]]:
    """What is to be kept for the next update, in the order to do it in."""
    return _KEEPS[self._pruning_spec.prune_option]

  def _gradient_update(self, step: tf.Tensor) -> tf.Operation:
    if not self.use_gradient():
      return tf.no_op(name='gradient_update')
    updates = [
        partitioned.assign(
            entry.state.gradient,
            weight_movement.mean_displacement(
                entry, partitioned.read(entry.weight),
                self._pruning_spec.prune_option,
                self._pruning_spec.gradient_decay_rate))
        for entry in self._found()]
    with tf.control_dependencies(updates):
      return partitioned.assign(
          self._last_gradient_update_step, step, name='gradient_update')


_ANY_TARGET = 0.5

_KEEPS: Dict[str, List[Callable[..., List[tf.Operation]]]] = {
    'weight': [],
    'first_order_gradient': [weight_movement.keep_weights],
    'second_order_gradient': [weight_movement.keep_old_weights,
                              weight_movement.keep_weights],
}


def _run_if(condition: tf.Tensor, build: Callable[[], tf.Operation],
            name: str) -> tf.Operation:
  """An operation that does what `build` builds, if the condition holds."""

  def run() -> tf.Tensor:
    with tf_compat.control_dependencies([build()]):
      return tf.constant(True)

  return tf.group(
      tf.compat.v1.cond(condition, run, lambda: tf.constant(False)), name=name)
