# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The import paths of the google-research library: `model_pruning.python`.

Each module has the names that the module of this name had there. New code
needs none of them: the names are at the top of `model_pruning`.
"""
