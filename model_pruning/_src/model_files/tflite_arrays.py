# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The constants of a TensorFlow Lite model, read in a process of its own.

The interpreter believes what a file says, and a damaged one ends the process.
"""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from typing import Dict, List, Tuple

import numpy as np

from model_pruning._src.files import child


def read(path: str) -> List[Tuple[str, np.ndarray]]:
  """Returns the constants of a model, in the order of its tensors.

  Those that are stored without their zeros have them again.

  Args:
    path: of the `.tflite` file.

  Raises:
    ValueError: if it is damaged.
  """
  with tempfile.TemporaryDirectory() as directory:
    output = os.path.join(directory, 'constants.npz')
    [problem] = child.run(__name__, [dict(path=path, output=output)])
    if problem:
      raise ValueError(f'{path} cannot be read as a .tflite file: {problem}')
    with np.load(output, allow_pickle=False) as loaded:
      names = [str(name) for name in loaded['names']]
      return [(name, loaded[str(i)]) for i, name in enumerate(names)]


def _do(job: child.Job) -> None:
  """Writes the constants of a model as a file of NumPy."""
  import tensorflow as tf

  from model_pruning._src.model_files import sparse_tensor
  with warnings.catch_warnings():
    warnings.simplefilter('ignore')  # That it will move to another package.
    interpreter = tf.lite.Interpreter(model_path=job['path'])
  names: List[str] = []
  arrays: Dict[str, np.ndarray] = {}
  for detail in interpreter.get_tensor_details():
    try:
      value = np.asarray(interpreter.get_tensor(detail['index']))
    except ValueError:
      continue  # Before memory is allocated, constants have values only.
    # Versions that cannot read the encoding do not tell it either.
    sparsity = detail.get('sparsity_parameters')
    if sparsity:
      value = sparse_tensor.to_dense(value, detail['shape'], sparsity)
    arrays[str(len(names))] = value
    names.append(detail['name'])
  np.savez(job['output'], names=np.array(names, np.str_), **arrays)


if __name__ == '__main__':
  child.serve(_do, *sys.argv[1:])
