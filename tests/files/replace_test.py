# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Files take the place of others whole, or not at all."""

from __future__ import annotations

import linecache
import math
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import textwrap
from unittest import mock

from absl.testing import absltest

from model_pruning._src.files import errors
from model_pruning._src.files import replace

_ROOT = pathlib.Path(__file__).parents[2]


def _write(folder, **contents):
  for name, content in contents.items():
    pathlib.Path(folder, name).write_text(content)


class _Interrupt:
  """Calls a function before one of the lines of replace.py.

  They are counted as they are run, up to those that clean up.

  Attributes:
    is_raised: whether that line was come to.
  """

  def __init__(self, line, interrupt=signal.default_int_handler):
    self._left = line
    self._interrupt = interrupt
    self.is_raised = False

  def __enter__(self):
    self._previous = sys.gettrace()
    sys.settrace(self._trace)

  def __exit__(self, *_):
    sys.settrace(self._previous)

  def _trace(self, frame, event, _):
    if frame.f_code.co_filename != replace.__file__:
      return None
    if event == 'line' and not self.is_raised:
      if linecache.getline(replace.__file__, frame.f_lineno).strip() in (
          'if staging:', 'shutil.rmtree(staging, ignore_errors=True)'):
        self._left = math.inf
      self._left -= 1
      if self._left < 0:
        self.is_raised = True
        self._interrupt(signal.SIGINT, frame)
    return self._trace


def _contents(folder):
  return {path.name: path.read_text() if path.is_file() else sorted(
      os.listdir(path)) for path in pathlib.Path(folder).iterdir()}


class ReplaceTest(absltest.TestCase):

  def setUp(self):
    super().setUp()
    self._folder = self.create_tempdir().full_path

  def test_a_new_folder_appears_whole(self):
    target = self._folder + '/a/b'
    with replace.staged(target) as staging:
      _write(staging, one='1')
      self.assertFalse(os.path.exists(target))
    self.assertEqual(_contents(target), {'one': '1'})
    self.assertEqual(os.listdir(self._folder + '/a'), ['b'])

  def test_a_new_folder_has_the_usual_permissions(self):
    with replace.staged(self._folder + '/new') as staging:
      _write(staging, one='1')
    os.mkdir(self._folder + '/usual')
    self.assertEqual(os.stat(self._folder + '/new').st_mode,
                     os.stat(self._folder + '/usual').st_mode)

  def test_files_of_a_folder_are_replaced_and_others_stay(self):
    _write(self._folder, one='old', other='other')
    with replace.staged(self._folder) as staging:
      _write(staging, one='new', two='new')
      os.mkdir(staging + '/three')
      _write(staging + '/three', inside='new')
    self.assertEqual(_contents(self._folder), {
        'one': 'new', 'two': 'new', 'other': 'other', 'three': ['inside']})

  def test_after_an_error_all_is_as_it_was(self):
    _write(self._folder, one='old')
    for target in (self._folder, self._folder + '/a/b/c'):
      with self.assertRaises(KeyboardInterrupt):
        with replace.staged(target) as staging:
          _write(staging, one='half')
          raise KeyboardInterrupt
      self.assertEqual(_contents(self._folder), {'one': 'old'})

  def test_an_interrupt_at_any_line_leaves_what_was_or_what_will_be(self):
    old = {'a': 'old', 'm': 'old', 'other': 'other'}
    new = {'a': 'new', 'b': 'new', 'm': 'new', 'z': 'new'}
    for name, before, after in (
        ('several', old, {**old, **new}), ('one', old, {**old, 'a': 'new'}),
        ('new', {}, new)):
      for line in range(1000):
        target = os.path.join(self._folder, 'target')
        if before:
          os.mkdir(target)
          _write(target, **before)
        interrupt = _Interrupt(line)
        try:
          with interrupt, replace.staged(target, last='a') as staging:
            _write(staging, **(new if name != 'one' else {'a': 'new'}))
        except KeyboardInterrupt:
          pass
        found = _contents(target) if os.path.exists(target) else {}
        self.assertIn(found, (before, after), (name, line))
        self.assertIn(os.listdir(self._folder), ([], ['target']))
        shutil.rmtree(target, ignore_errors=True)
        if not interrupt.is_raised:
          break
      self.assertEqual(found, after)
      self.assertGreater(line, 20)

  def _make_folders(self):
    """A folder `out` of an old result, and the path of it."""
    target = os.path.join(self._folder, 'out')
    os.mkdir(target)
    _write(target, a='old', gone='old')
    return target

  def test_a_folder_takes_the_place_of_another_as_a_whole(self):
    target = self._make_folders()
    os.symlink('out', self._folder + '/link')
    for path in (target, self._folder + '/link'):
      with replace.staged_whole(path) as staging:
        os.mkdir(staging)
        _write(staging, a=path, b='new')
        self.assertEqual(os.path.basename(staging), 'out')
      self.assertEqual(_contents(target), {'a': path, 'b': 'new'})
    self.assertCountEqual(os.listdir(self._folder), ['link', 'out'])

  def test_a_folder_stays_if_no_other_can_take_its_place(self):
    target = self._make_folders()
    rename = os.rename
    staged = []

    def refuse(source, place):
      if source in staged:
        raise OSError(5, 'Input/output error')
      rename(source, place)

    with mock.patch.object(replace, '_exchange', lambda *_: False):
      with mock.patch.object(os, 'rename', refuse):
        with self.assertRaisesRegex(errors.FileError, 'cannot be written'):
          with replace.staged_whole(target) as staging:
            os.mkdir(staging)
            staged.append(staging)
    self.assertEqual(_contents(target), {'a': 'old', 'gone': 'old'})
    self.assertEqual(os.listdir(self._folder), ['out'])

  def test_an_interrupt_at_any_line_leaves_one_folder_or_the_other(self):
    old, new = {'a': 'old', 'gone': 'old'}, {'a': 'new', 'b': 'new'}
    for exchange in (replace._exchange, lambda *_: False):
      for line in range(1000):
        target = self._make_folders()
        interrupt = _Interrupt(line)
        try:
          with mock.patch.object(replace, '_exchange', exchange):
            with interrupt, replace.staged_whole(target) as staging:
              os.mkdir(staging)
              _write(staging, **new)
        except KeyboardInterrupt:
          pass
        found = _contents(target)
        self.assertIn(found, (old, new), line)
        self.assertEqual(os.listdir(self._folder), ['out'])
        shutil.rmtree(target)
        if not interrupt.is_raised:
          break
      self.assertEqual(found, new)
      self.assertGreater(line, 20)

  def test_a_process_killed_at_any_line_leaves_one_folder_or_the_other(self):
    one, other = self._folder + '/one', self._folder + '/other'
    os.mkdir(one)
    os.mkdir(other)
    if not replace._exchange(one, other):
      self.skipTest('this system cannot exchange two folders at once')
    old, new = {'a': 'old', 'gone': 'old'}, {'a': 'new', 'b': 'new'}
    for line in range(1000):
      target = self._make_folders()
      child = os.fork()
      if not child:
        with _Interrupt(line, lambda *_: os._exit(9)):
          with replace.staged_whole(target) as staging:
            os.mkdir(staging)
            _write(staging, **new)
        os._exit(0)
      is_killed = os.waitpid(child, 0)[1] != 0
      found = _contents(target)
      self.assertIn(found, (old, new), line)
      shutil.rmtree(target)
      if not is_killed:
        break
    self.assertEqual(found, new)
    self.assertGreater(line, 20)

  def test_a_process_killed_while_it_replaces_files_leaves_the_old_ones(self):
    old = {'a': 'old', 'm': 'old', 'other': 'other'}
    new = {'a': 'new', 'b': 'new', 'm': 'new'}
    mixed = 0
    for line in range(1000):
      target = os.path.join(self._folder, 'target')
      os.mkdir(target)
      _write(target, **old)
      child = os.fork()
      if not child:
        with _Interrupt(line, lambda *_: os._exit(9)):
          with replace.staged(target, last='a') as staging:
            _write(staging, **new)
        os._exit(0)
      is_killed = os.waitpid(child, 0)[1] != 0
      found = {name: text for name, text in _contents(target).items()
               if not name.startswith('.')}
      if found['a'] == 'new':  # It makes the others valid.
        self.assertEqual(found, {**old, **new})
      else:
        for name, before in old.items():
          backups = [path.read_text() for path in pathlib.Path(target).glob(
              f'.model_pruning-*/*/{name}')]
          self.assertIn(before, [found[name], *backups], (name, line))
      mixed += found['a'] == 'old' and found['m'] == 'new'
      shutil.rmtree(target)
      if not is_killed:
        break
    self.assertEqual(found, {**old, **new})
    self.assertGreater(mixed, 0)

  def test_what_was_replaced_comes_back_if_the_rest_cannot_be(self):
    _write(self._folder, a='old', z='old')
    os.mkdir(self._folder + '/m')
    _write(self._folder + '/m', inside='old')
    before = _contents(self._folder)
    with self.assertRaisesRegex(errors.FileError, 'cannot be written'):
      with replace.staged(self._folder, last='a') as staging:
        _write(staging, a='new', b='new', m='in the place of a folder', z='new')
    self.assertEqual(_contents(self._folder), before)

  def test_a_link_is_replaced_and_what_it_points_to_stays(self):
    _write(self._folder, elsewhere='old')
    os.mkdir(self._folder + '/out')
    os.symlink('../elsewhere', self._folder + '/out/one')
    with replace.staged(self._folder + '/out') as staging:
      _write(staging, one='new')
    self.assertEqual(_contents(self._folder + '/out'), {'one': 'new'})
    self.assertEqual(_contents(self._folder)['elsewhere'], 'old')

  def test_a_link_to_a_folder_is_that_folder(self):
    os.mkdir(self._folder + '/real')
    os.symlink('real', self._folder + '/link')
    with replace.staged(self._folder + '/link') as staging:
      _write(staging, one='new')
    self.assertEqual(_contents(self._folder + '/real'), {'one': 'new'})
    self.assertTrue(os.path.islink(self._folder + '/link'))

  def test_a_file_in_the_way_is_named(self):
    _write(self._folder, file='old')
    for target in ('/file', '/file/below'):
      with self.assertRaisesRegex(errors.FileError, f'to .*{target}'):
        with replace.staged(self._folder + target) as staging:
          _write(staging, one='new')
    self.assertEqual(_contents(self._folder), {'file': 'old'})

  def test_a_full_disk_leaves_the_result_that_was_there(self):
    _write(self._folder, one='old')
    program = textwrap.dedent("""\
        import resource, sys
        from model_pruning._src.files import replace
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
          with replace.staged(sys.argv[1]) as staging:
            with open(staging + '/one', 'wb') as file:
              file.write(bytes(2000))
        except ValueError as error:
          print(error)
        """)
    result = subprocess.run(
        [sys.executable, '-c', program, self._folder], check=True,
        stdout=subprocess.PIPE, env=dict(os.environ, PYTHONPATH=str(_ROOT)))
    self.assertIn(b'cannot be written to', result.stdout)
    self.assertEqual(_contents(self._folder), {'one': 'old'})


if __name__ == '__main__':
  absltest.main()
