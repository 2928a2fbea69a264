# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Schedules as objects: `ConstantSparsity`, `PolynomialDecay`, and your own.

A schedule says for a step, the number of optimizer updates done, whether masks
change and how sparse they are then.
"""

from __future__ import annotations

import abc
from typing import Any, Dict, Mapping, Tuple

import tensorflow as tf

from model_pruning._src.axes import schedules as curves
from model_pruning._src.core import schedule as schedule_lib
from model_pruning._src.spec import errors


class PruningSchedule(abc.ABC):
  """Base of schedules. One of your own has `__call__` and `get_config`.

  A wrapper calls a schedule after each update, once for each of its weights,
  and may do so while it builds a graph: it gives a tensor and takes tensors or
  Python values.
  """

  @abc.abstractmethod
  def __call__(self, step: Any) -> Tuple[Any, Any]:
    """Whether masks change at `step`, and the sparsity if they do.

    Args:
      step: int64 scalar tensor, how many updates the optimizer has made; 1 is
        the first.

    Returns:
      A bool and a float in [0, 1), as scalar tensors or Python values.
    """

  @abc.abstractmethod
  def get_config(self) -> Dict[str, Any]:
    """The configuration to save: the arguments of the constructor.

    The arguments alone will do, and so will
    `{'class_name': name, 'config': arguments}`.
    """

  @classmethod
  def from_config(cls, config: Mapping[str, Any]) -> PruningSchedule:
    """The schedule that `get_config` of one of this class has described."""
    return cls(**arguments_of(config))

  def _should_prune_in_step(self, step: Any, begin_step: int, end_step: int,
                            frequency: int) -> tf.Tensor:
    """Whether `step` is on a grid, for `__call__` of subclasses.

    Args:
      step: integer scalar.
      begin_step: the first step of the grid.
      end_step: the last one, inclusive; negative: no end.
      frequency: steps from one to the next.

    Returns:
      A bool scalar tensor.
    """
    step = tf.cast(step, tf.int64)
    inside = step >= begin_step
    if end_step >= 0:
      inside &= step <= end_step
    return inside & tf.equal((step - begin_step) % frequency, 0)

  def _validate_step(self, begin_step: int, end_step: int, frequency: int,
                     allow_negative_1: bool) -> None:
    """Raises a ValueError unless these make a grid, for subclasses."""
    if begin_step < 0:
      raise errors.argument_error('begin_step', 'be >= 0', begin_step)
    if end_step == -1 and not allow_negative_1:
      raise errors.argument_error(
          'end_step', 'be >= 0: this schedule needs an end', end_step)
    if end_step < -1:
      raise errors.argument_error('end_step', 'be -1 (no end) or >= 0',
                                  end_step)
    if -1 < end_step < begin_step:
      raise errors.argument_error(
          'end_step', f'be >= `begin_step`, which is {begin_step}', end_step)
    if frequency < 1:
      raise errors.argument_error('frequency', 'be >= 1', frequency)

  def _validate_sparsity(self, sparsity: float, variable_name: str) -> None:
    """Raises a ValueError unless it is in [0, 1), for subclasses."""
    if not 0.0 <= sparsity < 1.0:
      raise errors.argument_error(variable_name, 'be in [0, 1)', sparsity)


def arguments_of(config: Mapping[str, Any]) -> Dict[str, Any]:
  """The arguments in a result of `get_config`, in either of its forms."""
  if set(config) == {'class_name', 'config'}:
    return dict(config['config'])
  return dict(config)


class _KnownSchedule(PruningSchedule):
  """A schedule whose steps and curve are those of the core.

  Attributes:
    timing: the steps and the curve.
  """

  timing: schedule_lib.Timing

  def __call__(self, step: Any) -> Tuple[tf.Tensor, tf.Tensor]:
    step = tf.cast(step, tf.int64)
    last_update_step = schedule_lib.step_before(step)
    return (tf.convert_to_tensor(
        self.timing.update_steps.is_due(step, last_update_step)),
            tf.cast(self.timing.sparsity(step), tf.float32))

  def _config(self, *names: str) -> Dict[str, Any]:
    return {'class_name': type(self).__name__,
            'config': {name: getattr(self, name) for name in names}}


class ConstantSparsity(_KnownSchedule):
  """The same sparsity from the first mask update on.

  Masks are updated at `begin_step` (at the first update if that is 0), and
  every `frequency` steps from there to `end_step`.
  """

  def __init__(self, target_sparsity: float, begin_step: int,
               end_step: int = -1, frequency: int = 100):
    """Creates a schedule.

    Args:
      target_sparsity: share of zeros, in [0, 1).
      begin_step: the first step at which masks are updated, >= 0.
      end_step: the last one; -1: no end.
      frequency: steps from one update of the masks to the next, >= 1.

    Raises:
      ValueError: if one of them is not what it must be.
    """
    self._validate_step(begin_step, end_step, frequency, True)
    self._validate_sparsity(target_sparsity, 'target_sparsity')
    self.target_sparsity = target_sparsity
    self.begin_step = begin_step
    self.end_step = end_step
    self.frequency = frequency
    self.timing = schedule_lib.Timing(
        schedule_lib.UpdateSteps(begin_step, end_step, frequency, begin_step),
        curves.PolynomialSparsity(
            target_sparsity, target_sparsity, begin_step, begin_step))

  def get_config(self) -> Dict[str, Any]:
    """The arguments of the constructor, with the name of the class."""
    return self._config('target_sparsity', 'begin_step', 'end_step',
                        'frequency')


class PolynomialDecay(_KnownSchedule):
  """A sparsity that moves from one value to another along a polynomial.

  Masks are updated every `frequency` steps from `begin_step` to `end_step`,
  and at `end_step`, where the final sparsity is reached.
  """

  def __init__(self, initial_sparsity: float, final_sparsity: float,
               begin_step: int, end_step: int, power: float = 3,
               frequency: int = 100):
    """Creates a schedule.

    Args:
      initial_sparsity: share of zeros at `begin_step`, in [0, 1).
      final_sparsity: share of zeros at `end_step`, in [0, 1).
      begin_step: the first step at which masks are updated, >= 0.
      end_step: the last one, >= `begin_step`; if they are equal the sparsity
        is the final one at once.
      power: of the polynomial, > 0; 1 is a line.
      frequency: steps from one update of the masks to the next, >= 1.

    Raises:
      ValueError: if one of them is not what it must be.
    """
    self._validate_step(begin_step, end_step, frequency, False)
    self._validate_sparsity(initial_sparsity, 'initial_sparsity')
    self._validate_sparsity(final_sparsity, 'final_sparsity')
    if not 0 < power < float('inf'):
      raise errors.argument_error('power', 'be > 0 and finite', power)
    self.initial_sparsity = initial_sparsity
    self.final_sparsity = final_sparsity
    self.begin_step = begin_step
    self.end_step = end_step
    self.power = power
    self.frequency = frequency
    self.timing = schedule_lib.Timing(
        schedule_lib.UpdateSteps(begin_step, end_step, frequency, end_step),
        curves.PolynomialSparsity(
            initial_sparsity, final_sparsity, begin_step, end_step,
            float(power)))

  def get_config(self) -> Dict[str, Any]:
    """The arguments of the constructor, with the name of the class."""
    return self._config('initial_sparsity', 'final_sparsity', 'begin_step',
                        'end_step', 'power', 'frequency')


# Files and pickles name the module of a schedule: a public one, which stays.
for _schedule in (PruningSchedule, ConstantSparsity, PolynomialDecay):
  _schedule.__module__ = 'model_pruning.keras'


class _AskedSteps:
  """The steps and the sparsity of a custom schedule, which is called."""

  # It may: the schedule is followed wherever it goes.
  falls = True

  def __init__(self, schedule: PruningSchedule):
    self._schedule = schedule

  def is_due(self, step: tf.Tensor, last_update_step: Any) -> tf.Tensor:
    """Whether the schedule wants new masks at `step`."""
    del last_update_step
    return tf.cast(self._schedule(step)[0], tf.bool)

  def __call__(self, step: tf.Tensor) -> tf.Tensor:
    return tf.cast(self._schedule(step)[1], tf.float64)


def timing_of(schedule: PruningSchedule) -> schedule_lib.Timing:
  """Converts a schedule to a timing of the core."""
  # A subclass that answers for itself is asked.
  if type(schedule).__call__ is _KnownSchedule.__call__:
    return schedule.timing  # type: ignore[attr-defined]
  asked = _AskedSteps(schedule)
  return schedule_lib.Timing(asked, asked)
