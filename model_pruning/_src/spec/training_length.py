# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Steps that are a share of the training, or epochs of it.

A step field of a spec is a number of optimizer updates (`2000`), a share of the
training (`70%`) or epochs (`5ep`). How many updates that is, follows when the
length of the training is known.
"""

from __future__ import annotations

import re
from typing import Any, List, NamedTuple, Optional, Sequence, Union

import numpy as np

from model_pruning._src.spec import errors
from model_pruning._src.spec import integers

# The fields of a spec that are steps, or numbers of steps.
STEP_FIELDS = (
    'begin_pruning_step', 'end_pruning_step', 'pruning_frequency',
    'sparsity_function_begin_step', 'sparsity_function_end_step')


class Length(NamedTuple):
  """What is known of the length of a training.

  Attributes:
    num_steps: optimizer updates of the whole training; None: not known.
    steps_per_epoch: optimizer updates of an epoch; None: not known.
  """

  num_steps: Optional[int] = None
  steps_per_epoch: Optional[int] = None


UNKNOWN = Length()

_INTEGER = re.compile(r'[+-]?[0-9]{1,18}')
_RELATIVE = re.compile(r'([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*(%|ep)')


def canonical_step(field: str, value: Any) -> Union[int, str]:
  """Returns a step as a spec stores it: an int, or text such as '70%'.

  >>> canonical_step('begin_pruning_step', ' 2.50 %')
  '2.5%'

  Args:
    field: The name of the field, for the error.
    value: An int, or text of an int, a share or epochs.

  Raises:
    ValueError: It is none of these, or a share above 100 %.
  """
  if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
    if abs(int(value)) < 2**63:
      return int(value)
  elif isinstance(value, str):
    text = value.strip()
    if _INTEGER.fullmatch(text):
      return int(text)
    relative = _RELATIVE.fullmatch(text)
    if relative:
      number, unit = relative.groups()
      is_too_large = unit == '%' and float(number) > 100.0
      is_never = field == 'pruning_frequency' and not float(number)
      if not is_too_large and not is_never:
        return _without_zeros(number) + unit
  raise errors.argument_error(
      field, 'be an int of at most 63 bits, a share of the training up to 100% '
      "such as '70%', or epochs such as '5ep'", value)


def in_one_unit(steps: Sequence[Union[int, str]]) -> Optional[List[float]]:
  """Returns steps as numbers if all are shares, or all epochs; else None.

  >>> in_one_unit(['2.5%', '70%']), in_one_unit(['2.5%', '5ep'])
  ([2.5, 70.0], None)
  """
  for unit in ('%', 'ep'):
    if all(isinstance(step, str) and step.endswith(unit) for step in steps):
      return [float(str(step)[:-len(unit)]) for step in steps]
  return None


def _without_zeros(number: str) -> str:
  """Returns digits without those zeros that change nothing."""
  whole, _, fraction = number.partition('.')
  fraction = fraction.rstrip('0')
  return (whole.lstrip('0') or '0') + ('.' + fraction if fraction else '')


def check_length(num_steps: Optional[int],
                 steps_per_epoch: Optional[int]) -> None:
  """Raises a ValueError unless both are positive integers or None."""
  for name, number in (('num_steps', num_steps),
                       ('steps_per_epoch', steps_per_epoch)):
    if number is not None and (
        isinstance(number, bool) or not isinstance(number, (int, np.integer))
        or number < 1):
      raise errors.argument_error(name, 'be an integer >= 1, or None', number)
    if not integers.is_short(number):
      raise errors.argument_error(name, integers.TOO_LONG, number)


def step_at(field: str, value: Union[int, str], num_steps: Optional[int],
            steps_per_epoch: Optional[int]) -> int:
  """Returns how many optimizer updates a step field stands for.

  Halves are rounded up.

  >>> step_at('begin_pruning_step', '2.5%', 1000, None)
  25

  Args:
    field: The name of the field, for the error.
    value: What `canonical_step` returned.
    num_steps: Optimizer updates of the whole training, if known.
    steps_per_epoch: Optimizer updates of an epoch, if known.

  Raises:
    ValueError: The length that it takes is not known.
  """
  if not isinstance(value, str):
    return value
  is_share = value.endswith('%')
  length = num_steps if is_share else steps_per_epoch
  if length is None:
    argument = 'num_steps' if is_share else 'steps_per_epoch'
    what = 'of the training' if is_share else 'of an epoch'
    raise ValueError(
        f'Argument `{argument}` must be given, the optimizer updates {what}, '
        f'where the spec has {field}={value}. Received: {argument}=None')
  number = float(value[:-1] if is_share else value[:-2])
  step = int(number * int(length) / (100.0 if is_share else 1.0) + 0.5)
  return max(step, 1) if field == 'pruning_frequency' else step
