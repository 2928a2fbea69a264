# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Masked layers, where the contrib library had them."""

from __future__ import annotations

from model_pruning._src.graph.masked.layers import masked_conv2d
from model_pruning._src.graph.masked.layers import masked_convolution
from model_pruning._src.graph.masked.layers import masked_fully_connected

__all__ = ['masked_conv2d', 'masked_convolution', 'masked_fully_connected']
