# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which convolutions XNNPACK can run on sparse kernels."""
