# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The classes that inherit from those of one Keras.

That is `tf.keras`, which importing this module loads; but `tf_keras` in a
program that has imported it and never used `tf.keras`.
"""

from __future__ import annotations

from typing import Any, TYPE_CHECKING

from model_pruning._src.compat import keras_packages
from model_pruning._src.keras.tfmot import callbacks
from model_pruning._src.keras.tfmot import wrapper

__all__ = ['PruneLowMagnitude', 'PruningSummaries', 'UpdatePruningStep']

_keras = keras_packages.default()

if TYPE_CHECKING:
  PruneLowMagnitude = wrapper.PruningWrapper
else:
  PruneLowMagnitude = wrapper.wrapper_class(_keras)
PruningSummaries: Any = callbacks.pruning_summaries(_keras)
UpdatePruningStep: Any = callbacks.update_pruning_step(_keras)
