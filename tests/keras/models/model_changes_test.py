# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A pruner tells of the variables that its model has now."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning

keras = tf.keras
_SPEC = 'target_sparsity=0.75,sparsity_function_end_step=0'
_FEATURES = np.random.RandomState(0).randn(16, 8).astype(np.float32)


def _model():
  model = keras.Sequential([
      keras.layers.InputLayer((8,)), keras.layers.Dense(8, name='first'),
      keras.layers.Dense(4, name='second')])
  model.compile('sgd', 'mse')
  return model


def _fit(model):
  model.compile('sgd', 'mse')
  model.fit(_FEATURES, _FEATURES[:, :4], batch_size=8, verbose=0)


class ModelChangesTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if not tf.executing_eagerly():
      self.skipTest('Keras builds the graph of a model once')
    keras.backend.clear_session()

  def _need(self, method):
    if not hasattr(keras.layers.Dense, method):
      self.skipTest(f'this Keras has no {method}')

  def test_a_layer_that_was_replaced_is_gone(self):
    model = _model()
    pruner = model_pruning.keras.prune(model, _SPEC)
    _fit(model)
    model.pop()
    model.add(keras.layers.Dense(4, name='third'))
    self.assertEqual(list(pruner.sparsity.values()), [0.75])
    self.assertLen(pruner.masks, 1)
    self.assertIn('first/kernel', list(pruner.sparsity)[0])
    report = pruner.report
    self.assertLen(report.pruned, 1)
    self.assertRegex(' '.join(report.warnings),
                     'no longer.*second/kernel.*came into.*third/kernel')
    with self.assertLogs('absl', 'WARNING') as logs:
      _fit(model)
    self.assertRegex(' '.join(logs.output), 'second/kernel.*third/kernel')
    with self.no_second_warning():
      pruner.strip()

  def no_second_warning(self):
    if not hasattr(self, 'assertNoLogs'):
      self.skipTest('this Python cannot tell that nothing is logged')
    return self.assertNoLogs('absl', 'WARNING')

  def test_adapters_after_prune_make_files_dense_and_that_is_said(self):
    self._need('enable_lora')
    model = _model()
    pruner = model_pruning.keras.prune(model, _SPEC)
    _fit(model)
    model.get_layer('second').enable_lora(2)
    with self.assertLogs('absl', 'WARNING') as logs:
      _fit(model)
    self.assertRegex(' '.join(logs.output), 'enable_lora.*second/kernel')
    self.assertEqual(list(pruner.sparsity.values()), [0.75, 0.0])
    path = self.create_tempdir().full_path + '/model.keras'
    model.save(path)
    loaded = keras.models.load_model(path)
    self.assertEqual(
        [float((loaded.get_layer(name).get_weights()[0] == 0).mean())
         for name in ('first', 'second')], list(pruner.sparsity.values()))
    self.assertIn('enable_lora', ' '.join(pruner.report.warnings))

  def test_adapters_are_not_pruned_unless_named(self):
    self._need('enable_lora')
    model = _model()
    model.get_layer('second').enable_lora(2)
    report = model_pruning.keras.prune(model, _SPEC).report
    self.assertLen(report.pruned, 1)
    kinds = {weight.name.rpartition('second/')[2]: weight
             for weight in report.skipped if 'second/' in weight.name}
    for name in 'lora_kernel_a', 'lora_kernel_b':
      self.assertIs(kinds[name].kind, model_pruning.SkipKind.ADAPTER)
    self.assertIn('enable_lora', kinds['kernel'].reason)
    self.assertNotIn('NOT PRUNED', ' '.join(report.warnings))
    model = _model()
    model.get_layer('second').enable_lora(2)
    pruner = model_pruning.keras.prune(
        model, _SPEC + ',weight_sparsity_map=[lora_kernel_a:0.5]')
    _fit(model)
    self.assertIn(0.5, pruner.sparsity.values())

  @parameterized.parameters('int8', 'int4')
  def test_a_quantized_kernel_is_gone_and_called_by_its_dtype(self, mode):
    self._need('quantize')
    model = _model()
    pruner = model_pruning.keras.prune(model, _SPEC)
    _fit(model)
    try:
      model.quantize(mode)
    except ValueError as error:
      self.skipTest(f'this Keras does not quantize to {mode}: {error}')
    self.assertEmpty(pruner.sparsity)
    self.assertEmpty(pruner.report.pruned)
    self.assertIn('no longer in the model', ' '.join(pruner.report.warnings))
    model.trainable = True
    report = model_pruning.keras.prune(model, _SPEC).report
    self.assertEqual(
        [weight.reason for weight in report.skipped
         if weight.name.endswith('/kernel')], ['its dtype is int8'] * 2)


if __name__ == '__main__':
  absltest.main()
