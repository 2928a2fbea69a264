# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Where a SavedModel may be written: in the place of another one only."""

from __future__ import annotations

import os
from typing import Iterable, Optional

from model_pruning._src.files import places
from model_pruning._src.storage import new_file

# What TensorFlow, its server and Keras 2 write into the directory.
_PARTS = frozenset({
    'saved_model.pb', 'saved_model.pbtxt', 'variables', 'assets',
    'assets.extra', 'debug', 'fingerprint.pb', 'keras_metadata.pb'})


def check(path: str, overwrite: bool, source: Optional[str] = None,
          copied: Iterable[str] = ()) -> None:
  """Checks that the directory of a SavedModel may be written as a whole.

  What is replaced goes with all that is in it. So it must be a SavedModel, or
  an empty directory, with nothing else in it.

  Args:
    path: the directory.
    overwrite: whether what is there may be replaced.
    source: the model that is read, a file or a directory, if it is stored. It
      may be replaced, but not lie in `path`, nor `path` in it.
    copied: names in `path` that the new directory will have too.

  Raises:
    ValueError: if it may not be written.
  """
  new_file.check_free(path, overwrite)
  for inner, outer in ((path, source), (source, path)) if source else ():
    if not places.same(inner, outer) and places.is_inside(inner, outer):
      raise ValueError(f'{inner} lies in {outer}: a SavedModel can be written '
                       'beside its source or in its place, and nowhere else '
                       'that has to do with it')
  if not os.path.exists(path):
    return
  if not os.path.isdir(path):
    raise ValueError(f'{path} is a file, and a SavedModel is a directory: '
                     'remove it, or give another path')
  names = set(os.listdir(path))
  foreign = sorted(names - _PARTS - set(copied))
  if foreign:
    raise ValueError(
        f'{path} has {foreign[0]!r}, which is no part of a SavedModel and '
        'would be lost: remove it, or give another path')
