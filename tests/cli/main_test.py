# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The command `model-pruning`, run in this process as its program runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.cli import main
from tests.support.files import commands
from tests.support.files import stored_models

_ROOT = os.path.dirname(os.path.dirname(model_pruning.__file__))
_SPEC = 'target_sparsity=0.75'


class CommandsTest(parameterized.TestCase):

  @classmethod
  def setUpClass(cls):
    super().setUpClass()
    cls._source = os.path.join(absltest.get_default_test_tmpdir(), 'cli')
    shutil.rmtree(cls._source, ignore_errors=True)
    os.makedirs(cls._source)
    stored_models.write_checkpoint(os.path.join(cls._source, 'checkpoint'))
    stored_models.write_saved_model(os.path.join(cls._source, 'saved_model'))
    graph_def, _ = stored_models.graph_with_a_loop()
    with open(os.path.join(cls._source, 'frozen.pb'), 'wb') as file:
      file.write(graph_def.SerializeToString())
    if tf.executing_eagerly():
      stored_models.keras_model().save(os.path.join(cls._source, 'model.h5'))

  def setUp(self):
    super().setUp()
    self._directory = self.create_tempdir().full_path

  def _model(self, name):
    path = os.path.join(self._source, name)
    if not os.path.exists(path):
      self.skipTest('Keras files are loaded in eager mode')
    return path

  @parameterized.parameters('checkpoint', 'saved_model', 'frozen.pb',
                            'model.h5')
  def test_every_command_takes_every_kind_of_model(self, name):
    model = self._model(name)
    output = os.path.join(self._directory, name, 'pruned.h5')
    os.makedirs(os.path.dirname(output))
    packed = os.path.join(self._directory, 'packed.safetensors')
    arrays = os.path.join(self._directory, 'arrays.npz')
    before = commands.content(model)
    for argv in (('plan', model, '--spec', _SPEC, '--num_steps', '1000'),
                 ('prune', model, output, '--spec', _SPEC),
                 ('report', output), ('compare', model, output),
                 ('pack', output, packed), ('unpack', packed, arrays),
                 ('report', packed)):
      status, out, err = commands.run(*argv, '--json')
      self.assertEqual(status, 0, err)
      self.assertNotEmpty(json.loads(out))
    values = np.load(arrays)
    kernels = [values[key] for key in values.files if values[key].ndim > 1]
    self.assertTrue(any(np.mean(value == 0) > 0.7 for value in kernels))
    self.assertEqual(commands.content(model), before)

  def test_text_is_for_people(self):
    model = self._model('checkpoint')
    for argv, words in (
        (('plan', model, '--spec', _SPEC), 'dense/kernel'),
        (('report', model, '--verbose'), 'dense/kernel/Adam'),
        (('schedule', '--spec', _SPEC, '--num_steps', '1000'),
         'mask updates')):
      status, out, _ = commands.run(*argv)
      self.assertEqual(status, 0)
      self.assertIn(words, out)

  @parameterized.parameters(
      ('saved_model', 20 * 30), ('model.h5', 6 * 6 * 27 * 8 + 288 * 32 + 320))
  def test_a_report_counts_multiply_adds(self, name, dense):
    pruned = os.path.join(self._directory, 'pruned.h5')
    page = os.path.join(self._directory, 'page.html')
    commands.run('prune', self._model(name), pruned, '--spec', _SPEC)
    status, out, err = commands.run('report', pruned, '--html', page, '--json')
    self.assertEqual(status, 0, err)
    values = json.loads(out)
    self.assertEqual(values['multiply_adds'], dense)
    self.assertAlmostEqual(values['nonzero_multiply_adds'] / dense, 0.25,
                           delta=0.01)
    for weight in values['weights']:
      if len(weight['shape']) > 1:
        share = 1 - weight['zeros'] / np.prod(weight['shape'])
        self.assertAlmostEqual(weight['nonzero_multiply_adds'],
                               weight['multiply_adds'] * share, delta=1)
    with open(page) as file:
      self.assertIn(f'{dense:,} dense', file.read())
    self.assertIn(f'{dense:,} dense', commands.run('report', pruned)[1])

  def test_multiply_adds_that_are_not_known_say_so(self):
    packed = os.path.join(self._directory, 'packed')
    commands.run('pack', self._model('checkpoint'), packed)
    _, out, _ = commands.run('report', packed)
    self.assertIn('Multiply-adds are not known: a packed file does not', out)

  def test_a_packed_file_is_put_into_a_model(self):
    model = self._model('model.h5')
    packed = os.path.join(self._directory, 'packed')
    pruned = os.path.join(self._directory, 'pruned.h5')
    output = os.path.join(self._directory, 'new.h5')
    for argv in (('prune', model, pruned, '--spec', _SPEC),
                 ('pack', pruned, packed),
                 ('unpack', packed, output, '--into', model)):
      status, _, err = commands.run(*argv)
      self.assertEqual(status, 0, err)
    for value, expected in zip(
        tf.keras.models.load_model(output, compile=False).get_weights(),
        tf.keras.models.load_model(pruned, compile=False).get_weights()):
      np.testing.assert_array_equal(value, expected)

  def test_the_outputs_of_keras_files_are_compared(self):
    model = self._model('model.h5')
    _, out, err = commands.run('compare', model, model)
    self.assertIn('differ by at most 0,', out, err)

  def test_a_checkpoint_is_stripped_to_a_frozen_graph(self):
    output = os.path.join(self._directory, 'stripped.pb')
    status, _, err = commands.run(
        'strip', self._model('checkpoint'), output, '--to', 'graph_def',
        '--outputs', 'dense/kernel/read')
    if 'dense/kernel/read' in err:  # It is called so where it is a reference.
      status, _, err = commands.run(
          'strip', self._model('checkpoint'), output, '--to', 'graph_def',
          '--outputs', 'add_1')
    self.assertEqual(status, 0, err)
    self.assertGreater(os.path.getsize(output), 1000)

  def test_a_model_is_shrunk_by_its_pruned_channels(self):
    if not tf.executing_eagerly() or not hasattr(
        tf.keras.layers, 'MultiHeadAttention'):
      self.skipTest('the calls of this Keras do not tell their arguments')
    model = self._model('model.h5')
    pruned = os.path.join(self._directory, 'channels.h5')
    small = os.path.join(self._directory, 'small.h5')
    status, out, err = commands.run('shrink', model, small)
    self.assertEqual(status, 0, err)
    self.assertIn('No channel was without effect', out)
    for argv in (('prune', model, pruned, '--spec',
                  'structure=channels,target_sparsity=0.5'),
                 ('shrink', pruned, small, '--force')):
      status, out, err = commands.run(*argv)
      self.assertEqual(status, 0, err)
    self.assertLess(os.path.getsize(small), 0.7 * os.path.getsize(model))
    _, out, err = commands.run('compare', pruned, small)
    self.assertIn('the largest output is the same one in 100%', out, err)
    status, _, err = commands.run(
        'shrink', self._model('checkpoint'), small, '--force')
    self.assertEqual(status, 1)
    self.assertIn('is neither a Keras model nor a frozen graph', err)

  def _compiled_model(self):
    self._model('model.h5')
    model = stored_models.keras_model()
    model.compile('sgd', 'mse')
    path = os.path.join(self._directory, 'compiled.h5')
    model.save(path)
    data = os.path.join(self._directory, 'data.npz')
    np.savez(data, x=np.random.RandomState(0).rand(8, 8, 8, 3),
             y=np.zeros((8, 10)))
    return path, data

  def test_a_sweep_suggests_a_spec_that_prunes_as_asked(self):
    model, data = self._compiled_model()
    points = os.path.join(self._directory, 'points.csv')
    argv = (model, '--data', data, '--sparsities', '0.5,0.9', '--csv', points,
            '--sparsity', '0.75')
    status, out, err = commands.run('sensitivity', *argv, '--json')
    self.assertEqual(status, 0, err)
    spec = json.loads(out)['suggested']['spec']
    pruned = os.path.join(self._directory, 'pruned.h5')
    status, _, err = commands.run('prune', model, pruned, '--spec', spec)
    self.assertEqual(status, 0, err)
    _, out, _ = commands.run('report', pruned, '--json')
    self.assertAlmostEqual(json.loads(out)['sparsity'], 0.75, delta=1e-3)
    before = commands.content(points)
    status, out, err = commands.run('sensitivity', *argv)
    self.assertEqual(status, 0, err)
    self.assertIn(spec, out)
    self.assertEqual(commands.content(points), before)

  @parameterized.parameters(
      (['y'], 'arrays x and y'), (['x', 'y', 'z'], 'arrays x and y'))
  def test_data_without_inputs_and_targets_are_refused(self, names, words):
    model, data = self._compiled_model()
    np.savez(data, **{name: np.zeros(3) for name in names})
    status, _, err = commands.run('sensitivity', model, '--data', data)
    self.assertEqual(status, 1)
    self.assertIn(words, err)

  def test_a_model_that_is_not_compiled_has_no_sensitivity(self):
    _, data = self._compiled_model()
    status, _, err = commands.run(
        'sensitivity', self._model('model.h5'), '--data', data)
    self.assertEqual(status, 1)
    self.assertIn('compile it with a loss', err)

  def test_help_is_answered_without_tensorflow(self):
    result = commands.run_program(
        'import sys; sys.modules["tensorflow"] = None\n'
        'from model_pruning._src.cli import main\n'
        'main.main(["report", "--help"])')
    self.assertIn('usage: model-pruning report', result.stdout, result.stderr)

  @parameterized.parameters(
      ((),), (('nothing',),), (('plan', 'model'),),
      (('pack', 'model', 'packed', '--dtype', 'int4'),))
  def test_a_wrong_command_line_exits_with_2(self, argv):
    status, _, err = commands.run(*argv)
    self.assertEqual(status, 2)
    self.assertIn('usage', err)

  def test_the_module_is_the_command(self):
    result = subprocess.run(
        [sys.executable, '-m', 'model_pruning', '--help'], cwd=_ROOT,
        stdout=subprocess.PIPE, universal_newlines=True, check=False)
    self.assertEqual(result.returncode, 0)
    for command in main.COMMANDS:
      self.assertIn(command.name, result.stdout)


if __name__ == '__main__':
  absltest.main()
