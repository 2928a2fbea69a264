# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Masked layers as objects, where the contrib library had them."""

from __future__ import annotations

from model_pruning._src.graph import mask_collections
from model_pruning._src.graph.masked.apply_mask import MASKED_WEIGHT_NAME
from model_pruning._src.graph.masked.core_layers import MaskedConv2D
from model_pruning._src.graph.masked.core_layers import MaskedFullyConnected

MASK_COLLECTION = mask_collections.MASKS
THRESHOLD_COLLECTION = mask_collections.THRESHOLDS
MASKED_WEIGHT_COLLECTION = mask_collections.MASKED_WEIGHTS
WEIGHT_COLLECTION = mask_collections.WEIGHTS

__all__ = [
    'MASKED_WEIGHT_COLLECTION',
    'MASKED_WEIGHT_NAME',
    'MASK_COLLECTION',
    'MaskedConv2D',
    'MaskedFullyConnected',
    'THRESHOLD_COLLECTION',
    'WEIGHT_COLLECTION',
]
