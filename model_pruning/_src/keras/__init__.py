# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The front end for Keras 2 and Keras 3 models."""
