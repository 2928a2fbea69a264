# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Where a result may be written: nowhere that a source would be changed."""

from __future__ import annotations

import glob
import os
import re
from typing import List, Optional

import tensorflow as tf

from model_pruning._src.files import places
from model_pruning._src.files import reading
from model_pruning._src.graph.strip import messages

_LATEST = re.compile(r'^\s*model_checkpoint_path:\s*"((?:[^"\\]|\\.)*)"',
                     re.MULTILINE)


def path_of(output_dir: str, filename: str) -> str:
  """Returns where a result of one file, or of one prefix, is written.

  Raises:
    ValueError: `filename` is not the name of a file.
  """
  path = os.path.join(output_dir, filename)
  if os.path.basename(path) in ('', '.', '..') or '\0' in filename:
    raise ValueError('Argument `filename` must be the name of a file. '
                     f'Received: filename={filename[:200]!r}')
  return path


def check_file(path: str, sources: List[str]) -> None:
  """Checks that a file may be written.

  Args:
    path: of the file.
    sources: files that must stay as they are.

  Raises:
    ValueError: It is one of the sources, or a folder.
  """
  if reading.is_remote(path):
    return
  for source in sources:
    # A link to a source is another file: it is replaced, the source stays.
    if not os.path.islink(path) and places.same(path, source):
      raise ValueError('Arguments `output_dir` and `filename` must not name a '
                       f'file of the source. Received: {path!r}')
  if os.path.isdir(path):
    raise ValueError('Arguments `output_dir` and `filename` must not name a '
                     f'folder. Received: {path!r}')


def files_of_checkpoint(prefix: str) -> List[str]:
  """Returns the files of a local checkpoint, and the one that names it."""
  beside = [prefix, prefix + '.index', prefix + '.meta',
            *glob.glob(glob.escape(prefix) + '.data-*')]
  return [*beside, os.path.join(os.path.dirname(prefix), 'checkpoint')]


def check_checkpoint(prefix: str, source: Optional[str]) -> None:
  """Checks that a checkpoint may be written.

  The directory of a checkpoint has a file `checkpoint` that says which is the
  latest: whoever goes on training there starts from that one.

  Args:
    prefix: of the files.
    source: the prefix of the checkpoint that is stripped, if it is one.

  Raises:
    ValueError: The checkpoints of somebody else are in that directory.
  """
  if reading.is_remote(prefix):
    return
  directory, name = os.path.split(prefix)
  directory = directory or '.'
  if source is not None and places.same(
      directory, os.path.dirname(source) or '.'):
    raise ValueError(
        'Argument `output_dir` must not be the directory of the source, whose '
        'file `checkpoint` would name another one. Received: output_dir='
        f'{directory!r}')
  state = os.path.join(directory, 'checkpoint')
  if os.path.lexists(state):
    reading.check_regular(state, 'the name of the latest checkpoint')
    with open(state, 'rb') as file:
      found = _LATEST.search(file.read(1 << 20).decode(errors='replace'))
    latest = found.group(1) if found else None
    if latest is None or os.path.basename(latest) != name:
      raise ValueError(
          'Argument `output_dir` must not have other checkpoints, which its '
          'file `checkpoint` would not name any more. Received: output_dir='
          f'{directory!r}, whose latest checkpoint is {str(latest)[-200:]!r}')


def check_saved_model(directory: str, source: str) -> None:
  """Checks that a SavedModel may be written.

  Raises:
    ValueError: The directory is not empty, or lies in that of the source.
  """
  check_outside(directory, source)
  if not tf.io.gfile.exists(directory):
    return
  if not tf.io.gfile.isdir(directory) or tf.io.gfile.listdir(directory):
    raise ValueError('Argument `output_dir` must be empty, or not exist. '
                     f'Received: output_dir={directory!r}')


def check_outside(directory: str, source: str) -> None:
  """Raises a ValueError if a directory lies in that of a SavedModel."""
  if not reading.is_remote(directory) and not reading.is_remote(source):
    if places.is_inside(directory, source):
      raise ValueError(
          'Argument `output_dir` must not be the directory of the source, nor '
          f'lie in it. Received: output_dir={directory!r}, where {source!r} '
          f'has a {messages.SAVED_MODEL}')
