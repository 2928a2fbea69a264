# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Counts the multiply-adds that a graph computes with each of its weights."""
