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
import struct
import subprocess
import tempfile
import zipfile

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from tests.support.files import commands
from tests.support.files import stored_models

v1 = tf.compat.v1
_SPEC = 'target_sparsity=0.75'
_NOBODY = 65534


def _write(path, content):
  with open(path, 'wb') as file:
    file.write(content)
  return path


def _zip(path, members):
  with zipfile.ZipFile(path, 'w') as archive:
    for member in members:
      archive.writestr(member, 'a')
  return path


def _graph(path, nodes, functions=()):
  graph_def = v1.GraphDef()
  for name, op, inputs in nodes:
    graph_def.node.add(name=name, op=op, input=inputs)
  for name, op in functions:
    function = graph_def.library.function.add()
    function.signature.name = name
    function.node_def.add(name='inner', op=op)
  return _write(path, graph_def.SerializeToString())


def _checkpoint(path):
  return stored_models.write_checkpoint(path)[0]


def _shard(prefix):
  return prefix + '.data-00000-of-00001'


def _without_a_shard(path):
  os.remove(_shard(_checkpoint(path)))
  return path


def _truncated_checkpoint(path):
  os.truncate(_shard(_checkpoint(path)), 100)
  return path


def _swapped_shards(path):
  prefix = _checkpoint(path)
  with tf.Graph().as_default(), v1.Session() as session:
    v1.get_variable('other', [300, 40])
    session.run(v1.global_variables_initializer())
    other = v1.train.Saver().save(session, path + '_other')
  shutil.copyfile(_shard(other), _shard(prefix))
  return prefix


def _truncated_index(path):
  prefix = _checkpoint(path)
  os.truncate(prefix + '.index', os.path.getsize(prefix + '.index') // 2)
  return prefix


def _latest_that_is_gone(path):
  os.mkdir(path)
  _write(os.path.join(path, 'checkpoint'),
         b'model_checkpoint_path: "model-9"\n')
  return path


def _several_checkpoints(path):
  os.mkdir(path)
  for name in ('a.index', 'b.index'):
    _write(os.path.join(path, name), b'')
  return path


def _saved_model(path):
  stored_models.write_saved_model(path)
  return path


def _truncated_saved_model(path):
  message = os.path.join(_saved_model(path), 'saved_model.pb')
  os.truncate(message, os.path.getsize(message) // 2)
  return path


def _without_variables(path):
  shutil.rmtree(os.path.join(_saved_model(path), 'variables'))
  return path


def _with_a_truncated_variable(path):
  os.truncate(os.path.join(
      _saved_model(path), 'variables', 'variables.data-00000-of-00001'), 9)
  return path


def _packed(path):
  status, _, err = commands.run('pack', _checkpoint(path + '_source'), path)
  assert status == 0, err
  return path


def _truncated_pack(path):
  os.truncate(_packed(path), os.path.getsize(path) - 100)
  return path


def _altered_pack(path):
  with open(_packed(path), 'r+b') as file:
    file.seek(-20, os.SEEK_END)
    file.write(b'\xff' * 10)
  return path


def _truncated_hdf5(path):
  import h5py
  with h5py.File(path, 'w') as file:
    file['kernel'] = np.ones([100, 100])
  os.truncate(path, os.path.getsize(path) // 2)
  return path


def _circle_of_links(path):
  os.symlink(path + '_b', path)
  os.symlink(path, path + '_b')
  return path


def _directory(path):
  os.mkdir(path)
  return path


def _pipe(path):
  os.mkfifo(path)
  return path


def _array(path):
  np.savez(path + '.npz', a=np.ones(3))
  return path + '.npz'


# What is wrong, and how it is made at a path.
_MODELS = {
    'missing': lambda path: path,
    'empty': lambda path: _write(path, b''),
    'noise': lambda path: _write(path, b'\xff' * 1000),
    'text_with_the_suffix_of_keras':
        lambda path: _write(path + '.keras', b'hello'),
    'image': lambda path: _write(
        path + '.png', b'\x89PNG\r\n\x1a\n' + b'a' * 9),
    'start_of_hdf5':
        lambda path: _write(path + '.h5', b'\x89HDF\r\n\x1a\n' + b'a' * 99),
    'truncated_hdf5': _truncated_hdf5,
    'start_of_tflite': lambda path: _write(
        path + '.tflite', b'\x1c\0\0\0TFL3' + b'a' * 99),
    'zip_of_other_things': lambda path: _zip(path, ['a.txt']),
    'zip_without_weights': lambda path: _zip(path, ['config.json']),
    'zip_that_leads_outside': lambda path: _zip(
        path, ['config.json', 'model.weights.h5', '../../outside']),
    'zip_with_text_for_weights': lambda path: _zip(
        path, ['config.json', 'metadata.json', 'model.weights.h5']),
    'truncated_zip': lambda path: _write(path, b'PK\x03\x04' + b'a' * 50),
    'arrays_of_numpy': _array,
    'header_of_a_pack': lambda path: _write(
        path, struct.pack('<Q', 20) + b'{"a": 1}' + b' ' * 30),
    'header_longer_than_a_pack': lambda path: _write(
        path, struct.pack('<Q', 10**7) + b'{"a": 1}'),
    'truncated_pack': _truncated_pack,
    'altered_pack': _altered_pack,
    'bytes_of_no_graph': lambda path: _write(path, b'\x0a\xff\xff'),
    'text_of_no_graph': lambda path: _write(path, b'node { name: '),
    'graph_in_a_circle': lambda path: _graph(
        path, [('a', 'Identity', ['b']), ('b', 'Identity', ['a'])]),
    'graph_with_an_input_that_is_not_there': lambda path: _graph(
        path, [('a', 'Identity', ['gone'])]),
    'function_that_calls_itself': lambda path: _graph(
        path, [('a', 'f', [])], [('f', 'f')]),
    'no_index': lambda path: _write(path + '.index', b'no index at all' * 9),
    'truncated_index': _truncated_index,
    'shard_alone': lambda path: _write(_shard(path), b'abc'),
    'graph_alone': lambda path: _write(path + '.meta', b'abc'),
    'checkpoint_without_a_shard': _without_a_shard,
    'truncated_checkpoint': _truncated_checkpoint,
    'shard_of_another_checkpoint': _swapped_shards,
    'latest_checkpoint_that_is_gone': _latest_that_is_gone,
    'several_checkpoints': _several_checkpoints,
    'empty_directory': _directory,
    'truncated_saved_model': _truncated_saved_model,
    'saved_model_without_variables': _without_variables,
    'saved_model_with_a_truncated_variable': _with_a_truncated_variable,
    'circle_of_links': _circle_of_links,
    'pipe': _pipe,
}
# As ranges of bytes are read one by one, these are found out in the end.
_SEEN_WHEN_READ = (
    'truncated_pack', 'altered_pack', 'shard_of_another_checkpoint')


class _BrokenTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._directory = tempfile.mkdtemp(dir=self.create_tempdir().full_path)
    self._taken = _write(os.path.join(self._directory, 'taken'), b'mine')

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

  def test_there_are_kinds_enough(self):
    self.assertGreaterEqual(len(_MODELS), 25)

  @parameterized.named_parameters(
      *((name, make) for name, make in _MODELS.items()))
  def test_every_command_refuses(self, make):
    path = make(os.path.join(self._directory, 'model'))
    arrays = os.path.join(self._directory, 'arrays.npz')
    np.savez(arrays, x=np.ones([2, 3]), y=np.ones(2))
    other = _checkpoint(os.path.join(self._directory, 'other'))
    for argv in (
        ('report', path), ('report', path, '--html', self._taken, '--force'),
        ('plan', path, '--spec', _SPEC),
        ('prune', path, self._taken, '--spec', _SPEC, '--force'),
        ('pack', path, self._taken, '--force'), ('compare', path, other),
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
      self._assert_refused(argv, os.path.basename(self._directory))

  def test_a_file_that_may_not_be_read(self):
    path = _packed(os.path.join(self._directory, 'model'))
    os.chmod(path, 0)
    with contextlib.ExitStack() as stack:
      if os.geteuid() == 0:
        folder = path
        while os.path.dirname(folder) != folder:
          folder = os.path.dirname(folder)
          mode = os.stat(folder).st_mode
          if mode & 0o011 != 0o011:
            os.chmod(folder, mode | 0o011)
            stack.callback(os.chmod, folder, mode)
        os.seteuid(_NOBODY)
        stack.callback(os.seteuid, 0)
      for argv in (('report', path), ('unpack', path, self._taken)):
        status, out, err = commands.run(*argv, *['--force'][:len(argv) - 2])
        self.assertEqual((status, out), (1, ''))
        self.assertLen(err.splitlines(), 1)
        self.assertIn('ermission denied', err)
    self.assertEqual(commands.content(self._directory)[self._taken], b'mine')


class BrokenArgumentTest(_BrokenTest):

  def setUp(self):
    super().setUp()
    self._model = _checkpoint(os.path.join(self._directory, 'source'))

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
    folder = _directory(os.path.join(self._directory, 'folder'))
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
        _write(self._taken + '_ckpt.index', b'mine')
      if argv[0] == 'unpack':
        argv = ('unpack', _packed(self._taken + '_pack'), self._taken)
      self._assert_refused(argv, 'exists and is not overwritten')
    self.assertEqual(
        commands.run('pack', self._model, self._taken, '--force')[0], 0)
    self.assertNotEqual(commands.content(self._directory)[self._taken], b'mine')

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
    checkpoint = _checkpoint(source)
    packed = _packed(os.path.join(self._directory, 'packed'))
    saved_model = _saved_model(os.path.join(self._directory, 'saved_model'))
    frozen, _ = stored_models.graph_with_a_loop()
    node = frozen.node.add(name='large', op='Const')
    node.attr['value'].tensor.CopyFrom(
        tf.make_tensor_proto(np.ones([100, 100], np.float32)
                             * np.arange(100)))
    node.attr['dtype'].type = tf.float32.as_datatype_enum
    frozen_path = _write(os.path.join(self._directory, 'frozen.pb'),
                         frozen.SerializeToString())
    disk = _directory(os.path.join(self._directory, 'disk'))
    with _full_disk(disk) as is_disk:
      taken = _write(os.path.join(disk, 'taken'), b'mine')
      if is_disk:
        _write(os.path.join(disk, 'filler'), b'a' * 4096)
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
