# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How large the files of a trained model are."""

from __future__ import annotations

import gzip
import os
import pathlib
import tempfile
from typing import Any, Dict

import model_pruning


def file_bytes(model: Any) -> Dict[str, int]:
  """The sizes of what a model is sent as.

  Args:
    model: a Keras model.

  Returns:
    In bytes, `gzip_bytes` of the .h5 file without the state of the optimizer
    by `gzip -9`, and `packed_bytes` of the file that `model_pruning.pack`
    writes. Both hold all variables, those that are never pruned too.
  """
  with tempfile.TemporaryDirectory() as directory:
    h5 = os.path.join(directory, 'model.h5')
    model.save(h5, include_optimizer=False)
    packed = os.path.join(directory, 'model.safetensors')
    model_pruning.pack(model, packed)
    return {
        'parameters': model.count_params(),
        'gzip_bytes': len(gzip.compress(pathlib.Path(h5).read_bytes(), 9)),
        'packed_bytes': os.path.getsize(packed)}
