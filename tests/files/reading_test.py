# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What is no file, or not as it should be, is named in one sentence."""

from __future__ import annotations

import os
import pathlib

from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.files import errors
from model_pruning._src.files import places
from model_pruning._src.files import reading


class ReadingTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._folder = pathlib.Path(self.create_tempdir().full_path)

  def _refusal(self, name, **arguments):
    with self.assertRaises(errors.FileError) as caught:
      reading.read_bytes(str(self._folder / name), 'a list', **arguments)
    return str(caught.exception)

  def test_a_file_is_read(self):
    (self._folder / 'file').write_bytes(b'content')
    os.symlink('file', self._folder / 'link')
    for name in ('file', 'link'):
      self.assertEqual(
          reading.read_bytes(str(self._folder / name), 'a list', 7), b'content')

  def test_what_cannot_be_read(self):
    (self._folder / 'empty').touch()
    (self._folder / 'long').write_bytes(bytes(11))
    os.mkfifo(self._folder / 'pipe')
    os.symlink('loop', self._folder / 'loop')
    os.symlink('/dev/zero', self._folder / 'endless')
    for name, why in (
        ('missing', 'No such file or directory'), ('empty', 'it is empty'),
        ('long', 'it has 11 bytes, and 10 are the most'),
        ('pipe', 'it is a pipe or a device'),
        ('endless', 'it is a pipe or a device'),
        ('loop', 'Too many levels of symbolic links'), ('', 'it is a folder')):
      self.assertEqual(
          self._refusal(name, most_bytes=10),
          f"The file '{self._folder / name}' cannot be read as a list: {why}")

  @parameterized.parameters(
      (KeyError('x'), "KeyError: 'x'"), (RecursionError(), 'RecursionError'),
      (OSError(28, 'No space left on device'), 'No space left on device'),
      (ValueError('a\nb\x00c'), 'ValueError: a b?c'),
      (ValueError('long ' * 1000), 'ValueError: ' + 'long ' * 80 + ' ...'))
  def test_any_exception_becomes_one_line(self, error, why):
    with self.assertRaises(ValueError) as caught:
      with errors.reading('a.pb', 'a GraphDef'):
        raise error
    self.assertEqual(str(caught.exception),
                     f"The file 'a.pb' cannot be read as a GraphDef: {why}")
    self.assertIs(caught.exception.__cause__, error)

  @parameterized.parameters(3, '', b'', 'a\0b', None, [['a']])
  def test_what_is_no_path(self, value):
    with self.assertRaisesRegex(ValueError, '`source` must be a path'):
      reading.path_of('source', value)

  def test_what_is_a_path(self):
    for value in ('a/b', b'a/b', pathlib.Path('a/b')):
      self.assertEqual(reading.path_of('source', value), 'a/b')

  def test_places_are_the_same_through_links(self):
    (self._folder / 'real').mkdir()
    os.symlink('real', self._folder / 'link')
    folder = str(self._folder)
    self.assertTrue(places.is_inside(folder + '/link/new/x', folder + '/real'))
    self.assertTrue(
        places.is_inside(folder + '/real/../link', folder + '/link'))
    self.assertFalse(places.is_inside(folder + '/real2', folder + '/real'))
    self.assertFalse(places.is_inside(folder, folder + '/real'))


if __name__ == '__main__':
  absltest.main()
