# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The command `model-pruning`: one file for each of its commands."""
