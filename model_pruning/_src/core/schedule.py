# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""When masks change, and how sparse they are then.

Both questions are answered for a step ``t``, the number of optimizer updates
done. Every function takes Python numbers, NumPy arrays or tensors, and gives
the same bits for each of them, in eager mode, in a graph and under XLA. That
is why powers are products and square roots, which IEEE 754 rounds in one way
only, and why three spots below hide something from the graph compilers.
"""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple, Tuple, TYPE_CHECKING

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import tensorflow as tf_compat

if TYPE_CHECKING:
  from model_pruning._src.spec import pruning_spec as spec_lib
  from model_pruning._src.spec import weight_rule

NEVER = -1  # `last_update_step` of masks that were not updated yet.


def _namespace(*values: Any) -> Any:
  return tf if any(tf.is_tensor(value) for value in values) else np


def _int64(value: Any, xp: Any) -> Any:
  return tf.cast(value, tf.int64) if xp is tf else np.asarray(value, np.int64)


def _float64(value: Any, xp: Any) -> Any:
  if xp is tf:
    return tf.cast(value, tf.float64)
  return np.asarray(value, np.float64)


def _where(condition: Any, x: Any, y: Any) -> Any:
  if tf.is_tensor(condition):
    return tf_compat.where(condition, x, y)
  return np.where(condition, x, y)


def _plain(value: Any) -> Any:
  """Zero-dimensional NumPy results as Python numbers."""
  if isinstance(value, (np.ndarray, np.generic)) and np.ndim(value) == 0:
    return value.item()
  return value


def _power(base: Any, exponent: float, xp: Any) -> Any:
  """`base ** exponent` by squaring, and by square roots for the fraction."""
  whole = int(exponent)
  fraction = exponent - whole
  factors = []
  square = base
  while whole:
    if whole & 1:
      factors.append(square)
    square = square * square
    whole >>= 1
  root = base
  while fraction:
    root = xp.sqrt(root)
    fraction *= 2.0
    if fraction >= 1.0:
      factors.append(root)
      fraction -= 1.0
  product = factors[0]
  for factor in factors[1:]:
    product = product * factor
  return product


@dataclasses.dataclass(frozen=True)
class PolynomialSparsity:
  """Sparsity that moves from an initial to a final value along a polynomial.

  ``s(t) = s_f + (s_i - s_f) * (1 - p)**exponent`` with
  ``p = clip((t - t0) / (t1 - t0), 0, 1)`` (Zhu & Gupta 2017,
  arXiv:1710.01878, eq. 1, which has exponent 3). ``t0 == t1`` is a jump: the
  initial value before ``t0``, the final one from ``t0`` on.

  Attributes:
    initial_sparsity: ``s_i``, the share of zeros up to `begin_step`.
    final_sparsity: ``s_f``, the share of zeros from `end_step` on.
    begin_step: ``t0``, in optimizer updates.
    end_step: ``t1``, in optimizer updates, not before `begin_step`.
    exponent: positive; 1 is linear, 3 prunes fast first and slowly later.
  """

  initial_sparsity: float
  final_sparsity: float
  begin_step: int
  end_step: int
  exponent: float = 3.0

  @classmethod
  def of(cls, spec: spec_lib.PruningSpec,
         rule: weight_rule.WeightRule) -> PolynomialSparsity:
    """The curve that `spec` gives a weight with `rule`."""
    return cls(rule.initial_sparsity, rule.target_sparsity,
               spec.sparsity_function_begin_step,
               spec.sparsity_function_end_step,
               spec.sparsity_function_exponent)

  def __call__(self, step: Any) -> Any:
    """The sparsity at `step`.

    Args:
      step: integer or array or tensor of integers of any shape.

    Returns:
      A Python float, a float64 array or a float64 tensor, as `step` is.
    """
    xp = _namespace(step)
    step = _int64(step, xp)
    span = self.end_step - self.begin_step
    if span == 0:
      progress = _float64(step >= self.begin_step, xp)
    else:
      elapsed = xp.minimum(xp.maximum(step - self.begin_step, 0), span)
      # XLA turns the division by a constant into a product with its rounded
      # inverse. The maximum is `span` for every step and is no constant.
      divisor = xp.maximum(-1 - step, span)
      progress = _float64(elapsed, xp) / _float64(divisor, xp)
    rest = _power(1.0 - progress, float(self.exponent), xp)
    # No bound below cuts anything off. The first keeps Grappler from moving
    # the constant into the power, the others keep XLA from fusing product and
    # sum into one operation with one rounding less.
    change = (self.initial_sparsity - self.final_sparsity) * xp.maximum(
        rest, 0.0)
    change = xp.minimum(xp.maximum(change, -1.0), 1.0)
    return _plain(self.final_sparsity + change)


@dataclasses.dataclass(frozen=True)
class UpdateSteps:
  """The steps at which masks are due.

  These are ``begin_step + i * frequency`` from `begin_step` to `end_step`
  inclusive, and `final_step`, where the schedule reaches its final sparsity,
  if it lies between them: so the target is reached off the grid as well.

  Attributes:
    begin_step: the first step, in optimizer updates.
    end_step: the last one, or -1 for no end.
    frequency: optimizer updates from one to the next, at least 1.
    final_step: where the sparsity stops changing.
  """

  begin_step: int
  end_step: int
  frequency: int
  final_step: int

  @classmethod
  def of(cls, spec: spec_lib.PruningSpec) -> UpdateSteps:
    """The steps at which the masks of `spec` are due."""
    return cls(spec.begin_pruning_step, spec.end_pruning_step,
               spec.pruning_frequency, spec.sparsity_function_end_step)

  @property
  def includes_final_step(self) -> bool:
    """Whether `final_step` lies between the first and the last step."""
    return self.begin_step <= self.final_step and (
        self.end_step == -1 or self.final_step <= self.end_step)

  def is_due(self, step: Any, last_update_step: Any) -> Any:
    """Whether a mask last updated at `last_update_step` is due at `step`.

    It is when one of the steps lies in ``(last_update_step, step]``. So a
    clock that jumps over a step makes the update late, and never loses it.

    Args:
      step: integer, or array or tensor of integers of any shape.
      last_update_step: integer, array or tensor that broadcasts against
        `step`; -1 if the mask was never updated.

    Returns:
      A Python bool, a bool array or a bool tensor, as the arguments are.
    """
    xp = _namespace(step, last_update_step)
    step = _int64(step, xp)
    last_update_step = _int64(last_update_step, xp)
    begun, grid_step = self._grid_step(step, xp)
    due = begun & (grid_step > last_update_step)
    if self.includes_final_step:
      due |= ((step >= self.final_step)
              & (self.final_step > last_update_step))
    return _plain(due)

  def _grid_step(self, step: Any, xp: Any) -> Tuple[Any, Any]:
    """Whether the grid has begun at `step`, and its last point up to it."""
    inside = step if self.end_step == -1 else xp.minimum(step, self.end_step)
    return inside >= self.begin_step, self.begin_step + (
        (inside - self.begin_step) // self.frequency) * self.frequency

  def last_up_to(self, step: Any) -> Any:
    """The last step up to `step` at which masks change, of those that can.

    It is the last item of `up_to(step)`, or -1 if that has none: the
    `last_update_step` of a mask that has missed no update.

    >>> UpdateSteps(0, -1, frequency=10, final_step=25).last_up_to(29)
    25

    Args:
      step: integer, or array or tensor of integers of any shape.

    Returns:
      A Python int, an int64 array or an int64 tensor, as `step` is.
    """
    xp = _namespace(step)
    step = _int64(step, xp)
    never = xp.ones_like(step) * NEVER
    begun, grid_step = self._grid_step(step, xp)
    last = _where(begun, grid_step, never)
    if self.includes_final_step:
      final_step = xp.ones_like(step) * self.final_step
      last = _where(step >= self.final_step,
                    xp.maximum(last, final_step), last)
    # Step 0 is before the first update: what is due then comes at step 1.
    changed = (last > NEVER) & (step > 0)
    return _plain(_where(changed, xp.maximum(last, 1), never))

  def up_to(self, num_steps: int) -> Tuple[int, ...]:
    """The steps at which `num_steps` optimizer updates change the masks.

    Step 0 is before the first update, so a mask due there changes at step 1.

    >>> UpdateSteps(0, -1, frequency=10, final_step=25).up_to(30)
    (1, 10, 20, 25, 30)

    Args:
      num_steps: how many optimizer updates training makes.

    Returns:
      The steps in ascending order.
    """
    stop = num_steps if self.end_step == -1 else min(num_steps, self.end_step)
    steps = set(range(self.begin_step, stop + 1, self.frequency))
    if self.includes_final_step and self.final_step <= num_steps:
      steps.add(self.final_step)
    return tuple(sorted({max(step, 1) for step in steps
                         if max(step, 1) <= num_steps}))


def step_before(step: tf.Tensor) -> tf.Tensor:
  """The `last_update_step` that a mask has at most when `step` is checked.

  A clock that misses no step needs no other record of the last update.

  Args:
    step: int64 scalar.

  Returns:
    The step before, or -1 before the first: what is due at step 0, before any
    update, comes with the first one.
  """
  return tf_compat.where(step <= 1, tf.constant(NEVER, tf.int64), step - 1)


class Timing(NamedTuple):
  """When the masks of a weight are due, and how sparse they are then.

  Attributes:
    update_steps: `UpdateSteps`, or what has an `is_due` like it.
    sparsity: `PolynomialSparsity`, or another hashable function of the step.
  """

  update_steps: Any
  sparsity: Any

  @classmethod
  def of(cls, spec: spec_lib.PruningSpec,
         rule: weight_rule.WeightRule) -> Timing:
    """What `spec` says for a weight with `rule`."""
    return cls(UpdateSteps.of(spec), PolynomialSparsity.of(spec, rule))
