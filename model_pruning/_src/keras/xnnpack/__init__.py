# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tells which convolutions XNNPACK can run with its sparse kernel."""
