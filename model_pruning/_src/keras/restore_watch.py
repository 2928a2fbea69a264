# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Notices that a model was restored between `prune` and its training."""

from __future__ import annotations

import hashlib
import zlib
from typing import Any, List, Optional, Sequence

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import keras_variables
from model_pruning._src.keras import optimizer_view

# Of a larger weight, only a sample of about this size is compared.
_SAMPLE_SIZE = 2 ** 18


class RestoreWatch:
  """Remembers the step at which pruning starts, to notice a restored model.

  It is asked before the first update: if the optimizer has made another number
  of updates than when the pruning started, it was restored since.

  Attributes:
    step: the number of updates that the optimizer had made when the pruning
      started; the largest of `steps`.
    steps: the same number for the optimizer of each weight.
  """

  def __init__(self, weights: Sequence[Any],
               optimizer: optimizer_view.OptimizerView):
    """Watches weights of a model, and its optimizer, from step 0."""
    self._smallest = None if not weights else min(
        weights, key=lambda weight: np.prod(weight.shape))
    self._optimizer = optimizer
    self._weights = list(weights)
    self.start([0] * len(self._weights))

  def start(self, steps: Sequence[int]) -> None:
    """Notes that pruning starts, or starts again, at these steps."""
    self.steps = list(steps)
    self.step = max(self.steps, default=0)
    self._value_then = self._value()
    self._samples_then = [_sample(weight) for weight in self._weights]

  def changed(self) -> List[bool]:
    """For each weight, whether its value has changed since `start`."""
    return [_sample(weight) != then for weight, then
            in zip(self._weights, self._samples_then)]

  def is_restored(self) -> bool:
    """Whether the optimizer was restored since; asked before an update."""
    if self._optimizer.num_updates(self._weights) == self.step:
      return False
    # Updates that were skipped have left the weights as they were.
    return not (self._optimizer.counts_skipped_updates()
                and self._value_then is not None
                and self._value() == self._value_then)

  def check_first_update(self) -> None:
    """Raises if the first update was made to restored weights.

    Raises:
      ValueError: if the optimizer had made other updates before it.
    """
    num_updates = self._optimizer.num_updates(self._weights)
    if (num_updates > self.step + 1
        and not self._optimizer.counts_skipped_updates()):
      raise ValueError(
          'Call `pruner.resume()` where a model that trains eagerly was '
          'restored. Received: an update of weights that were pruned at step '
          f'{self.step}, by an optimizer that has made {num_updates}')

  def _value(self) -> Optional[bytes]:
    """A digest of the weights; their values would take memory."""
    if self._smallest is None or not tf.executing_eagerly():
      return None
    value = np.ascontiguousarray(keras_variables.value_of(self._smallest))
    return hashlib.sha256(value.reshape(-1).view(np.uint8)).digest()


def _sample(weight: Any) -> int:
  """A hash of a sample of the values of a weight."""
  value = keras_variables.value_of(weight).ravel()
  step = max(value.size // _SAMPLE_SIZE, 1)
  return zlib.crc32(np.ascontiguousarray(value[::step]).tobytes())
