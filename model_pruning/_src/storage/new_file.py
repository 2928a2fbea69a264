# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""New files that are there whole or not at all.

A file is written beside the place where it will be and renamed when all of it
is on the disk. If anything goes wrong, also Ctrl-C or a full disk, what was
there before is untouched and nothing half-written is left.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from typing import BinaryIO, Iterator


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
      a directory, or its directory is missing.
    OSError: if it cannot be written, because the disk is full for example.
  """
  path = os.path.realpath(path)  # A link stays, and its file is replaced.
  directory = os.path.dirname(path)
  if os.path.isdir(path):
    raise ValueError(f'{path} is a directory; give the path of a file')
  if os.path.exists(path) and not overwrite:
    raise ValueError(f'{path} exists and is not overwritten; give another '
                     'path, or allow it with overwrite=True')
  if not os.path.isdir(directory):
    raise ValueError(f'{directory} is not a directory; make it first')
  handle, beside = tempfile.mkstemp(
      prefix='.' + os.path.basename(path) + '.', dir=directory)
  try:
    with os.fdopen(handle, 'wb') as file:
      yield file
      file.flush()
      os.fsync(file.fileno())
    # mkstemp makes files that nobody else can read.
    os.chmod(beside, 0o666 & ~_umask())
    os.replace(beside, path)
  except BaseException:
    with contextlib.suppress(FileNotFoundError):
      os.unlink(beside)
    raise


def _umask() -> int:
  """The permissions that new files of this process do not get."""
  mask = os.umask(0)
  os.umask(mask)
  return mask
