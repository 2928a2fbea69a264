# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of model_pruning.keras.sensitivity."""

from __future__ import annotations

import dataclasses
import io
import os

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning

keras = tf.keras
sensitivity = model_pruning.keras.sensitivity
_SPARSITIES = (0.5, 0.75)


def _model():
  """A model whose second kernel matters ten times as much as its first."""
  keras.backend.clear_session()
  model = keras.Sequential([
      keras.layers.Dense(16, name='small', input_shape=(8,)),
      keras.layers.BatchNormalization(name='norm'),
      keras.layers.Dense(4, name='large')])
  random = np.random.RandomState(0)
  model.set_weights([
      random.rand(*weight.shape).astype(weight.dtype) + 0.1
      for weight in model.get_weights()])
  return model


def _kernels(model):
  return [value for value in model.get_weights() if value.ndim > 1]


def _loss(model):
  """The second kernel's entries count tenfold."""
  first, second = _kernels(model)
  return -float(first.sum() + 10 * second.sum())


class SensitivityTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._model = _model()
    self._values = self._model.get_weights()

  def _assert_restored(self):
    for value, expected in zip(self._model.get_weights(), self._values):
      np.testing.assert_array_equal(value, expected)

  def test_each_weight_is_pruned_alone(self):
    report = sensitivity(self._model, _loss, sparsities=_SPARSITIES)
    self._assert_restored()
    self.assertAlmostEqual(report.baseline, _loss(self._model))
    self.assertLen(report.curves, 2)
    for i, (curve, scale) in enumerate(zip(report.curves, (1, 10))):
      for sparsity, loss in zip(_SPARSITIES, curve.losses):
        entries = np.sort(_kernels(self._model)[i].ravel())
        removed = entries[:int(sparsity * entries.size)].sum()
        self.assertAlmostEqual(loss - report.baseline, scale * removed,
                               delta=1e-2)

  def test_the_suggested_spec_has_the_sparsity_and_the_loss_that_it_says(self):
    report = sensitivity(self._model, _loss)
    suggested = report.suggest(sparsity=0.6)
    self.assertGreater(*suggested.sparsities.values())
    model_pruning.keras.prune_now(self._model, suggested.spec)
    kernels = _kernels(self._model)
    zeros = sum(np.sum(kernel == 0) for kernel in kernels)
    self.assertAlmostEqual(
        zeros / sum(kernel.size for kernel in kernels), 0.6, delta=0.006)
    # This loss is a sum over weights: nothing interacts.
    self.assertAlmostEqual(
        _loss(self._model) / suggested.expected_loss, 1, delta=0.02)
    self.assertIn('are added', str(suggested))

  def test_a_budget_of_bytes_is_that_of_the_plan(self):
    report = sensitivity(self._model, _loss)
    spec = report.suggest(max_bytes=900).spec
    preview = model_pruning.plan(self._model, spec)
    self.assertAlmostEqual(preview.sparse_bytes, 900, delta=12)

  @parameterized.parameters(
      ({}, 'Exactly one'), ({'sparsity': 0.5, 'max_bytes': 9}, 'Exactly one'),
      ({'sparsity': 1.5}, 'in .0, 1.'), ({'max_bytes': 0}, 'positive'),
      ({'max_bytes': 1}, 'not reached'), ({'sparsity': 0.9}, 'not reached'))
  def test_a_budget_that_cannot_be_met_is_refused(self, budget, words):
    report = sensitivity(self._model, _loss, sparsities=_SPARSITIES)
    with self.assertRaisesRegex(ValueError, words):
      report.suggest(**budget)

  def test_a_budget_of_multiply_adds_is_met(self):
    if not tf.executing_eagerly():
      self.skipTest('multiply-adds are counted in eager mode')
    report = sensitivity(self._model, _loss, sparsities=_SPARSITIES)
    dense = sum(curve.multiply_adds for curve in report.curves)
    self.assertEqual(dense, sum(curve.size for curve in report.curves))
    suggested = report.suggest(max_multiply_adds=dense // 2)
    self.assertAlmostEqual(suggested.sparsity, 0.5, delta=1e-3)
    with self.assertRaisesRegex(ValueError, 'not reached'):
      report.suggest(max_multiply_adds=1)

  def test_multiply_adds_that_are_not_known_are_no_budget(self):
    report = sensitivity(self._model, _loss, sparsities=_SPARSITIES)
    unknown = dataclasses.replace(
        report, unknown_multiply_adds='it is not said', curves=tuple(
            dataclasses.replace(curve, multiply_adds=None)
            for curve in report.curves))
    with self.assertRaisesRegex(ValueError, 'are known .it is not said.'):
      unknown.suggest(max_multiply_adds=9)
    in_loops = dataclasses.replace(report, unknown_multiply_adds='', curves=[
        dataclasses.replace(curve, multiply_adds=None,
                            multiply_adds_per_turn=10)
        for curve in report.curves])
    with self.assertRaisesRegex(ValueError, 'are known .they are in loops'):
      in_loops.suggest(max_multiply_adds=9)

  def test_a_budget_names_the_weights_that_it_is_without(self):
    report = sensitivity(self._model, _loss, sparsities=_SPARSITIES)
    first, *others = report.curves
    partly = dataclasses.replace(report, curves=[
        dataclasses.replace(first, multiply_adds=None),
        *(dataclasses.replace(curve, multiply_adds=100) for curve in others)])
    suggested = partly.suggest(max_multiply_adds=50 * len(others))
    self.assertIn(f'not known of {first.name}: the budget is without',
                  str(suggested))
    self.assertNotIn('not known', report.suggest(sparsity=0.5).note)

  def test_blocks_are_pruned_as_blocks(self):
    zeros = []
    sensitivity(self._model, lambda model: zeros.append(
        _kernels(model)[0] == 0) or 1.0, sparsities=[0.5],
                spec='block_dims_map=[small:4x1]')
    blocks = zeros[1].reshape(2, 4, 16).sum(1)
    self.assertContainsSubset(np.unique(blocks).tolist(), [0, 4])
    self.assertEqual(zeros[1].mean(), 0.5)

  @parameterized.parameters(KeyboardInterrupt, ValueError)
  def test_weights_come_back_whatever_happens(self, error):
    calls = []

    def evaluate(model):
      calls.append(model)
      model.set_weights([value * 0 for value in model.get_weights()])
      if len(calls) == 3:
        raise error('stop')
      return 1.0

    with self.assertRaises(error):
      sensitivity(self._model, evaluate)
    self._assert_restored()

  def test_a_sweep_goes_on_where_it_stopped(self):
    path = os.path.join(self.create_tempdir().full_path, 'points.csv')
    calls = []

    def evaluate(model):
      calls.append(model)
      if len(calls) == 4:
        raise KeyboardInterrupt
      return _loss(model)

    with self.assertRaises(KeyboardInterrupt):
      sensitivity(self._model, evaluate, sparsities=_SPARSITIES, csv=path)
    with open(path) as file:
      self.assertLen(file.readlines(), 4)  # A header, dense, and two points.
    report = sensitivity(self._model, evaluate, sparsities=_SPARSITIES,
                         csv=path)
    self.assertLen(calls, 4 + 1 + 2)
    self.assertEqual(
        report, sensitivity(self._model, _loss, sparsities=_SPARSITIES))
    with self.assertRaisesRegex(ValueError, 'the data or the evaluation'):
      sensitivity(self._model, lambda model: 7.0, csv=path)
    self._model.set_weights([value * 2 for value in self._values])
    with self.assertRaisesRegex(ValueError, 'another model, or another spec'):
      sensitivity(self._model, _loss, csv=path)

  def test_a_file_of_something_else_is_refused_and_stays(self):
    path = self.create_tempfile('points.csv', 'mine').full_path
    with self.assertRaisesRegex(ValueError, 'points.csv'):
      sensitivity(self._model, _loss, csv=path)
    with open(path) as file:
      self.assertEqual(file.read(), 'mine')

  def test_a_compiled_model_is_evaluated_on_data(self):
    self._model.compile('sgd', 'mse', metrics=['mae'])
    inputs, targets = np.ones((4, 8), 'f'), np.zeros((4, 4), 'f')
    report = sensitivity(self._model, data=(inputs, targets),
                         sparsities=_SPARSITIES)
    expected = self._model.evaluate(inputs, targets, verbose=0)[0]
    self.assertAlmostEqual(report.baseline / expected, 1, delta=1e-5)
    self.assertLess(report.curves[1].losses[0], report.baseline)
    if tf.executing_eagerly():
      dataset = tf.data.Dataset.from_tensor_slices((inputs, targets)).batch(4)
      self.assertEqual(report.to_rows(), sensitivity(
          self._model, data=dataset, sparsities=_SPARSITIES).to_rows())

  def test_a_loss_that_is_not_finite_is_never_suggested(self):
    def evaluate(model):
      sparsity = np.mean(_kernels(model)[0] == 0)
      return float('nan') if sparsity > 0.6 else 1.0

    report = sensitivity(self._model, evaluate, sparsities=[0.5, 0.9])
    suggested = report.suggest(sparsity=0.6)
    self.assertLessEqual(suggested.sparsities[report.curves[0].name], 0.5)

  @parameterized.parameters(
      (dict(), 'Exactly one'),
      (dict(evaluate=_loss, data=1), 'Exactly one'),
      (dict(data=(1, 2)), 'not compiled'),
      (dict(evaluate=_loss, sparsities=[]), 'sparsities'),
      (dict(evaluate=_loss, sparsities=[1.0]), 'sparsities'),
      (dict(evaluate=lambda model: float('nan')), 'finite'),
      (dict(evaluate=_loss, spec='do_not_prune=[small, large]'),
       'prunes no weight'))
  def test_wrong_arguments_are_refused(self, arguments, words):
    with self.assertRaisesRegex(ValueError, words):
      sensitivity(self._model, **arguments)

  def test_what_is_no_number_is_no_loss(self):
    with self.assertRaisesRegex(TypeError, 'must return a number'):
      sensitivity(self._model, lambda model: 'good')

  def test_the_report_is_a_table_and_a_picture(self):
    report = sensitivity(self._model, _loss, sparsities=_SPARSITIES)
    self.assertIn('large/kernel', str(report))
    self.assertLen(report.to_rows(), 4)
    try:
      import matplotlib
    except ImportError:
      with self.assertRaisesRegex(ImportError, 'pip install'):
        report.save_png(io.BytesIO())
      return
    del matplotlib
    file = io.BytesIO()
    report.save_png(file)
    self.assertStartsWith(file.getvalue(), b'\x89PNG')


if __name__ == '__main__':
  absltest.main()
