# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The steps at which masks change.

A step is the number of optimizer updates done. Every function takes Python
numbers, NumPy arrays or tensors, and returns the same values for each of them.
The sparsity at a step is defined in `axes.schedules`.
"""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple, Tuple, TYPE_CHECKING

from model_pruning._src.axes import numbers
from model_pruning._src.spec import weight_rule as rule_lib

if TYPE_CHECKING:
  from model_pruning._src.spec import pruning_spec as spec_lib

NEVER = -1  # The `last_update_step` of masks that were never updated.
_NO_STEP = -2  # A step at which nothing is due, whatever `last_update_step` is.


@dataclasses.dataclass(frozen=True)
class UpdateSteps:
  """The steps at which masks are due.

  These are ``begin_step + i * frequency`` from `begin_step` to `end_step`
  inclusive, and `final_step`, where the schedule reaches its final sparsity,
  if it lies between them: so the target is reached off the grid as well.

  Attributes:
    begin_step: the first step, in optimizer updates.
    end_step: the last step, or -1 for no end.
    frequency: optimizer updates between two steps, at least 1.
    final_step: the step at which the sparsity stops changing.
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

    It is due if one of the update steps lies in ``(last_update_step, step]``.
    So a step counter that jumps over an update step delays the update, and
    never loses it.

    Args:
      step: integer, or array or tensor of integers of any shape.
      last_update_step: integer, array or tensor that broadcasts against
        `step`; -1 if the mask was never updated.

    Returns:
      A Python bool, a bool array or a bool tensor, as the arguments are.
    """
    xp = numbers.namespace(step, last_update_step)
    step = numbers.cast(step, 'int64', xp)
    last_update_step = numbers.cast(last_update_step, 'int64', xp)
    begun, grid_step = self._grid_step(step, xp)
    due = begun & (grid_step > last_update_step)
    if self.includes_final_step:
      due |= ((step >= self.final_step)
              & (self.final_step > last_update_step))
    return numbers.plain(due)

  def _grid_step(self, step: Any, xp: Any) -> Tuple[Any, Any]:
    """Whether the grid has begun at `step`, and its last point up to it."""
    inside = step if self.end_step == -1 else xp.minimum(step, self.end_step)
    return inside >= self.begin_step, self.begin_step + (
        (inside - self.begin_step) // self.frequency) * self.frequency

  def last_up_to(self, step: Any) -> Any:
    """The last step, at most `step`, at which masks change.

    It is the last item of `up_to(step)`, or -1 if that is empty: the
    `last_update_step` of a mask that has missed no update.

    >>> UpdateSteps(0, -1, frequency=10, final_step=25).last_up_to(29)
    25

    Args:
      step: integer, or array or tensor of integers of any shape.

    Returns:
      A Python int, an int64 array or an int64 tensor, as `step` is.
    """
    xp = numbers.namespace(step)
    step = numbers.cast(step, 'int64', xp)
    never = xp.ones_like(step) * NEVER
    begun, grid_step = self._grid_step(step, xp)
    last = numbers.where(begun, grid_step, never)
    if self.includes_final_step:
      final_step = xp.ones_like(step) * self.final_step
      last = numbers.where(step >= self.final_step,
                    xp.maximum(last, final_step), last)
    # Step 0 is before the first update: masks due at step 0 change at step 1.
    changed = (last > NEVER) & (step > 0)
    return numbers.plain(numbers.where(changed, xp.maximum(last, 1), never))

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


def step_before(step: Any) -> Any:
  """The latest step at which a mask can have been updated before `step`.

  A step counter that skips no step needs no other record of the last update.

  Args:
    step: int64 scalar.

  Returns:
    The step before, or -1 for step 1 and below: masks that are due at step 0,
    before any optimizer update, change with the first one.
  """
  xp = numbers.namespace(step)
  return numbers.where(step <= 1, xp.ones_like(step) * NEVER, step - 1)


def step_if(condition: Any, step: Any) -> Any:
  """`step` where `condition` is true, else a step at which nothing is due.

  Args:
    condition: bool scalar.
    step: int64 scalar.

  Returns:
    int64 scalar.
  """
  return numbers.where(condition, step, numbers.namespace(step).ones_like(
      step) * _NO_STEP)


class Timing(NamedTuple):
  """When the masks of a weight are due, and how sparse they are then.

  Attributes:
    update_steps: `UpdateSteps`, or another object with such an `is_due`.
    sparsity: a curve of `axes.schedules`, or another hashable function of the
      step with an attribute `falls`: whether the sparsity ever decreases.
  """

  update_steps: Any
  sparsity: Any

  @classmethod
  def of(cls, spec: spec_lib.PruningSpec,
         rule: rule_lib.WeightRule) -> Timing:
    """The timing that `spec` gives a weight with `rule`."""
    return cls(UpdateSteps.of(spec), rule_lib.curve(spec, rule))
