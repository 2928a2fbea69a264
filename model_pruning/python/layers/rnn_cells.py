# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Masked cells, where the contrib library had them."""

from __future__ import annotations

from model_pruning._src.graph.masked.rnn_cells import MaskedBasicLSTMCell
from model_pruning._src.graph.masked.rnn_cells import MaskedGRUCell
from model_pruning._src.graph.masked.rnn_cells import MaskedLSTMCell

__all__ = ['MaskedBasicLSTMCell', 'MaskedGRUCell', 'MaskedLSTMCell']
