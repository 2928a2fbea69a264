# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The pruning interface, where the google-research library had it."""

from __future__ import annotations

from model_pruning.graph import pruning_interface

apply_matrix_compression = pruning_interface.apply_matrix_compression
apply_pruning = pruning_interface.apply_pruning
get_matrix_compression_object = (
    pruning_interface.get_matrix_compression_object)
get_matrix_compression_update_op = (
    pruning_interface.get_matrix_compression_update_op)
get_pruning_update = pruning_interface.get_pruning_update
run_update_step = pruning_interface.run_update_step

UPDATE_OP_COLLECTION = 'update_op'

__all__ = [
    'UPDATE_OP_COLLECTION',
    'apply_matrix_compression',
    'apply_pruning',
    'get_matrix_compression_object',
    'get_matrix_compression_update_op',
    'get_pruning_update',
    'run_update_step',
]
