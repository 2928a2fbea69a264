# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the experiments have in common.

Importing it puts the library, and the helpers of the examples and of the
benchmarks, on the path: the experiments read data and name machines as they do.
"""

import contextlib
import pathlib
import sys

_ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [
    str(folder)
    for folder in (_ROOT, _ROOT / 'examples', _ROOT / 'benchmarks')]

# It decides which Keras `tf.keras` is, and refuses the LSTM of another: so it
# comes first of all, and all methods have the Keras that it is made for.
with contextlib.suppress(ImportError):
  import tensorflow_model_optimization  # noqa: F401
