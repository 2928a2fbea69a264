# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`PruningSpec` under the name by which pickles of version 0.1 look for it."""

from model_pruning._src.spec.pruning_spec import PruningSpec

__all__ = ['PruningSpec']
