# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Whatever is wrong is one line and a status that is not 0.

Nothing is written then, and a result of an earlier call is as it was, although
the commands may replace it.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from tests.support.files import broken_models
from tests.support.files import commands
from tests.support.files import stored_models

v1 = tf.compat.v1
_SPEC = 'target_sparsity=0.75'
# As ranges of bytes are read one by one, these are found out in the end.
_SEEN_WHEN_READ = (
    'truncated_pack', 'altered_pack', 'shard_of_another_checkpoint')
# A process of its own reads such a file, and that takes seconds to start. All
# commands that read one have the same reader: these stand for them.
_READ_BY_A_PROCESS = 'start_of_tflite'
_ITS_COMMANDS = ('report', 'pack', 'export', 'latency')


class _BrokenTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._directory = tempfile.mkdtemp(dir=self.create_tempdir().full_path)
    self._taken = broken_models.write(
        os.path.join(self._directory, 'taken'), b'mine')

  def _assert_refused(self, argv, words):
    before = commands.content(self._directory)
    status, out, err = commands.run(*argv)
    self.assertIn(status, (1, 2), (argv, out))
    self.assertEqual(out, '', argv)
    self.assertLen(err.splitlines(), 1, (argv, err))
    self.assertIn(words, err)
    self.assertNotIn('Traceback', err)
    self.assertEqual(commands.content(self._directory), before, argv)


class BrokenModelTest(_BrokenTest):

  @parameterized.named_parameters(
      *((name, make) for name, make in broken_models.MODELS.items()))
  def test_every_command_refuses(self, make):
    path = make(os.path.join(self._directory, 'model'))
    arrays = os.path.join(self._directory, 'arrays.npz')
    np.savez(arrays, x=np.ones([2, 3]), y=np.ones(2))
    other = broken_models.checkpoint(os.path.join(self._directory, 'other'))
    for argv in (
        ('report', path), ('report', path, '--html', self._taken, '--force'),
        ('plan', path, '--spec', _SPEC),
        ('prune', path, self._taken, '--spec', _SPEC, '--force'),
        ('pack', path, self._taken, '--force'),
        ('shrink', path, self._taken, '--force'), ('compare', path, other),
        ('compare', other, path),
        ('strip', path, self._taken, '--force', '--to', 'graph_def',
         '--outputs', 'dense/kernel'),
        ('export', path, self._taken, '--force'),
        ('export', path, self._taken, '--force', '--to', 'savedmodel'),
        ('sensitivity', path, '--data', arrays),
        ('unpack', path, self._taken, '--force'),
        ('latency', path, path)):
      # What a plan goes by is in a file whose last bytes are wrong.
      if argv[0] == 'plan' and self._testMethodName.endswith(_SEEN_WHEN_READ):
        continue
      if argv[0] not in _ITS_COMMANDS and self._testMethodName.endswith(
          _READ_BY_A_PROCESS):
        continue
      self._assert_refused(argv, os.path.basename(self._directory))

  def test_a_file_that_may_not_be_read(self):
    path = broken_models.packed(os.path.join(self._directory, 'model'))
    os.chmod(path, 0)
    drop = []
    if os.geteuid() == 0:  # Who may read whatever there is.
      drop = ['setpriv', '--bounding-set=-all']
      if not shutil.which(drop[0]):
        self.skipTest('root may read all files, and there is no setpriv')
    for argv in (('report', path), ('unpack', path, self._taken, '--force')):
      ran = subprocess.run(
          [*drop, sys.executable, '-m', 'model_pruning', *argv],
          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
          universal_newlines=True,
          env=dict(os.environ, PYTHONPATH=commands.ROOT))
      self.assertEqual((ran.returncode, ran.stdout), (1, ''))
      self.assertLen(ran.stderr.splitlines(), 1, ran.stderr)
      self.assertIn('ermission denied', ran.stderr)
    with open(self._taken, 'rb') as file:
      self.assertEqual(file.read(), b'mine')


class BrokenArgumentTest(_BrokenTest):

  def setUp(self):
    super().setUp()
    self._model = broken_models.checkpoint(
        os.path.join(self._directory, 'source'))

  @parameterized.parameters(
      ('target_sparsity=2', 'target_sparsity'), ('sparsity', 'sparsity'),
      ('no_such_field=1', 'no_such_field'),
      ('weight_sparsity_map=[nothing:0.5]', 'nothing'),
      ('block_dims_map=[(:4x1]', '('))
  def test_a_wrong_spec(self, spec, words):
    for argv in (('plan', self._model, '--spec', spec),
                 ('prune', self._model, self._taken, '--force', '--spec',
                  spec)):
      if argv[0] == 'plan' and words == 'nothing':
        continue  # It is what a plan is asked for.
      self._assert_refused(argv, words)

  def test_data_that_are_none(self):
    if not tf.executing_eagerly():
      self.skipTest('Keras files are loaded in eager mode')
    model = stored_models.keras_model()
    model.compile('sgd', 'mse')
    path = os.path.join(self._directory, 'model.h5')
    model.save(path)
    objects = os.path.join(self._directory, 'objects.npy')
    np.save(objects, np.array([{}], object), allow_pickle=True)
    short = os.path.join(self._directory, 'short.npz')
    np.savez(short, x=np.ones([4, 8, 8, 3]), y=np.ones([3, 10]))
    cut = os.path.join(self._directory, 'cut.npz')
    np.savez(cut, x=np.ones([4, 8, 8, 3]), y=np.ones([4, 10]))
    os.truncate(cut, os.path.getsize(cut) // 2)
    for data in (objects, short, cut, path, self._directory,
                 os.path.join(self._directory, 'gone.npz')):
      self._assert_refused(('sensitivity', path, '--data', data),
                           os.path.basename(data))
      if data != short:
        self._assert_refused(('compare', path, path, '--inputs', data),
                             os.path.basename(data))
        self._assert_refused(
            ('export', path, self._taken, '--force', '--inputs', data),
            os.path.basename(data))

  def test_results_that_cannot_be_there(self):
    folder = broken_models.directory(os.path.join(self._directory, 'folder'))
    for output in (folder, os.path.join(self._taken, 'below_a_file'),
                   os.path.join(self._directory, 'gone', 'packed')):
      self._assert_refused(('pack', self._model, output, '--force'),
                           os.path.basename(self._directory))
      self._assert_refused(
          ('report', self._model, '--html', output, '--force'),
          os.path.basename(self._directory))

  def test_what_is_there_is_not_overwritten(self):
    for argv in (('pack', self._model, self._taken),
                 ('report', self._model, '--html', self._taken),
                 ('prune', self._model, self._taken + '_ckpt', '--spec', _SPEC),
                 ('unpack', self._model, self._taken)):
      if argv[0] == 'prune':
        broken_models.write(self._taken + '_ckpt.index', b'mine')
      if argv[0] == 'unpack':
        packed = broken_models.packed(self._taken + '_pack')
        argv = ('unpack', packed, self._taken)
      self._assert_refused(argv, 'exists and is not overwritten')
    self.assertEqual(
        commands.run('pack', self._model, self._taken, '--force')[0], 0)
    self.assertNotEqual(commands.content(self._directory)[self._taken], b'mine')

  def test_a_taken_path_is_said_before_anything_is_read(self):
    for name in ('pack', 'unpack'):
      self._assert_refused((name, self._model + '_gone', self._taken),
                           'exists and is not overwritten')

  def test_a_missing_package_is_named_in_one_line(self):
    result = commands.run_program(
        'import sys; sys.modules["zstandard"] = None\n'
        'from model_pruning._src.cli import main\n'
        f'sys.exit(main.main(["pack", {self._model!r}, "packed"]))')
    self.assertEqual(result.returncode, 1)
    self.assertIn('pip install model-pruning[packed]', result.stderr)
    self.assertNotIn('Traceback', result.stderr)


@contextlib.contextmanager
def _full_disk(directory):
  """A small disk of its own, or where that cannot be a limit to files.

  Yields:
    Whether it is a disk.
  """
  mount = shutil.which('mount')
  mounted = mount is not None and os.geteuid() == 0 and subprocess.call(
      [mount, '-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', directory],
      stderr=subprocess.DEVNULL) == 0
  limits = resource.getrlimit(resource.RLIMIT_FSIZE)
  handler = signal.getsignal(signal.SIGXFSZ)
  try:
    if not mounted:
      signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
      resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    yield mounted
  finally:
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    signal.signal(signal.SIGXFSZ, handler)
    if mounted:
      subprocess.check_call(['umount', directory])


class FullDiskTest(_BrokenTest):

  def test_a_result_that_does_not_fit_is_not_there(self):
    source = os.path.join(self._directory, 'source')
    checkpoint = broken_models.checkpoint(source)
    packed = broken_models.packed(os.path.join(self._directory, 'packed'))
    saved_model = broken_models.saved_model(
        os.path.join(self._directory, 'saved_model'))
    frozen, _ = stored_models.graph_with_a_loop()
    node = frozen.node.add(name='large', op='Const')
    node.attr['value'].tensor.CopyFrom(
        tf.make_tensor_proto(np.ones([100, 100], np.float32)
                             * np.arange(100)))
    node.attr['dtype'].type = tf.float32.as_datatype_enum
    frozen_path = broken_models.write(
        os.path.join(self._directory, 'frozen.pb'), frozen.SerializeToString())
    disk = broken_models.directory(os.path.join(self._directory, 'disk'))
    with _full_disk(disk) as is_disk:
      taken = broken_models.write(os.path.join(disk, 'taken'), b'mine')
      if is_disk:
        broken_models.write(os.path.join(disk, 'filler'), b'a' * 4096)
        with contextlib.suppress(OSError):
          with open(os.path.join(disk, 'filler'), 'ab', buffering=0) as file:
            while file.write(b'a' * 512):
              pass
      for argv in (
          ('pack', checkpoint, taken), ('unpack', packed, taken),
          ('report', checkpoint, '--html', taken),
          ('prune', frozen_path, taken, '--spec', _SPEC),
          ('prune', checkpoint, os.path.join(disk, 'new'), '--spec', _SPEC),
          ('prune', saved_model, os.path.join(disk, 'new'), '--spec', _SPEC),
          ('strip', checkpoint, taken, '--to', 'graph_def', '--outputs',
           'dense/kernel'),
          ('export', saved_model, os.path.join(disk, 'new'), '--to',
           'savedmodel')):
        self._assert_refused((*argv, '--force'), 'disk')


if __name__ == '__main__':
  absltest.main()
