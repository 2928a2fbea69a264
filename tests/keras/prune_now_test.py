# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of model_pruning.keras.prune_now without calibration data."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.compat import keras_variables
from model_pruning._src.compat import tensorflow as tf_compat
from tests.support import keras_models
from tests.support import modes
from tests.support import numpy_reference

keras = tf.keras
prune_now = model_pruning.keras.prune_now


def _model(dtype=None):
  """Two kernels of one size, the second with the larger entries."""
  inputs = keras.Input((8,), dtype=dtype)
  hidden = keras.layers.Dense(12, name='small', dtype=dtype)(inputs)
  outputs = keras.layers.Dense(8, name='large', dtype=dtype)(hidden)
  model = keras.Model(inputs, outputs)
  random = np.random.RandomState(0)
  model.set_weights([
      (random.randn(*weight.shape) * (1 + i)).astype(weight.dtype)
      for i, weight in enumerate(model.get_weights())])
  return model


def _kernels(model):
  return [weight for weight in model.get_weights() if weight.ndim > 1]


def _each(function):
  return lambda weights: [function(weight) for weight in weights]


class PruneNowTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if keras_models.IS_KERAS_3 and not tf.executing_eagerly():
      self.skipTest('Keras 3 has no graph mode')
    keras.backend.clear_session()

  @parameterized.named_parameters(
      ('unstructured', 'target_sparsity=0.7',
       _each(lambda w: numpy_reference.unstructured_mask(w, 0.7))),
      ('blocks', 'target_sparsity=0.5,block_height=2,block_width=4',
       _each(lambda w: numpy_reference.block_mask(w, 2, 4, 'AVG', 0.5))),
      ('ragged blocks',
       'target_sparsity=0.6,block_width=5,block_pooling_function=MAX',
       _each(lambda w: numpy_reference.block_mask(w, 1, 5, 'MAX', 0.6))),
      ('n of m', 'sparsity_m_by_n=2x4',
       _each(lambda w: numpy_reference.n_of_m_mask(w, 4, 0.5))),
      ('all together', 'target_sparsity=0.8,sparsity_distribution=global',
       lambda ws: numpy_reference.grouped_masks(ws, 0.8)),
      ('a group',
       'group_pruning=True,group_sparsity_map=[kernel:0.75]',
       lambda ws: numpy_reference.grouped_masks(ws, 0.75)),
      ('bounds', 'target_sparsity=0.5,sparsity_distribution=global'
       ',max_weight_sparsity=0.6',
       lambda ws: [mask.reshape(w.shape) for mask, w in zip(
           numpy_reference.bounded_masks(
               [np.abs(w).reshape(-1) for w in ws], 0.5, 0.0, 0.6), ws)]),
      ('targets of their own',
       'target_sparsity=0.9,weight_sparsity_map=[large:0.25]',
       lambda ws: [numpy_reference.unstructured_mask(w, s)
                   for w, s in zip(ws, (0.9, 0.25))]))
  def test_the_smallest_are_zero_and_all_else_is_as_it_was(
      self, spec, masks_of):
    model = _model()
    before = model.get_weights()
    kernels = _kernels(model)
    report = prune_now(model, spec)
    self.assertLen(report.pruned, 2)
    for kernel, mask, pruned in zip(kernels, masks_of(kernels),
                                    _kernels(model)):
      np.testing.assert_array_equal(pruned, np.where(mask, kernel, 0))
    for weight, after in zip(before, model.get_weights()):
      if weight.ndim == 1:
        np.testing.assert_array_equal(after, weight)

  @parameterized.parameters('float16', 'float64')
  def test_other_dtypes_stay_what_they_are(self, dtype):
    model = _model(dtype)
    kernels = _kernels(model)
    prune_now(model, 'target_sparsity=0.7')
    for kernel, pruned in zip(kernels, _kernels(model)):
      self.assertEqual(pruned.dtype, dtype)
      mask = numpy_reference.unstructured_mask(kernel, 0.7)
      np.testing.assert_array_equal(pruned, np.where(mask, kernel, 0))

  @parameterized.parameters(*keras_models.MODELS)
  def test_every_model_has_the_sparsity_of_the_plan(self, model):
    model = keras_models.MODELS[model]()
    spec = model_pruning.PruningSpec(target_sparsity=0.9)
    preview = spec.plan(model)
    report = prune_now(model, spec)
    self.assertEqual(report.pruned, preview.report.pruned)
    pruned = {weight.name for weight in report.pruned}
    left = sum(
        int(np.count_nonzero(keras_variables.value_of(variable)))
        for variable in model.variables
        if keras_variables.variable_name(variable) in pruned)
    self.assertEqual(left, preview.num_left)

  def test_the_schedule_has_no_effect_and_is_not_warned_of(self):
    model = _model()
    report = prune_now(
        model, 'target_sparsity=0.75,begin_pruning_step=900'
        ',end_pruning_step=901,initial_sparsity=0.5')
    for kernel in _kernels(model):
      self.assertEqual(np.count_nonzero(kernel), 24)
    self.assertEmpty(report.warnings)
    self.assertIn('begin_pruning_step=900', report.spec)

  def test_pruning_further_keeps_the_zeros(self):
    model = _model()
    prune_now(model, 'target_sparsity=0.5')
    first = _kernels(model)
    prune_now(model, 'target_sparsity=0.75')
    for kernel, before in zip(_kernels(model), first):
      self.assertEqual(np.count_nonzero(kernel), 24)
      self.assertFalse(np.any(kernel[before == 0]))

  def test_two_replicas_have_the_same_weights(self):
    if not tf.executing_eagerly():
      self.skipTest('in graph mode a strategy opens its session in `fit`')
    strategy = modes.two_replicas(self)
    with strategy.scope():
      model = _model()
      keras_models.compile_(model)
    prune_now(model, 'target_sparsity=0.75')
    for variable in model.trainable_variables:
      for replica in tf_compat.replicas(
          keras_variables.backend_variable(variable)):
        np.testing.assert_array_equal(keras_variables.value_of(replica),
                                      keras_variables.value_of(variable))
        if len(variable.shape) > 1:
          self.assertEqual(
              np.count_nonzero(keras_variables.value_of(replica)), 24)

  @parameterized.parameters('first_order_gradient', 'second_order_gradient',
                            'mean_gradient')
  def test_a_saliency_that_needs_gradients_is_refused(self, option):
    model = _model()
    before = model.get_weights()
    with self.assertRaisesRegex(
        ValueError, f'prune_option=weight.*no gradients.*{option}'):
      prune_now(model, f'prune_option={option}')
    for weight, after in zip(before, model.get_weights()):
      np.testing.assert_array_equal(after, weight)

  def test_a_model_that_is_pruned_in_training_is_refused_until_stripped(self):
    model = _model()
    pruner = model_pruning.keras.prune(model, 'target_sparsity=0.5')
    with self.assertRaisesRegex(ValueError, r'Call `strip\(\)`.*kernel'):
      prune_now(model, 'target_sparsity=0.5')
    pruner.strip()
    self.assertLen(prune_now(model, 'target_sparsity=0.5').pruned, 2)

  def test_an_unbuilt_model_is_refused_with_what_to_call(self):
    with self.assertRaisesRegex(ValueError, 'model.build.*before `prune_now`'):
      prune_now(keras.Sequential([keras.layers.Dense(2)]), '')

  def test_a_pattern_without_a_weight_is_refused(self):
    model = _model()
    with self.assertRaisesRegex(ValueError, 'nothing_like_it'):
      prune_now(model, 'do_not_prune=[nothing_like_it]')
    for kernel in _kernels(model):
      self.assertEqual(np.count_nonzero(kernel), 96)

  def test_calibration_in_graph_mode_is_refused(self):
    if tf.executing_eagerly():
      self.skipTest('this row is eager')
    with self.assertRaisesRegex(ValueError, 'left out in graph mode'):
      prune_now(_model(), '', np.zeros((4, 8), np.float32))


if __name__ == '__main__':
  absltest.main()
