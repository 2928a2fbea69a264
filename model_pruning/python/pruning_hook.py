# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Hook and listener, where the google-research library had them."""

from __future__ import annotations

from model_pruning._src.graph.masked.mask_update_hook import ModelPruningHook
from model_pruning._src.graph.masked.mask_update_hook import (
    ModelPruningListener,
)

__all__ = ['ModelPruningHook', 'ModelPruningListener']
