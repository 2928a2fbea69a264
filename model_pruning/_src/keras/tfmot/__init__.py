# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The API of `tfmot.sparsity.keras`: layers that prune the layers in them."""
