# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The one form of errors about files."""

from __future__ import annotations

import contextlib
from typing import Iterator

_MOST_CHARACTERS = 400


class FileError(ValueError):
  """What is wrong with a file, in one sentence that names it."""


def unreadable(path: str, what: str, why: str) -> FileError:
  """Returns the error for a file that cannot be read as what it should be.

  >>> print(unreadable('a.pb', 'a GraphDef', 'it is empty'))
  The file 'a.pb' cannot be read as a GraphDef: it is empty
  """
  return FileError(f'The file {path!r} cannot be read as {what}: {why}')


def reason(error: BaseException) -> str:
  """Returns what an exception says, in one line of bounded length."""
  text = getattr(error, 'strerror', None) or getattr(error, 'message', None)
  text = ' '.join(str(text or error)[:4 * _MOST_CHARACTERS].split())
  text = ''.join(char if char.isprintable() else '?' for char in text)
  if len(text) > _MOST_CHARACTERS:
    text = text[:_MOST_CHARACTERS] + ' ...'
  if isinstance(error, OSError) and text:
    return text
  return f'{type(error).__name__}: {text}' if text else type(error).__name__


@contextlib.contextmanager
def reading(path: str, what: str) -> Iterator[None]:
  """Context manager: whatever goes wrong becomes an error about a file.

  What a damaged file does to a parser, and to what works with the result, is
  not known beforehand: any exception means that the file is not as it should
  be. The exception stays as the cause.

  Args:
    path: of the file.
    what: the file should be, with an article, such as 'a GraphDef'.

  Raises:
    FileError: The block raised an exception. A FileError goes through as it is.
  """
  try:
    yield
  except FileError:
    raise
  except Exception as error:
    raise unreadable(path, what, reason(error)) from error
