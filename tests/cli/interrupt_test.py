# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C leaves what was there before, and nothing else."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.cli import main
from tests.support.files import broken_models
from tests.support.files import commands
from tests.support.files import stored_models

_SPEC = ('--spec', 'target_sparsity=0.75')
# `new` is a path where nothing is, `taken` a file that --force replaces.
_COMMANDS = {
    'prune_checkpoint': ('prune', 'checkpoint', 'taken', *_SPEC),
    'prune_saved_model': ('prune', 'saved_model', 'new', *_SPEC),
    'prune_graph_def': ('prune', 'frozen.pb', 'taken', *_SPEC),
    'prune_keras': ('prune', 'model.h5', 'taken.h5', *_SPEC),
    'strip_to_graph_def': (
        'strip', 'checkpoint', 'taken', '--to', 'graph_def', '--outputs',
        'add_1'),
    'strip_checkpoint': (
        'strip', 'checkpoint', 'new/prefix', '--outputs', 'add_1'),
    'strip_saved_model': ('strip', 'saved_model', 'new'),
    'strip_keras': ('strip', 'model.h5', 'taken.h5'),
    'shrink_graph_def': ('shrink', 'frozen.pb', 'taken'),
    'shrink_keras': ('shrink', 'model.h5', 'taken.h5'),
    'pack': ('pack', 'checkpoint', 'taken'),
    'unpack': ('unpack', 'packed', 'taken'),
    'unpack_into': ('unpack', 'packed', 'taken.h5', '--into', 'model.h5'),
    'export_tflite': (
        'export', 'model.h5', 'taken', '--quantizations', 'float32'),
    'export_saved_model': (
        'export', 'model.h5', 'new', '--to', 'savedmodel'),
    'report_html': ('report', 'checkpoint', '--html', 'taken'),
    'report_png': ('report', 'checkpoint', '--png', 'taken'),
    'schedule': ('schedule', *_SPEC, '--num_steps', '100', '--png', 'taken'),
    'sensitivity': (
        'sensitivity', 'model.h5', '--data', 'data.npz', '--csv', 'new',
        '--sparsities', '0.5'),
}
_ONLY_READ = ('plan', 'compare', 'latency')


class InterruptTest(parameterized.TestCase):

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    source = os.path.join(absltest.get_default_test_tmpdir(), 'interrupts')
    shutil.rmtree(source, ignore_errors=True)
    os.makedirs(source)
    cls._source = source

    def path(name):
      return os.path.join(source, name)

    stored_models.write_checkpoint(path('checkpoint'))
    stored_models.write_saved_model(path('saved_model'))
    broken_models.write(
        path('frozen.pb'),
        stored_models.graph_with_a_loop()[0].SerializeToString())
    packs = path('checkpoint')
    if tf.executing_eagerly():
      model = stored_models.keras_model()
      model.compile('sgd', 'mse')
      model.save(path('model.h5'))
      packs = path('model.h5')
    status, _, err = commands.run('pack', packs, path('packed'))
    assert status == 0, err
    np.savez(path('data.npz'), x=np.ones([2, 8, 8, 3]), y=np.ones([2, 10]))
    broken_models.write(path('taken'), b'mine')
    broken_models.write(path('taken.h5'), b'mine')
    os.mkdir(path('temporary'))

  def setUp(self):
    super().setUp()
    self.addCleanup(os.chdir, os.getcwd())
    self._directory = os.path.join(self.create_tempdir().full_path, 'work')
    shutil.copytree(self._source, self._directory)
    os.chdir(self._directory)

  def test_every_command_that_writes_is_here(self):
    self.assertEqual({argv[0] for argv in _COMMANDS.values()},
                     {one.name for one in main.COMMANDS} - {*_ONLY_READ})

  @parameterized.named_parameters(*_COMMANDS.items())
  def test_all_is_as_it_was(self, argv):
    if 'model.h5' in argv and not tf.executing_eagerly():
      self.skipTest('Keras files are loaded in eager mode')
    if '--png' in argv:
      try:
        import matplotlib
        del matplotlib
      except ImportError:
        self.skipTest('this Python has no package matplotlib')
    if argv[0] != 'sensitivity' and any('taken' in one for one in argv):
      argv = (*argv, '--force')
    before = commands.content(self._directory)
    interrupt = mock.Mock(side_effect=KeyboardInterrupt)
    with contextlib.ExitStack() as stack:
      stack.enter_context(commands.in_one_process())
      stack.enter_context(mock.patch.object(
          tempfile, 'tempdir', os.path.join(self._directory, 'temporary')))
      # The result is whole beside its place, or in a temporary folder.
      stack.enter_context(mock.patch.multiple(
          os, replace=interrupt, rename=interrupt))
      status, out, err = commands.run(*argv)
    self.assertEqual((status, out), (1, ''), err)
    self.assertEqual(err, 'model-pruning: stopped; no file is half-written\n')
    interrupt.assert_called_once()
    after = commands.content(self._directory)
    # TensorFlow removes those that it compiles when the process ends.
    self.assertEqual({path for path in after if '__autograph_' not in path},
                     set(before))
    for path, content in before.items():
      self.assertTrue(after[path] == content, path)


if __name__ == '__main__':
  absltest.main()
