# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""--force replaces what is there as a whole, and nothing of anybody else."""

from __future__ import annotations

import os
import shutil

import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from tests.support.files import broken_models
from tests.support.files import commands
from tests.support.files import stored_models

_SPEC = ('--spec', 'target_sparsity=0.75')
# What is written, of IN and OUT, is the directory of a SavedModel.
_COMMANDS = {
    'prune': ('prune', 'in', 'out', *_SPEC),
    'prune_constants': ('prune', 'frozen', 'out', *_SPEC),
    'shrink': ('shrink', 'frozen', 'out'),
    'strip': ('strip', 'in', 'out'),
    'export': ('export', 'frozen', 'out', '--to', 'savedmodel'),
}
_EXAMPLES = list(_COMMANDS.items())


def _run_saved_model(directory):
  """Whether a SavedModel can be loaded in a session."""
  with tf.Graph().as_default(), tf.compat.v1.Session() as session:
    tf.compat.v1.saved_model.load(session, ['serve'], directory)


class ForceTest(parameterized.TestCase):

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls._source = os.path.join(absltest.get_default_test_tmpdir(), 'force')
    shutil.rmtree(cls._source, ignore_errors=True)
    stored_models.write_saved_model(os.path.join(cls._source, 'in'))
    graph_def, _ = stored_models.graph_with_a_loop()
    frozen = broken_models.write(os.path.join(cls._source, 'frozen.pb'),
                                 graph_def.SerializeToString())
    status, _, err = commands.run('export', frozen, frozen[:-3], '--to',
                                  'savedmodel', '--outputs', 'outputs')
    assert status == 0, err

  def setUp(self):
    super().setUp()
    self.addCleanup(os.chdir, os.getcwd())
    directory = os.path.join(self.create_tempdir().full_path, 'work')
    shutil.copytree(self._source, directory)
    os.chdir(directory)

  def _refused(self, argv, words):
    before = commands.content('.')
    status, out, err = commands.run(*argv)
    self.assertEqual((status, out), (1, ''))
    self.assertLen(err.splitlines(), 1)
    self.assertIn(words, err)
    self.assertEqual(commands.content('.'), before)

  @parameterized.named_parameters(_EXAMPLES)
  def test_a_saved_model_is_replaced_with_force_only(self, argv):
    status, _, err = commands.run(*argv)
    self.assertEqual(status, 0, err)
    names = set(commands.content('.'))
    self._refused(argv, 'exists and is not overwritten')
    os.makedirs('out/variables', exist_ok=True)
    broken_models.write('out/variables/variables.index', b'old')
    broken_models.write('out/saved_model.pb', b'old')
    broken_models.write('out/fingerprint.pb', b'old')
    broken_models.write('out/keras_metadata.pb', b'old')
    status, _, err = commands.run(*argv, '--force')
    self.assertEqual(status, 0, err)
    self.assertEqual(set(commands.content('.')), names)
    _run_saved_model('out')

  @parameterized.named_parameters(_EXAMPLES)
  def test_a_folder_of_something_else_is_refused(self, argv):
    os.mkdir('out')
    broken_models.write('out/thesis.tex', b'mine')
    self._refused((*argv, '--force'),
                  "out has 'thesis.tex', which is no part of a SavedModel")
    broken_models.write('out/saved_model.pb', b'old')
    self._refused((*argv, '--force'),
                  "out has 'thesis.tex', which is no part of a SavedModel")

  @parameterized.named_parameters(_EXAMPLES)
  def test_a_file_is_refused(self, argv):
    broken_models.write('out', b'mine')
    self._refused((*argv, '--force'), 'out is a file, and a SavedModel')

  @parameterized.named_parameters(_EXAMPLES)
  def test_an_empty_folder_is_filled_with_force(self, argv):
    os.mkdir('out')
    status, _, err = commands.run(*argv, '--force')
    self.assertEqual(status, 0, err)
    _run_saved_model('out')

  @parameterized.named_parameters(_EXAMPLES)
  def test_a_folder_in_the_source_or_around_it_is_refused(self, argv):
    source = argv[1]
    for output in (f'{source}/out', f'{source}/variables'):
      self._refused((argv[0], source, output, *argv[3:], '--force'),
                    'lies in')
    os.makedirs('around/assets')
    broken_models.write('around/saved_model.pb', b'old')
    os.rename(source, 'around/assets/in')
    self._refused((argv[0], 'around/assets/in', 'around', *argv[3:], '--force'),
                  'lies in')

  def test_other_files_of_the_source_are_copied_and_replaced(self):
    broken_models.write('in/labels.txt', b'labels')
    for _ in range(2):
      status, _, err = commands.run('prune', 'in', 'out', *_SPEC, '--force')
      self.assertEqual(status, 0, err)
    self.assertEqual(commands.content('out')['out/labels.txt'], b'labels')
    self._refused(('shrink', 'frozen', 'out', '--force'), "'labels.txt'")

  def test_a_model_is_pruned_in_its_place(self):
    for source in ('in', 'frozen'):
      status, _, err = commands.run('prune', source, source, *_SPEC, '--force')
      self.assertEqual(status, 0, err)
      _run_saved_model(source)
      _, out, _ = commands.run('report', source)
      self.assertIn('75.0', out)

  def test_a_stripped_checkpoint_is_replaced_with_force_only(self):
    stored_models.write_checkpoint('checkpoint')
    argv = ('strip', 'checkpoint', 'new/prefix', '--outputs', 'add_1')
    status, _, err = commands.run(*argv)
    self.assertEqual(status, 0, err)
    self._refused(argv, 'exists and is not overwritten')
    status, _, err = commands.run(*argv, '--force')
    self.assertEqual(status, 0, err)

  def test_a_folder_is_refused_for_a_file_before_anything_is_read(self):
    os.mkdir('out')
    for argv in (('pack', 'gone', 'out'), ('unpack', 'gone', 'out'),
                 ('export', 'gone', 'out')):
      self._refused((*argv, '--force'), 'out is a directory')
    self._refused(('prune', 'frozen.pb', 'out', *_SPEC, '--force'),
                  'out is a directory')
    self._refused(('shrink', 'frozen.pb', 'out', '--force'),
                  'out is a directory')


if __name__ == '__main__':
  absltest.main()
