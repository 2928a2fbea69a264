# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Masked layers and cells, where the contrib library had them."""

from typing import TYPE_CHECKING

from model_pruning import _face

# Programs reach the modules as attributes too.
_MODULES = {
    name: f'model_pruning.python.layers.{name}'
    for name in ('core_layers', 'layers', 'rnn_cells')}

if not TYPE_CHECKING:
  __getattr__, __dir__ = _face.lazy_names(__name__, _MODULES)
