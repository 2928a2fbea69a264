# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The constants of a TensorFlow Lite model, read in a process of its own.

The interpreter believes what a file says, and a damaged one ends the process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import warnings
from typing import Dict, List, Tuple

import numpy as np

_MAX_SECONDS = 600


def read(path: str) -> List[Tuple[str, np.ndarray]]:
  """Returns the constants of a model, in the order of its tensors.

  Args:
    path: of the `.tflite` file.

  Raises:
    ValueError: if it is damaged.
  """
  with tempfile.TemporaryDirectory() as directory:
    output = os.path.join(directory, 'constants.npz')
    root = __file__
    for _ in range(4):
      root = os.path.dirname(root)
    search = os.pathsep.join([root, os.environ.get('PYTHONPATH', '')])
    try:
      child = subprocess.run(
          [sys.executable, '-m', __name__, path, output], check=False,
          env=dict(os.environ, PYTHONPATH=search), timeout=_MAX_SECONDS,
          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    except subprocess.TimeoutExpired:
      raise ValueError(f'{path} cannot be read as a .tflite file: it takes '
                       f'more than {_MAX_SECONDS} s') from None
    if child.returncode or not os.path.exists(output):
      raise ValueError(f'{path} cannot be read as a .tflite file: '
                       f'{_reason(child.returncode, child.stderr)}')
    with np.load(output, allow_pickle=False) as loaded:
      names = [str(name) for name in loaded['names']]
      return [(name, loaded[str(i)]) for i, name in enumerate(names)]


def _reason(status: int, log: bytes) -> str:
  """Why the child failed, in one line."""
  if status < 0:
    return f'TensorFlow Lite ended with signal {-status}'
  lines = log.decode(errors='replace').strip().splitlines()
  return lines[-1][:300] if lines else f'TensorFlow Lite ended with {status}'


def main(path: str, output: str) -> None:
  """Writes the constants of a model as a file of NumPy."""
  import tensorflow as tf
  with warnings.catch_warnings():
    warnings.simplefilter('ignore')  # That it will move to another package.
    interpreter = tf.lite.Interpreter(model_path=path)
  names: List[str] = []
  arrays: Dict[str, np.ndarray] = {}
  for detail in interpreter.get_tensor_details():
    try:
      value = np.asarray(interpreter.get_tensor(detail['index']))
    except ValueError:
      continue  # Before memory is allocated, constants have values only.
    arrays[str(len(names))] = value
    names.append(detail['name'])
  np.savez(output, names=np.array(names, np.str_), **arrays)


if __name__ == '__main__':
  main(*sys.argv[1:])
