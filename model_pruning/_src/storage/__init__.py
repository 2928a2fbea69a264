# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Storing sparse weights in few bytes, without TensorFlow."""
