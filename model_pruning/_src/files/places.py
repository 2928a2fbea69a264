# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Whether two paths are one place, whatever links lead there."""

from __future__ import annotations

import os


def same(path: str, other: str) -> bool:
  """Whether two paths are one file or folder, be it there or not.

  >>> same('a/../b', './b')
  True
  """
  try:
    return os.path.samefile(path, other)
  except OSError:
    return os.path.realpath(path) == os.path.realpath(other)


def is_inside(path: str, folder: str) -> bool:
  """Whether a path is a folder or lies below it, be it there or not.

  >>> is_inside('a/b/../c', 'a'), is_inside('ab', 'a')
  (True, False)
  """
  path = os.path.realpath(path)
  while not same(path, folder):
    parent = os.path.dirname(path)
    if parent == path:
      return False
    path = parent
  return True
