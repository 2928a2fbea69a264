# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which weights are pruned and how far, and saying so; no TensorFlow needed."""
