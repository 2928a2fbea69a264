# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reading local files of bounded size, and nothing else than files."""

from __future__ import annotations

import os
import stat
from typing import Any

from model_pruning._src.files import errors

# What protocol buffers take at most.
MOST_BYTES = 2**31 - 1


def is_remote(path: str) -> bool:
  """Whether a path has a scheme, such as gs://, and is for other libraries."""
  return '://' in path


def path_of(argument: str, value: Any) -> str:
  """Returns a path that a user gave, as text.

  Args:
    argument: its name, for the error.
    value: a str, bytes or os.PathLike.

  Raises:
    ValueError: It is something else, is empty, or no file can have this name.
  """
  try:
    path = os.fsdecode(value)
  except TypeError:
    path = ''
  if not path or '\0' in path or len(path) > 1 << 16:
    raise ValueError(
        f'Argument `{argument}` must be a path. Received: '
        f'{argument}={repr(value)[:200]}')
  return path


def check_regular(path: str, what: str) -> int:
  """Returns the size of a file; what is behind a link counts.

  A pipe would block whoever opens it, and a device never ends.

  Raises:
    FileError: There is no such file, or it is a folder, a pipe or a device.
  """
  with errors.reading(path, what):
    status = os.stat(path)
  if stat.S_ISDIR(status.st_mode):
    raise errors.unreadable(path, what, 'it is a folder')
  if not stat.S_ISREG(status.st_mode):
    raise errors.unreadable(path, what, 'it is a pipe or a device')
  return status.st_size


def read_bytes(path: str, what: str, most_bytes: int = MOST_BYTES) -> bytes:
  """Returns the content of a file.

  Args:
    path: of the file.
    what: it should be, with an article, for errors.
    most_bytes: how long it may be.

  Raises:
    FileError: It cannot be read, is empty, or is longer.
  """
  size = check_regular(path, what)
  if size > most_bytes:
    raise errors.unreadable(
        path, what, f'it has {size} bytes, and {most_bytes} are the most')
  with errors.reading(path, what):
    with open(path, 'rb') as file:
      content = file.read(most_bytes + 1)
  if not content:
    raise errors.unreadable(path, what, 'it is empty')
  if len(content) > most_bytes:
    raise errors.unreadable(path, what, 'it grows while it is read')
  return content
