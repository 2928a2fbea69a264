# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Pruning of Keras models, of Keras 2 and Keras 3 alike.

This package asks models and variables what they can do, and imports no Keras
itself: `tf.keras`, `keras` and `tf_keras` models are all welcome.
"""

from __future__ import annotations

import importlib
from typing import Any, List

from model_pruning._src.keras.prunable_layer import PrunableLayer
from model_pruning._src.keras.prune import prune
from model_pruning._src.keras.prune import Pruner
from model_pruning._src.keras.prune_now import prune_now
from model_pruning._src.keras.tfmot.policy import PruningPolicy
from model_pruning._src.keras.tfmot.prune_low_magnitude import (
  prune_low_magnitude,
)
from model_pruning._src.keras.tfmot.prune_low_magnitude import prune_scope
from model_pruning._src.keras.tfmot.prune_low_magnitude import strip_pruning
from model_pruning._src.keras.tfmot.schedules import ConstantSparsity
from model_pruning._src.keras.tfmot.schedules import PolynomialDecay
from model_pruning._src.keras.tfmot.schedules import PruningSchedule
from model_pruning._src.keras.xnnpack.report import PruneForLatencyOnXNNPack
from model_pruning._src.keras.xnnpack.report import xnnpack_report

__all__ = [
    'ConstantSparsity', 'PolynomialDecay', 'PrunableLayer',
    'PruneForLatencyOnXNNPack', 'PruneLowMagnitude', 'Pruner',
    'PruningPolicy', 'PruningSchedule', 'PruningSummaries',
    'UpdatePruningStep', 'prune', 'prune_low_magnitude', 'prune_now',
    'prune_scope', 'strip_pruning', 'xnnpack_report']

# Classes that inherit from those of `tf.keras`, which is not loaded before
# one of them is used.
_OF_TF_KERAS = {
    'PruneLowMagnitude': 'model_pruning._src.keras.tfmot.wrapper',
    'PruningSummaries': 'model_pruning._src.keras.tfmot.callbacks',
    'UpdatePruningStep': 'model_pruning._src.keras.tfmot.callbacks',
}


def __getattr__(name: str) -> Any:
  if name not in _OF_TF_KERAS:
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
  module = importlib.import_module(_OF_TF_KERAS[name])
  value = module.of_tf_keras(name)
  globals()[name] = value
  return value


def __dir__() -> List[str]:
  return sorted({*globals(), *__all__})
