# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How large the files of a trained model are."""

from __future__ import annotations

import gzip
import os
import pathlib
import tempfile
from typing import Any, Dict

import tensorflow as tf

import model_pruning
from harness import methods


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


def figures(model: Any) -> Dict[str, Any]:
  """The `sparsity` of a Keras model, and its sizes as `file_bytes` has them."""
  return {'sparsity': methods.sparsity_of(model.trainable_weights),
          **file_bytes(model)}


def checkpoint_figures(prefix: str) -> Dict[str, Any]:
  """The sparsity and the sizes of a checkpoint that only has weights.

  Args:
    prefix: of its files.

  Returns:
    `sparsity`, of all weights of two dimensions or more, `parameters`, and in
    bytes `gzip_bytes` of its one file of values by `gzip -9`, and
    `packed_bytes` of the file that `model_pruning.pack` writes.
  """
  reader = tf.train.load_checkpoint(prefix)
  weights = [reader.get_tensor(name)
             for name in reader.get_variable_to_shape_map()]
  values = pathlib.Path(f'{prefix}.data-00000-of-00001').read_bytes()
  packed = f'{prefix}.safetensors'
  model_pruning.pack(prefix, packed)
  return {
      'sparsity': methods.sparsity_of(weights),
      'parameters': sum(weight.size for weight in weights),
      'gzip_bytes': len(gzip.compress(values, 9)),
      'packed_bytes': os.path.getsize(packed)}
