# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The import paths of the google-research library: `model_pruning.python`.

Each module has the names that the module of this name had there. New code
needs none of them: the names are at the top of `model_pruning`.
"""

from __future__ import annotations

import importlib
from typing import Any, List

_MODULES = (
    'block_matrices', 'hparam', 'layers', 'learning', 'pruning',
    'pruning_hook', 'pruning_interface', 'pruning_utils',
    'strip_pruning_vars_lib')


def __getattr__(name: str) -> Any:
  # Programs reach the modules as attributes too; each is loaded when it is.
  if name in _MODULES:
    return importlib.import_module(f'{__name__}.{name}')
  raise AttributeError(f'module {__name__!r} has no attribute {name!r}')


def __dir__() -> List[str]:
  return sorted({*globals(), *_MODULES})
