# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What a mask is, and when it changes: written once, for both front ends."""
