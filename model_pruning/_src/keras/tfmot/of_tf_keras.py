# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The classes that inherit from those of `tf.keras`.

Importing this module makes them, which loads `tf.keras`.
"""

from __future__ import annotations

from typing import Any, TYPE_CHECKING

import tensorflow as tf

from model_pruning._src.keras.tfmot import callbacks
from model_pruning._src.keras.tfmot import wrapper

__all__ = ['PruneLowMagnitude', 'PruningSummaries', 'UpdatePruningStep']

if TYPE_CHECKING:
  PruneLowMagnitude = wrapper.PruningWrapper
else:
  PruneLowMagnitude = wrapper.wrapper_class(tf.keras)
PruningSummaries: Any = callbacks.pruning_summaries(tf.keras)
UpdatePruningStep: Any = callbacks.update_pruning_step(tf.keras)
