# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Exported TensorFlow Lite files compute what the model does."""

from __future__ import annotations

import os
import pathlib

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.export import latency
from model_pruning._src.export import run_tflite
from model_pruning._src.export import tflite
from model_pruning._src.export import variants
from tests.support.files import commands

keras = tf.keras
export_tflite = model_pruning.keras.export_tflite


def _model():
  """Two dense layers; 80 % of the first is zero, in blocks."""
  keras.backend.clear_session()
  model = keras.Sequential([
      keras.layers.Dense(64, activation='relu', input_shape=(128,), name='a'),
      keras.layers.Dense(4, name='b')])
  random = np.random.RandomState(0)
  model.set_weights([random.randn(*weight.shape).astype(weight.dtype)
                     for weight in model.get_weights()])
  model_pruning.keras.prune_now(
      model, 'target_sparsity=0.8,block_dims_map=[.*a/kernel:4x1]')
  return model


class ExportTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if not tf.executing_eagerly() or not hasattr(
        tf.lite.Optimize, 'EXPERIMENTAL_SPARSITY'):
      self.skipTest('this TensorFlow Lite has no sparse encoding')
    self._path = os.path.join(self.create_tempdir().full_path, 'model.tflite')

  def test_the_smallest_right_variant_is_written(self):
    model = _model()
    report = export_tflite(model, self._path, quantizations=['float32'])
    self.assertEqual([one.problem for one in report.variants], ['', ''])
    self.assertEqual(report.chosen, 'float32 sparse')
    self.assertLess(os.path.getsize(self._path),
                    0.5 * report.variant('float32').num_bytes)
    inputs = np.random.RandomState(1).randn(3, 128).astype(np.float32)
    outputs = run_tflite.run(run_tflite.interpreter_of(
        self._path, run_tflite.WITH_DELEGATE), [inputs])
    np.testing.assert_allclose(
        outputs[0], model(inputs).numpy(), rtol=1e-4, atol=1e-4)

  def test_what_is_wrong_is_never_written(self):
    # Which of these are wrong depends on the version; none may be chosen.
    report = export_tflite(_model(), self._path, quantizations=['float16'])
    chosen = report.variant(report.chosen)
    self.assertTrue(chosen.is_right)
    self.assertLess(chosen.error, variants.TOLERANCES['float16'])
    for one in report.variants:
      if not one.is_right:
        self.assertRegex(one.problem, 'not finite|wrong|fails|not converted')

  def test_int8_needs_representative_data(self):
    data = np.random.RandomState(2).randn(40, 128).astype(np.float32)
    with commands.in_one_process():
      report = export_tflite(_model(), self._path, quantizations=['int8'],
                             representative_data=data)
    self.assertIn('int8', report.chosen)
    with self.assertRaisesRegex(ValueError, 'needs representative data'):
      export_tflite(_model(), self._path, quantizations=['int8'],
                    overwrite=True)

  def test_a_file_of_another_model_is_rejected(self):
    model = _model()
    directory = self.create_tempdir().full_path
    file = os.path.join(directory, 'planted.tflite')
    model.layers[1].set_weights([
        1.01 * weight for weight in model.layers[1].get_weights()])
    with commands.in_one_process():
      export_tflite(model, file, quantizations=['float32'])
    inputs = os.path.join(directory, 'inputs.npz')
    values = np.random.RandomState(1).randn(3, 128).astype(np.float32)
    np.savez(inputs, **{'0': values})
    expected = [_model()(values).numpy()]
    damaged = file + '.damaged'
    pathlib.Path(damaged).write_bytes(pathlib.Path(file).read_bytes()[:500])
    found = tflite.verify(
        [tflite.Checked('damaged', damaged, 1e-4),
         tflite.Checked('planted', file, 1e-4)], inputs, expected)
    self.assertIn('it fails', found[0].problem)
    self.assertIn('outputs are wrong', found[1].problem)

  def test_what_is_there_is_not_overwritten(self):
    pathlib.Path(self._path).write_bytes(b'mine')
    with self.assertRaisesRegex(ValueError, 'exists and is not overwritten'):
      export_tflite(_model(), self._path)
    self.assertEqual(pathlib.Path(self._path).read_bytes(), b'mine')

  def test_latency_is_measured_of_what_computes_the_same(self):
    with commands.in_one_process():
      export_tflite(_model(), self._path, quantizations=['float32'])
    report = latency.latency([self._path, self._path], rounds=3)
    self.assertEqual({one.threads for one in report.models},
                     {1, os.cpu_count()})
    for one in report.models:
      self.assertEqual(one.error, 0)
      self.assertGreater(one.median, 0)
    self.assertIn('speed', str(report))

  def test_forms_of_one_model_must_agree_where_that_is_asked(self):
    other = self._path + '.other'
    model = _model()
    with commands.in_one_process():
      export_tflite(model, self._path, quantizations=['float32'])
      model.set_weights([2 * weight for weight in model.get_weights()])
      export_tflite(model, other, quantizations=['float32'])
      with self.assertRaisesRegex(ValueError, 'computes something else'):
        latency.latency([self._path, other], rounds=3, must_agree=True)


class VariantsTest(absltest.TestCase):

  def test_an_unknown_quantization_is_refused(self):
    with self.assertRaisesRegex(ValueError, "'int4' is not known"):
      variants.variants(['int4'], False)


if __name__ == '__main__':
  absltest.main()
