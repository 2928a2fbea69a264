# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Multiplying by masks in a graph that nobody prepared for it."""
