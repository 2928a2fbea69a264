# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Graphs in files are exported as what computes the same."""

from __future__ import annotations

import contextlib
import json
import os

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.export import run_tflite
from model_pruning._src.export import saved_model
from tests.support.files import commands
from tests.support.files import stored_models

v1 = tf.compat.v1


def _write_training(directory):
  """A checkpoint of a training with a mask, its graph, and what it computes."""
  with tf.Graph().as_default(), v1.Session() as session:
    images = v1.placeholder(tf.float32, [None, 20], name='images')
    kernel = v1.get_variable('dense/kernel', [20, 30])
    mask = v1.get_variable('dense/mask', [20, 30], trainable=False,
                           initializer=v1.zeros_initializer())
    outputs = tf.nn.relu(tf.matmul(images, kernel * mask), name='logits')
    v1.train.AdamOptimizer().minimize(tf.reduce_mean(outputs**2))
    session.run(v1.global_variables_initializer())
    value = (np.arange(600).reshape(20, 30) % 4 == 0).astype(np.float32)
    mask.load(value, session)
    path = v1.train.Saver().save(session, os.path.join(directory, 'model'))
    inputs = np.random.RandomState(0).randn(4, 20).astype(np.float32)
    return path, inputs, session.run(outputs, {images: inputs})


def _write_frozen(directory):
  """A GraphDef with two inputs, their file, and what it computes."""
  path = os.path.join(directory, 'frozen.pb')
  random = np.random.RandomState(0)
  with tf.Graph().as_default() as graph, v1.Session() as session:
    a = v1.placeholder(tf.float32, [None, 8], name='a')
    b = v1.placeholder(tf.float32, [None, None, 8], name='b')
    kernel = tf.constant(random.randn(8, 6).astype(np.float32))
    tf.add(tf.matmul(a, kernel), tf.reduce_sum(b, 1)[:, :6], name='logits')
    with open(path, 'wb') as file:
      file.write(graph.as_graph_def().SerializeToString())
    inputs = [random.randn(3, 8).astype(np.float32),
              random.randn(3, 16, 8).astype(np.float32)]
    return path, inputs, session.run('logits:0', {'a:0': inputs[0],
                                                  'b:0': inputs[1]})


class GraphSourceTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._directory = self.create_tempdir().full_path
    self._file = os.path.join(self._directory, 'new', 'model.tflite')
    os.mkdir(os.path.dirname(self._file))
    if tf.executing_eagerly():  # TensorFlow 1 converts in a process anyway.
      stack = contextlib.ExitStack()
      self.addCleanup(stack.close)
      stack.enter_context(commands.in_one_process())

  def _assert_computes(self, inputs, expected):
    [found] = run_tflite.run(
        run_tflite.interpreter_of(self._file, run_tflite.WITH_DELEGATE),
        inputs, [['a'], ['b']][:len(inputs) if len(inputs) > 1 else 0])
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)

  def test_a_checkpoint_with_its_graph_is_exported_without_masks(self):
    path, inputs, expected = _write_training(self._directory)
    status, _, err = commands.run('export', path, self._file)
    self.assertEqual(status, 1)
    self.assertIn('--outputs NODES', err)
    status, out, err = commands.run(
        'export', path, self._file, '--outputs', 'logits', '--quantizations',
        'float32', '--json')
    self.assertEqual(status, 0, err)
    chosen = json.loads(out)['variants'][0]
    self.assertEqual(chosen['problem'], '')
    self._assert_computes([inputs], expected)

  def test_a_graph_def_with_two_inputs_is_exported(self):
    path, inputs, expected = _write_frozen(self._directory)
    status, _, err = commands.run('export', path, self._file, '--quantizations',
                          'float32')
    self.assertEqual(status, 0, err)
    self._assert_computes(inputs, expected)

  def test_a_saved_model_with_two_signatures_is_exported(self):
    source = os.path.join(self._directory, 'source')
    kernel = stored_models.write_saved_model(source)
    status, _, err = commands.run(
        'export', source, self._file, '--quantizations', 'float32')
    self.assertEqual(status, 0, err)
    inputs = np.random.RandomState(0).randn(3, 20).astype(np.float32)
    self._assert_computes([inputs], inputs.dot(kernel))

  def test_a_saved_model_of_keras_is_exported(self):
    if not tf.executing_eagerly():
      self.skipTest('Keras models are saved in eager mode')
    model = stored_models.keras_model()
    source = os.path.join(self._directory, 'source')
    if hasattr(model, 'export'):
      model.export(source)
    else:
      tf.saved_model.save(model, source)
    status, _, err = commands.run(
        'export', source, self._file, '--quantizations', 'float32')
    self.assertEqual(status, 0, err)
    inputs = np.random.RandomState(0).randn(3, 8, 8, 3).astype(np.float32)
    self._assert_computes([inputs], model(inputs).numpy())

  def test_a_graph_becomes_a_saved_model_for_batches_of_any_size(self):
    path, inputs, expected = _write_training(self._directory)
    output = os.path.join(self._directory, 'saved_model')
    status, out, err = commands.run(
        'export', path, output, '--to', 'savedmodel', '--outputs', 'logits')
    self.assertEqual(status, 0, err)
    self.assertIn('right, written', out)
    np.testing.assert_allclose(
        saved_model.run(output, [inputs])[0], expected, rtol=1e-5, atol=1e-6)
    status, _, err = commands.run('export', path, output, '--to', 'savedmodel',
                          '--outputs', 'logits')
    self.assertEqual(status, 1)
    self.assertIn('exists and is not overwritten', err)

  def test_a_keras_file_becomes_a_saved_model(self):
    if not tf.executing_eagerly():
      self.skipTest('Keras files are loaded in eager mode')
    model = stored_models.keras_model()
    path = os.path.join(self._directory, 'model.h5')
    model.save(path)
    output = os.path.join(self._directory, 'saved_model')
    status, _, err = commands.run('export', path, output, '--to', 'savedmodel')
    self.assertEqual(status, 0, err)
    inputs = np.random.RandomState(0).randn(3, 8, 8, 3).astype(np.float32)
    np.testing.assert_allclose(saved_model.run(output, [inputs])[0],
                               model(inputs).numpy(), rtol=1e-4, atol=1e-4)

  @parameterized.parameters('packed', 'only_arrays')
  def test_what_has_no_graph_is_not_exported(self, name):
    prefix, _ = stored_models.write_checkpoint(
        os.path.join(self._directory, 'source'), with_graph=False)
    path = prefix
    if name == 'packed':
      path = os.path.join(self._directory, 'packed')
      self.assertEqual(commands.run('pack', prefix, path)[0], 0)
    status, _, err = commands.run('export', path, self._file)
    self.assertEqual(status, 1)
    self.assertLen(err.splitlines(), 1)
    self.assertFalse(os.path.exists(self._file))

  def test_outputs_that_are_not_there_are_refused(self):
    path, _, _ = _write_frozen(self._directory)
    status, _, err = commands.run(
        'export', path, self._file, '--outputs', 'nothing')
    self.assertEqual(status, 1)
    self.assertIn('nothing', err)
    self.assertFalse(os.path.exists(self._file))


if __name__ == '__main__':
  absltest.main()
