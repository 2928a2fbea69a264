# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Weights that the forward pass multiplies by masks, as in `tf.contrib`."""
