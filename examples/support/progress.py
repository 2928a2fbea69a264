# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Progress bars for sessions and for Keras."""

from __future__ import annotations

import sys
from typing import Any

import tensorflow as tf
import tqdm


def bar(label: str, steps: int) -> tqdm.tqdm:
  """A bar of `steps` training steps."""
  return tqdm.tqdm(total=steps, desc=label, unit='step', ncols=79,
                   mininterval=0.5 if sys.stderr.isatty() else 10)


class ProgressHook(tf.compat.v1.train.SessionRunHook):
  """Shows how far a session is."""

  def __init__(self, label: str, steps: int):
    self._bar = bar(label, steps)

  def after_run(self, run_context: Any, run_values: Any) -> None:
    """Counts a step."""
    self._bar.update()

  def end(self, session: Any) -> None:
    """Ends the line."""
    self._bar.close()


class ProgressCallback(tf.keras.callbacks.Callback):
  """Shows how far `fit` is."""

  def __init__(self, label: str, steps: int):
    super().__init__()
    self._bar = bar(label, steps)

  def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
    """Counts a step."""
    self._bar.update()

  def on_train_end(self, logs: Any = None) -> None:
    """Ends the line."""
    self._bar.close()
