# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Damages to files and folders, as disks, copies and strangers do them.

Each takes the folder of a source, a file in it and a random number generator,
and changes the folder. Nothing here knows what is in the files.
"""

import os
import pathlib
import random
import shutil
from typing import Callable, Dict

Damage = Callable[[pathlib.Path, pathlib.Path, random.Random], None]


def _rewrite(change: Callable[[bytearray, random.Random], bytes]) -> Damage:
  """A damage that gives a file other bytes."""

  def damage(folder: pathlib.Path, file: pathlib.Path,
             rng: random.Random) -> None:
    file.write_bytes(change(bytearray(file.read_bytes()), rng))

  return damage


def _flip(count: int) -> Damage:
  def change(data: bytearray, rng: random.Random) -> bytes:
    for _ in range(count if data else 0):
      data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)
  return _rewrite(change)


def _block(length: int, zeros: bool) -> Damage:
  def change(data: bytearray, rng: random.Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    for i in range(start, min(start + length, len(data))):
      data[i] = 0 if zeros else rng.randrange(256)
    return bytes(data)
  return _rewrite(change)


def _insert(data: bytearray, rng: random.Random) -> bytes:
  place = rng.randrange(len(data) + 1)
  return bytes(data[:place]) + bytes(
    rng.randrange(256) for _ in range(rng.randrange(1, 40))
  ) + bytes(data[place:])


def _replaced(make: Callable[[pathlib.Path], None]) -> Damage:
  """A damage that puts something else where a file was."""

  def damage(folder: pathlib.Path, file: pathlib.Path,
             rng: random.Random) -> None:
    file.unlink()
    make(file)

  return damage


def _link(target: str) -> Damage:
  return _replaced(lambda file: os.symlink(target, file))


def _folder_with_itself(folder: pathlib.Path, file: pathlib.Path,
                        rng: random.Random) -> None:
  (file.parent / 'again').symlink_to(folder, True)
  (file.parent / 'and_again').symlink_to(folder, True)


def _huge(file: pathlib.Path) -> None:
  with open(file, 'wb') as stream:
    stream.truncate(1 << 40)


def _swap(folder: pathlib.Path, file: pathlib.Path,
          rng: random.Random) -> None:
  others = [path for path in sorted(folder.rglob('*')) if path.is_file()]
  other = rng.choice(others)
  first, second = file.read_bytes(), other.read_bytes()
  file.write_bytes(second)
  other.write_bytes(first)


def _rename(folder: pathlib.Path, file: pathlib.Path,
            rng: random.Random) -> None:
  file.rename(file.with_name(file.name + rng.choice(['.bak', '.tmp', ' ~'])))


def _fifo_beside(folder: pathlib.Path, file: pathlib.Path,
                 rng: random.Random) -> None:
  os.mkfifo(file.with_name('pipe'))


# Nothing can be read of it, whoever asks.
_UNREADABLE = '/proc/self/mem'

DAMAGES: Dict[str, Damage] = {
  'truncated': _rewrite(
    lambda data, rng: bytes(data[:rng.randrange(len(data) + 1)])),
  'short_of_a_byte': _rewrite(lambda data, rng: bytes(data[:-1])),
  'empty': _rewrite(lambda data, rng: b''),
  'one_bit': _flip(1),
  'eight_bits': _flip(8),
  'hundred_bits': _flip(100),
  'random_block': _block(512, False),
  'zero_block': _block(512, True),
  'inserted': _rewrite(_insert),
  'random': _rewrite(
    lambda data, rng: bytes(rng.randrange(256) for _ in range(4000))),
  'text': _rewrite(lambda data, rng: b'<html>404 Not Found</html>\n' * 9),
  'twice': _rewrite(lambda data, rng: bytes(data) * 2),
  'garbage_after': _rewrite(lambda data, rng: bytes(data) + b'\xff' * 77),
  'missing': _replaced(lambda file: None),
  'folder_instead': _replaced(lambda file: file.mkdir()),
  'link_to_itself': _replaced(lambda file: os.symlink(file.name, file)),
  'dangling_link': _link('/nowhere/at/all'),
  'endless': _link('/dev/zero'),
  'device': _link('/dev/null'),
  'unreadable': _link(_UNREADABLE),
  'pipe': _replaced(lambda file: os.mkfifo(file)),
  'huge': _replaced(_huge),
  'no_permission': lambda folder, file, rng: file.chmod(0),
  'swapped': _swap,
  'renamed': _rename,
  'folder_in_itself': _folder_with_itself,
  'pipe_beside': _fifo_beside,
  'all_gone': lambda folder, file, rng: shutil.rmtree(str(folder)),
}
