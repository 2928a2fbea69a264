# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Everything that differs between versions of TensorFlow and Keras."""
