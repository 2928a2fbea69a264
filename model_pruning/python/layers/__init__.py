# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Masked layers and cells, where the contrib library had them."""

from __future__ import annotations

import importlib
from typing import Any, List

_MODULES = ('core_layers', 'layers', 'rnn_cells')


def __getattr__(name: str) -> Any:
  # Programs reach the modules as attributes too; each is loaded when it is.
  if name in _MODULES:
    return importlib.import_module(f'{__name__}.{name}')
  raise AttributeError(f'module {__name__!r} has no attribute {name!r}')


def __dir__() -> List[str]:
  return sorted({*globals(), *_MODULES})
