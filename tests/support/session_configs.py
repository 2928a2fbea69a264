# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Configurations of sessions whose results are compared bit by bit."""

from __future__ import annotations

import tensorflow as tf

v1 = tf.compat.v1


def as_written() -> v1.ConfigProto:
  """Runs each operation as it is: TensorFlow fuses some with constants."""
  config = v1.ConfigProto()
  config.graph_options.rewrite_options.disable_meta_optimizer = True
  return config
