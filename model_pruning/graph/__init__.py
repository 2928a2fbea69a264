# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Pruning of `tf.compat.v1` graphs: Estimators, sessions, hooks."""
