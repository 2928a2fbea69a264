# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What pruning asks the optimizer of a Keras model, of any Keras."""

from __future__ import annotations

import weakref
from typing import Any, Callable, Optional, Union

import tensorflow as tf

from model_pruning._src.compat import keras_optimizers
from model_pruning._src.keras.models import which_keras


class OptimizerView:
  """The optimizer that updates a model, which may change while it trains."""

  def __init__(self, find: Callable[[], Optional[Any]] = lambda: None):
    """Creates a view.

    Args:
      find: returns the optimizer there is now, or None.
    """
    self._find = find

  @classmethod
  def of(cls, model: Any, optimizer: Optional[Any]) -> OptimizerView:
    """Of `optimizer`, or if it is None of the one `model` has at the time.

    Keeps neither alive: weights have constraints that keep the view.
    """
    if optimizer is not None:
      return cls(weakref.ref(optimizer))
    found = weakref.ref(model)
    return cls(lambda: getattr(found(), 'optimizer', None))

  @property
  def optimizer(self) -> Optional[Any]:
    """The optimizer without the loss scaling around it; None if unknown."""
    optimizer = self._find()
    return getattr(optimizer, 'inner_optimizer', optimizer)

  def check_constrains(self) -> None:
    """Raises a ValueError if it applies no constraints of weights."""
    optimizer = self.optimizer
    keras = which_keras.keras_of(optimizer)
    if keras is not None and keras_optimizers.ignores_constraints(
        keras, optimizer):
      raise ValueError(
          'The optimizer of a pruned model must apply the constraints of '
          'weights. In this version of TensorFlow those of '
          '`keras.optimizers` do, and those of `keras.optimizers.experimental` '
          f'do not. Received: {type(optimizer).__name__} of '
          f'{type(optimizer).__module__}')

  def num_updates(self) -> int:
    """How many updates it has made, by its `iterations`; 0 if unknown."""
    optimizer = self.optimizer
    return 0 if optimizer is None else keras_optimizers.iterations_of(optimizer)

  def counts_skipped_updates(self) -> bool:
    """Whether `num_updates` has updates that loss scaling skipped."""
    return keras_optimizers.counts_skipped_updates(self._find())

  def num_new_updates(self) -> Union[int, tf.Tensor]:
    """1 where a weight is being updated; 0 where gradients only add up."""
    optimizer = self.optimizer
    if not getattr(optimizer, 'gradient_accumulation_steps', None):
      return 1
    return tf.cast(keras_optimizers.is_last_to_accumulate(optimizer), tf.int64)

  def average_of(self, variable: Any) -> Optional[tf.Variable]:
    """The moving average that it keeps of a variable (`use_ema`), if any."""
    optimizer = self.optimizer
    if optimizer is None or not getattr(optimizer, 'use_ema', False):
      return None
    return keras_optimizers.moving_average_of(optimizer, variable)

