# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The front end for `tf.compat.v1` graphs: what its four rooms share."""
