# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Inputs of a model in a file of NumPy."""

from __future__ import annotations

from typing import List

import numpy as np

from model_pruning._src.files import errors


def read(path: str, number: int) -> List[np.ndarray]:
  """Reads the inputs of a model.

  Args:
    path: a `.npy` file, or a `.npz` file with an array for each input.
    number: how many inputs the model takes.

  Raises:
    ValueError: if the file is damaged, or has another number of arrays.
  """
  with errors.reading(path, 'a file of NumPy'):
    loaded = np.load(path, allow_pickle=False)
    given = ([loaded] if isinstance(loaded, np.ndarray)
             else [loaded[name] for name in loaded.files])
  if len(given) != number:
    raise ValueError(f'{path} has {len(given)} arrays, and the model takes '
                     f'{number} inputs')
  return given
