# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reading files that may be damaged, and writing files that replace others."""
