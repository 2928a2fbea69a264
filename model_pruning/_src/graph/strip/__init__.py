# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints, SavedModels and GraphDefs without the variables of pruning."""
