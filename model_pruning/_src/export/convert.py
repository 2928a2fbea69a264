# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Converts a SavedModel to one variant of a TensorFlow Lite file.

Run as a program: the converter ends the process for some models.
"""

from __future__ import annotations

import sys
from typing import Any, Iterator, List

import numpy as np

from model_pruning._src.files import child


def convert(saved_model: str, quantization: str, is_sparse: bool,
            data: str) -> bytes:
  """Returns the bytes of a TensorFlow Lite model.

  Args:
    saved_model: the directory of a SavedModel.
    quantization: of `variants.QUANTIZATIONS`.
    is_sparse: whether sparse weights are encoded as such.
    data: a file of NumPy with inputs `0`, `1`, ...; '' if there is none.
  """
  import tensorflow as tf
  converter = tf.lite.TFLiteConverter.from_saved_model(saved_model)
  optimizations = []
  if quantization != 'float32':
    optimizations.append(tf.lite.Optimize.DEFAULT)
  if quantization == 'float16':
    converter.target_spec.supported_types = [tf.float16]
  if quantization == 'int8':
    converter.representative_dataset = lambda: _examples(data)
    converter.target_spec.supported_ops = [
        tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
  if is_sparse:
    if not hasattr(tf.lite.Optimize, 'EXPERIMENTAL_SPARSITY'):
      raise ValueError(f'TensorFlow Lite {tf.__version__} cannot encode zeros')
    optimizations.append(tf.lite.Optimize.EXPERIMENTAL_SPARSITY)
  converter.optimizations = optimizations
  return converter.convert()


def _examples(path: str) -> Iterator[List[np.ndarray]]:
  """The examples of representative data, one at a time."""
  with np.load(path, allow_pickle=False) as loaded:
    inputs: List[Any] = [loaded[str(i)] for i in range(len(loaded.files))]
  for i in range(len(inputs[0])):
    yield [one[i:i + 1] for one in inputs]


def _do(job: child.Job) -> None:
  """Writes the model to the file `output` of a job."""
  content = convert(job['saved_model'], job['quantization'], job['is_sparse'],
                    job['data'])
  with open(job['output'], 'wb') as file:
    file.write(content)


if __name__ == '__main__':
  child.serve(_do, *sys.argv[1:])
