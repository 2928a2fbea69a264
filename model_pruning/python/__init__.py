# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The import paths of the google-research library: `model_pruning.python`.

Each module has the names that the module of this name had there. New code
needs none of them: the names are at the top of `model_pruning`.
"""

from typing import TYPE_CHECKING

from model_pruning import _face

# Programs reach the modules as attributes too.
_MODULES = {
    name: f'model_pruning.python.{name}' for name in (
        'block_matrices', 'hparam', 'layers', 'learning', 'pruning',
        'pruning_hook', 'pruning_interface', 'pruning_utils',
        'strip_pruning_vars_lib')}

if not TYPE_CHECKING:
  __getattr__, __dir__ = _face.lazy_names(__name__, _MODULES)
