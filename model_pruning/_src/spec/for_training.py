# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""When to prune in a training of known length."""

from __future__ import annotations

import dataclasses
from typing import Any, Dict

import numpy as np

from model_pruning._src.spec import errors
from model_pruning._src.spec import integers


@dataclasses.dataclass(frozen=True)
class ScheduleChoice:
  """The steps at which masks change, for a training of `num_steps`.

  Attributes:
    num_steps: optimizer updates of the whole training.
    begin_step: where the sparsity begins to rise.
    end_step: where it is reached; masks stay as they are from here on.
    frequency: steps from one mask update to the next.
  """

  num_steps: int
  begin_step: int
  end_step: int
  frequency: int

  def fields(self) -> Dict[str, int]:
    """The fields of a spec that say so."""
    return {
        'begin_pruning_step': self.begin_step,
        'end_pruning_step': self.end_step,
        'pruning_frequency': self.frequency,
        'sparsity_function_begin_step': self.begin_step,
        'sparsity_function_end_step': self.end_step}

  def __str__(self) -> str:
    num_updates = (self.end_step - self.begin_step) // self.frequency + 1
    return (f'Of {self.num_steps} training steps, the first {self.begin_step} '
            f'prune nothing; {num_updates} mask updates, every '
            f'{self.frequency} steps, reach the target sparsity at step '
            f'{max(self.end_step, 1)}; with the masks of that step the last '
            f'{self.num_steps - max(self.end_step, 1)} train on.')


def choose(num_steps: Any, warm_up: Any = 0.1, recovery: Any = 0.25,
           num_updates: Any = 50) -> ScheduleChoice:
  """Chooses when to prune.

  Nothing is pruned in the first `warm_up` of the training, in which weights
  become what their size says something about. Then the sparsity rises, in
  `num_updates` mask updates at least (up to twice as many, since the steps
  between them are whole; fewer if training has not so many): more would cost
  time, fewer would prune more at once than training makes good. The last
  `recovery` trains the weights that are left.

  >>> choose(num_steps=10000).fields()['pruning_frequency']
  130

  Args:
    num_steps: optimizer updates of the training, at least 1.
    warm_up: share of the training, in [0, 1).
    recovery: share of the training, in [0, 1); less than 1 with `warm_up`.
    num_updates: how often to update the masks, up to twice; at least 1.

  Returns:
    The choice.

  Raises:
    ValueError: if an argument is not what it must be.
  """
  for name, count in (('num_steps', num_steps), ('num_updates', num_updates)):
    check_count(name, count)
  for name, share in (('warm_up', warm_up), ('recovery', recovery)):
    if (isinstance(share, bool)
        or not isinstance(share, (int, float, np.number))
        or not 0 <= share < 1):
      raise errors.argument_error(name, 'be a share in [0, 1)', share)
  if warm_up + recovery >= 1:
    raise ValueError(
        'Arguments `warm_up` and `recovery` must leave a share of the training '
        f'for pruning. Received: warm_up={errors.shown(warm_up)}, '
        f'recovery={errors.shown(recovery)}')
  num_steps = int(num_steps)
  begin_step = int(num_steps * float(warm_up))
  span = max(int(num_steps * (1.0 - float(recovery))) - begin_step, 0)
  frequency = max(span // int(num_updates), 1)
  return ScheduleChoice(num_steps, begin_step,
                        begin_step + span // frequency * frequency, frequency)


def check_count(name: str, count: Any) -> None:
  """Raises a ValueError unless `count` is an integer, at least 1."""
  if (isinstance(count, bool) or not isinstance(count, (int, np.integer))
      or count < 1):
    raise errors.argument_error(name, 'be an integer >= 1', count)
  if not integers.is_short(count):
    raise errors.argument_error(name, integers.TOO_LONG, count)
