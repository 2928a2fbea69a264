# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""TensorFlow Model Optimization, where it is installed.

It decides which Keras `tf.keras` is, and refuses the LSTM of another. So this
is imported before anything uses `tf.keras`, and all methods have the Keras that
the peer is made for.
"""

try:
  import tensorflow_model_optimization as tfmot
except ImportError:  # It is for Keras 2.
  tfmot = None
