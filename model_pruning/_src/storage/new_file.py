# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""New files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import os
from typing import BinaryIO, Iterator

from model_pruning._src.files import replace


@contextlib.contextmanager
def new_file(path: str, overwrite: bool = False) -> Iterator[BinaryIO]:
  """Opens a file for writing that appears when it is whole.

      with new_file.new_file('weights.bin') as file:
        file.write(data)

  Args:
    path: where the file will be.
    overwrite: whether a file that is there may be replaced. Default: no.

  Yields:
    A file that is open for writing bytes, in the same directory.

  Raises:
    ValueError: if there is a file already and `overwrite` is false, `path` is
      a directory, its directory is missing, or it cannot be written, because
      the disk is full for example. What was there is as it was.
  """
  directory, name = os.path.split(os.path.abspath(path))
  check_file(path, overwrite)
  if not os.path.isdir(directory):
    raise ValueError(f'{directory} is not a directory; make it first')
  with replace.staged(directory) as staging:
    with open(os.path.join(staging, name), 'wb') as file:
      yield file


def check_file(path: str, overwrite: bool) -> None:
  """Raises a ValueError if a file may not be written to a path.

  Args:
    path: of the file.
    overwrite: whether a file that is there may be replaced; no directory is.
  """
  if os.path.isdir(path):
    raise ValueError(f'{path} is a directory; give the path of a file')
  check_free(path, overwrite)


def check_free(path: str, overwrite: bool) -> None:
  """Raises a ValueError if something is at a path that is not to be replaced.

  Args:
    path: where a result goes.
    overwrite: whether it may replace what is there.
  """
  if os.path.lexists(path) and not overwrite:
    raise ValueError(f'{path} exists and is not overwritten; give another '
                     'path, or allow it with overwrite=True (--force)')
