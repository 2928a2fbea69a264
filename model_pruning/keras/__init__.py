# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Pruning of Keras models, of Keras 2 and Keras 3 alike.

This package asks models and variables what they can do, and imports no Keras
itself: `tf.keras`, `keras` and `tf_keras` models are all welcome.
"""

from __future__ import annotations

from model_pruning.keras.one_shot import prune_now
from model_pruning.keras.prunable_layer import PrunableLayer
from model_pruning.keras.pruner import prune
from model_pruning.keras.pruner import Pruner
from model_pruning.keras.xnnpack import PruneForLatencyOnXNNPack
from model_pruning.keras.xnnpack import xnnpack_report

__all__ = [
    'PrunableLayer', 'PruneForLatencyOnXNNPack', 'Pruner', 'prune',
    'prune_now', 'xnnpack_report']
