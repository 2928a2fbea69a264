# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Channels of frozen graphs: who goes with whom, pruning, and cutting."""
