# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Inputs of a model in a file of NumPy."""

from __future__ import annotations

from typing import Any, List, Tuple

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


def read_examples(path: str) -> Tuple[Any, np.ndarray]:
  """Reads inputs and targets.

  Args:
    path: a `.npz` file with `x` and `y`, or with `x0`, `x1`, ... and `y`.

  Returns:
    The inputs, a list if there are several, and the targets.

  Raises:
    ValueError: if the file is damaged, has other arrays, or not as many targets
      as inputs.
  """
  with errors.reading(path, 'a file of NumPy'):
    loaded = np.load(path, allow_pickle=False)
    arrays = ({} if isinstance(loaded, np.ndarray)
              else {name: loaded[name] for name in loaded.files})
  names = [f'x{i}' for i in range(len(arrays) - 1)]
  if set(arrays) == {'x', 'y'}:
    names = ['x']
  elif set(arrays) != {'y', *names} or not names:
    raise ValueError(
        f'{path} must be a .npz file with the arrays x and y (or x0, x1, ... '
        f'and y). It has {", ".join(sorted(arrays)) or "one array"}')
  lengths = {name: len(np.atleast_1d(value)) for name, value in arrays.items()}
  if len(set(lengths.values())) > 1:
    raise ValueError(f'{path} has arrays of other lengths: {lengths}')
  given = [arrays[name] for name in names]
  return given[0] if len(given) == 1 else given, arrays['y']
