# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The training loop, where the contrib library had it."""

from __future__ import annotations

from model_pruning._src.graph.masked.learning import train

__all__ = ['train']
