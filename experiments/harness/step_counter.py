# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Says on the terminal how far a training is."""

from __future__ import annotations

import sys
import time
from typing import Any

import tensorflow as tf

_SECONDS = 1 if sys.stderr.isatty() else 20


class StepCounter(tf.keras.callbacks.Callback):
  """Prints steps and loss, each second, or rarely where nobody looks on.

  Attributes:
    steps: how many the training has.
  """

  def __init__(self, steps: int):
    super().__init__()
    self.steps = steps
    self._last = time.monotonic()

  def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
    """Prints, if it is time again."""
    done = batch + 1
    if done == self.steps or time.monotonic() - self._last > _SECONDS:
      self._last = time.monotonic()
      print(f'\r  step {done} of {self.steps}, loss {logs["loss"]:.3f}',
            end='' if done < self.steps and sys.stderr.isatty() else '\n',
            file=sys.stderr, flush=True)
