# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Schedules: how sparse weights are at a step.

A step ``t`` is the number of optimizer updates done. Schedules take Python
numbers, NumPy arrays or tensors, and give the same bits for each of them, in
eager mode, in a graph and under XLA. That is why powers are products and square
roots, which IEEE 754 rounds in one way only, and why three places below hide
something from the graph compilers.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from model_pruning._src.axes import axis
from model_pruning._src.axes import numbers


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
  def of(cls, spec: Any, rule: Any) -> PolynomialSparsity:
    """Returns the curve of a weight.

    Args:
      spec: a `PruningSpec`, which has the steps and the exponent.
      rule: the `WeightRule` of the weight, which has the sparsities.
    """
    return cls(rule.initial_sparsity, rule.target_sparsity,
               spec.sparsity_function_begin_step,
               spec.sparsity_function_end_step,
               spec.sparsity_function_exponent)

  @property
  def falls(self) -> bool:
    """Whether the sparsity falls, so that pruned entries come back."""
    return self.initial_sparsity > self.final_sparsity

  def __call__(self, step: Any) -> Any:
    """Returns the sparsity at `step`.

    Args:
      step: integer or array or tensor of integers of any shape.

    Returns:
      A Python float, a float64 array or a float64 tensor, as `step` is.
    """
    xp = numbers.namespace(step)
    step = numbers.cast(step, 'int64', xp)
    span = self.end_step - self.begin_step
    if span == 0:
      progress = numbers.cast(step >= self.begin_step, 'float64', xp)
    else:
      elapsed = xp.minimum(xp.maximum(step - self.begin_step, 0), span)
      # XLA turns the division by a constant into a product with its rounded
      # inverse. The maximum is `span` for every step and is no constant.
      divisor = xp.maximum(-1 - step, span)
      progress = numbers.cast(elapsed, 'float64', xp) / numbers.cast(
          divisor, 'float64', xp)
    rest = _power(1.0 - progress, float(self.exponent), xp)
    # No bound below cuts anything off. The first keeps Grappler from moving
    # the constant into the power, the others keep XLA from fusing product and
    # sum into one operation with one rounding less.
    change = (self.initial_sparsity - self.final_sparsity) * xp.maximum(
        rest, 0.0)
    change = xp.minimum(xp.maximum(change, -1.0), 1.0)
    return numbers.plain(self.final_sparsity + change)


AXIS: axis.Axis[Any] = axis.Axis('sparsity_schedule', {
    'polynomial': PolynomialSparsity,
})
