# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Packs arrays into a file, and unpacks them."""

from __future__ import annotations

import os
from typing import Dict, Iterable, Mapping, Optional, Tuple, Union

import numpy as np

from model_pruning._src.storage import new_file
from model_pruning._src.storage import packed_file
from model_pruning._src.storage import report as report_lib

Arrays = Union[Mapping[str, np.ndarray], Iterable[Tuple[str, np.ndarray]]]


def pack_arrays(
    arrays: Arrays, path: 'Union[str, os.PathLike[str]]',
    dtype: Optional[str] = None, *, overwrite: bool = False,
    left_out: Iterable[Tuple[str, str]] = ()) -> report_lib.PackReport:
  """Packs arrays into a file.

      pack_arrays({'dense/kernel': kernel, 'dense/bias': bias},
                  'weights.safetensors')

  Args:
    arrays: a mapping from names to arrays, or pairs of a name and an array.
      Pairs are taken one by one, so that a generator needs memory for one.
    path: the file to write, by convention with the suffix `.safetensors`.
    dtype: 'float16', 'bfloat16' or 'int8' to store rounded values of floats
      that have more bits. Default: None, every bit is kept.
    overwrite: whether a file at `path` may be replaced. Default: no.
    left_out: names that the report says were left out, each with the reason.

  Returns:
    What became of each weight, and the size of the file.

  Raises:
    ImportError: if `zstandard` is not installed.
    TypeError: if a name is no string, or a dtype cannot be packed.
    ValueError: if a name is there twice, a value is beyond the range of
      `dtype`, or the file cannot be where it should.
  """
  pairs = arrays.items() if isinstance(arrays, Mapping) else arrays
  path = os.fspath(path)
  with new_file.new_file(path, overwrite) as file:
    rows = packed_file.write(file, pairs, dtype)
    size = file.tell()
  return report_lib.PackReport(path, tuple(rows), size, tuple(left_out))


def unpack(path: 'Union[str, os.PathLike[str]]', *,
           max_bytes: int = packed_file.MAX_BYTES) -> Dict[str, np.ndarray]:
  """Returns the arrays of a packed file by name, in the order of packing.

  Every bit is as it was, unless the file was packed with a smaller dtype.

  Args:
    path: a file that `pack` wrote.
    max_bytes: how much memory the arrays may take together; more is refused
      before anything is allocated, as a small file can stand for any number
      of zeros. Default: 64 GiB.

  Raises:
    ImportError: if `zstandard` or `safetensors` is not installed.
    ValueError: if the file is missing, of another kind, of a newer version,
      or damaged; the weight is named.
  """
  with packed_file.reading(os.fspath(path), max_bytes) as packed:
    return {entry.name: packed.read(entry) for entry in packed.entries}
