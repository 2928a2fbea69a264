# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writing files beside those that they replace, so that none is ever half.

    with replace.staged('/models/new', last='saved_model.pb') as folder:
      ...  # Write files and folders into `folder`.

Whatever fails in the block, or afterwards, leaves '/models/new' as it was. A
process that is killed may leave a folder `.model_pruning-...` behind, which
nothing reads.

A file takes the place of another at once, and so does a folder on Linux: even
a process that is killed leaves the old one or the new one. Elsewhere a folder
is moved aside first, and a process killed in between leaves it, whole, in
`.model_pruning-...`. Several files that replace others do so one by one, and a
process that is killed in between leaves those that were replaced there, whole.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import stat
import uuid
from typing import Iterator, List, Optional

from model_pruning._src.files import errors

_PREFIX = '.model_pruning-'
# Of <fcntl.h> and <stdio.h> of Linux: paths are from the current directory, and
# two of them are exchanged.
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextlib.contextmanager
def staged(folder: str, last: Optional[str] = None) -> Iterator[str]:
  """Context manager: a new folder, whose files go to `folder` in the end.

  All is flushed to the disk first. A folder that does not exist appears whole.
  In one that exists, each file replaces the file of its name, a link too (what
  the link points to stays); if that fails in between, those that were replaced
  come back.

  Args:
    folder: where the files are to be; made with its parents if need be.
    last: the file that makes the others valid, and so goes there last.

  Yields:
    The path of an empty folder on the same disk.

  Raises:
    FileError: It cannot be written. `folder` is as it was.
  """
  target = os.path.realpath(folder)
  made: List[str] = []
  staging = ''
  try:
    with writing(folder):
      is_new = not os.path.isdir(target)
      parent = os.path.dirname(target) if is_new else target
      made = _missing(parent)
      os.makedirs(parent, exist_ok=True)
      staging = os.path.join(parent, _PREFIX + uuid.uuid4().hex)
      os.mkdir(staging)
      yield staging
      _flush(staging)
      if is_new:
        # Fails if it was made meanwhile, unless it is empty.
        os.rename(staging, target)
        _flush_folder(os.path.dirname(target))
      else:
        _move_in(staging, target, last)
        _flush_folder(target)
    made = []
  finally:
    if staging:
      shutil.rmtree(staging, ignore_errors=True)
    for path in reversed(made):
      with contextlib.suppress(OSError):
        os.rmdir(path)  # Another process may use it by now.


@contextlib.contextmanager
def staged_whole(folder: str) -> Iterator[str]:
  """Context manager: a path for a folder that replaces `folder` as a whole.

  Unlike with `staged`, nothing stays of a folder that is there. A link to a
  folder stays, and the folder that it leads to is replaced.

  Args:
    folder: where the new folder is to be.

  Yields:
    A path on the same disk, with the same name, where the block makes it.

  Raises:
    FileError: It cannot be written. `folder` is as it was.
  """
  parent, name = os.path.split(os.path.realpath(folder))
  with staged(parent) as staging:
    yield os.path.join(staging, name)


@contextlib.contextmanager
def writing(path: str) -> Iterator[None]:
  """Context manager: an OSError becomes an error about a file to write.

  Raises:
    FileError: The block raised an OSError.
  """
  try:
    yield
  except OSError as error:
    raise unwritable(path, errors.reason(error)) from error


def unwritable(path: str, why: str) -> errors.FileError:
  """Returns the error for a result that cannot be written."""
  return errors.FileError(
      f'The result cannot be written to {path!r}: {why}. '
      'What was there before is as it was')


def _missing(path: str) -> List[str]:
  """Returns the folders that have to be made for a path, outermost first."""
  found: List[str] = []
  while not os.path.isdir(path) and path != os.path.dirname(path):
    found.insert(0, path)
    path = os.path.dirname(path)
  return found


def _move_in(staging: str, target: str, last: Optional[str]) -> None:
  """Moves what is in one folder to another, all or nothing."""
  names = sorted(os.listdir(staging), key=lambda name: (name == last, name))
  backups = os.path.join(staging, uuid.uuid4().hex)
  os.mkdir(backups)
  if len(names) == 1:
    _replace(os.path.join(staging, names[0]), os.path.join(target, names[0]),
             os.path.join(backups, names[0]))
    return
  try:
    for name in names:
      place = os.path.join(target, name)
      if os.path.lexists(place):
        _keep(place, os.path.join(backups, name))
      os.replace(os.path.join(staging, name), place)
  except BaseException:
    # What was moved is asked of the disk: an interrupt can come between a move
    # and the note of it.
    for name in reversed(names):
      if not os.path.lexists(os.path.join(staging, name)):
        _put_back(os.path.join(target, name), os.path.join(backups, name))
    raise


def _replace(path: str, place: str, backup: str) -> None:
  """Moves a file or folder to a place, where another one may be.

  Args:
    path: what is moved.
    place: where to. A folder that a folder replaces is removed by the caller.
    backup: a free path, where that folder may go.
  """
  if not os.path.isdir(path) or not os.path.isdir(place):
    os.replace(path, place)
  elif not _exchange(path, place):
    try:
      os.rename(place, backup)
      os.rename(path, place)
    except BaseException:
      if not os.path.lexists(place):
        os.rename(backup, place)
      raise


def _exchange(path: str, other: str) -> bool:
  """Exchanges two folders at once; returns whether the system can do that."""
  try:
    exchange = ctypes.CDLL(None).renameat2
  except (AttributeError, OSError, TypeError):  # Another system, or an old one.
    return False
  return exchange(_AT_FDCWD, os.fsencode(path), _AT_FDCWD, os.fsencode(other),
                  _RENAME_EXCHANGE) == 0


def _put_back(place: str, backup: str) -> None:
  """Undoes the move of a file or folder to a place."""
  if os.path.lexists(backup):
    os.replace(backup, place)
  elif os.path.isdir(place):
    shutil.rmtree(place)
  else:
    os.remove(place)


def _keep(path: str, backup: str) -> None:
  """Makes a second name of a file, or a copy where the disk has no links."""
  try:
    os.link(path, backup, follow_symlinks=False)
  except OSError:
    shutil.copy2(path, backup, follow_symlinks=False)


def _flush(folder: str) -> None:
  """Has all that is in a folder written to the disk."""
  for path, _, names in os.walk(folder):
    for name in names:
      file = os.path.join(path, name)
      if stat.S_ISREG(os.lstat(file).st_mode):
        descriptor = os.open(file, os.O_RDONLY)
        try:
          os.fsync(descriptor)
        finally:
          os.close(descriptor)
    _flush_folder(path)


def _flush_folder(path: str) -> None:
  """Has the names in a folder written, where the disk can do that."""
  with contextlib.suppress(OSError):
    descriptor = os.open(path, os.O_RDONLY)
    try:
      os.fsync(descriptor)
    finally:
      os.close(descriptor)
