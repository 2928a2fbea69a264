# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the experiments have in common.

Importing it puts the library, and the helpers of the examples and of the
benchmarks, on the path: the experiments read data and name machines as they do.
"""

import pathlib
import sys

_ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [
    str(folder)
    for folder in (_ROOT, _ROOT / 'examples', _ROOT / 'benchmarks')]
