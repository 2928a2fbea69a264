# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Models as TensorFlow Lite files that are known to compute the same."""
