# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Side by side with the contrib library, where TensorFlow still has it."""

from __future__ import annotations

import inspect
import os

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support.graphs import maskable_graphs

try:
  from tensorflow.contrib import model_pruning as contrib
except ImportError:
  contrib = None

v1 = tf.compat.v1
# Weights of different magnitudes: of equal ones contrib keeps all or none.
_WEIGHTS = [
    np.random.RandomState(0).permutation(np.arange(1, 241)).reshape(shape)
    .astype(np.float32) * sign
    for shape, sign in (([12, 20], 1.0), ([3, 4, 4, 5], -1.0))]


def _names(variables):
  return [variable.op.name for variable in variables]


class ContribTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if contrib is None:
      self.skipTest(f'TensorFlow {tf.__version__} has no contrib')
    # Contrib knows neither resource variables nor conds that are functions.
    if v1.resource_variables_enabled():
      v1.disable_resource_variables()
      self.addCleanup(v1.enable_resource_variables)
    self.enter_context(maskable_graphs.control_flow(False))

  def _train(self, library, spec, steps, directory=None, **kwargs):
    """Masks and thresholds after each step, under slowly changing weights."""
    with tf.Graph().as_default(), v1.Session() as session:
      step = v1.train.get_or_create_global_step()
      weights = []
      for i, value in enumerate(_WEIGHTS):
        with v1.variable_scope(f'layer{i}'):
          weights.append(v1.get_variable(
              'w', initializer=value, use_resource=False))
          library.apply_mask(weights[-1])
      pruner = library.Pruning(
          library.get_pruning_hparams().parse(spec), global_step=step, **kwargs)
      update = pruner.conditional_mask_update_op()
      session.run(v1.global_variables_initializer())
      results = []
      for t in steps:
        step.load(t, session)
        for i, weight in enumerate(weights):
          weight.load(np.roll(_WEIGHTS[i], t, axis=0), session)
        session.run(update)
        results.append(session.run(
            library.get_masks() + library.get_thresholds()
            + library.get_weight_sparsity()))
      if directory:
        v1.train.Saver().save(session, os.path.join(directory, 'model.ckpt'))
      names = sorted(_names(v1.global_variables()))
    return results, names

  @parameterized.parameters(
      'target_sparsity=0.75,sparsity_function_end_step=60',
      'initial_sparsity=0.2,target_sparsity=0.9,begin_pruning_step=20,'
      'end_pruning_step=50,sparsity_function_begin_step=20,'
      'sparsity_function_end_step=50',
      'weight_sparsity_map=[layer1:0.25],target_sparsity=0.5,'
      'pruning_frequency=5,sparsity_function_exponent=1')
  def test_masks_thresholds_and_names_are_equal(self, spec):
    steps = range(0, 80, 5)
    wanted, wanted_names = self._train(contrib, spec, steps)
    got, names = self._train(model_pruning, spec, steps)
    self.assertEqual(names, wanted_names)
    for t, got_values, wanted_values in zip(steps, got, wanted):
      for value, wanted_value in zip(got_values, wanted_values):
        np.testing.assert_array_equal(value, wanted_value, f'step {t}')

  @parameterized.parameters(0.0, 0.3, 0.8)
  def test_masks_by_an_external_sparsity_are_equal(self, sparsity):
    steps = [0, 10, 20]
    wanted, _ = self._train(contrib, '', steps, sparsity=sparsity)
    got, _ = self._train(model_pruning, '', steps, sparsity=sparsity)
    for got_values, wanted_values in zip(got, wanted):
      for value, wanted_value in zip(got_values, wanted_values):
        np.testing.assert_array_equal(value, wanted_value)

  @parameterized.parameters('AVG', 'MAX')
  def test_masks_of_blocks_are_equal(self, pooling):
    def mask(library):
      with tf.Graph().as_default(), v1.Session() as session:
        weight = v1.get_variable('w', initializer=_WEIGHTS[0])
        library.apply_mask(weight, 's')
        step = tf.constant(100)
        update = library.Pruning(
            library.get_pruning_hparams().parse(
                f'block_height=4,block_width=5,'
                f'block_pooling_function={pooling},target_sparsity=0.5'),
            global_step=step).mask_update_op()
        session.run(v1.global_variables_initializer())
        session.run(update)
        return session.run(library.get_masks()[0])

    np.testing.assert_array_equal(mask(model_pruning), mask(contrib))

  def test_a_checkpoint_of_contrib_goes_on_here(self):
    directory = self.create_tempdir().full_path
    spec = 'target_sparsity=0.75,sparsity_function_end_step=60'
    [*_, wanted], _ = self._train(contrib, spec, [10, 20, 30], directory)
    with tf.Graph().as_default(), v1.Session() as session:
      step = v1.train.get_or_create_global_step()
      for i, value in enumerate(_WEIGHTS):
        with v1.variable_scope(f'layer{i}'):
          model_pruning.apply_mask(v1.get_variable('w', value.shape))
      update = model_pruning.Pruning(spec).conditional_mask_update_op()
      v1.train.Saver().restore(
          session, v1.train.latest_checkpoint(directory))
      state = (model_pruning.get_masks() + model_pruning.get_thresholds()
               + model_pruning.get_weight_sparsity())
      for value, wanted_value in zip(session.run(state), wanted):
        np.testing.assert_array_equal(value, wanted_value)
      step.load(39, session)
      session.run(update)
      np.testing.assert_array_equal(session.run(state[0]), wanted[0])
      step.load(40, session)
      session.run(update)
      self.assertLess(session.run(state[0]).sum(), wanted[0].sum())

  @parameterized.parameters('MaskedBasicLSTMCell', 'MaskedLSTMCell')
  def test_cells_have_equal_variables_and_outputs(self, name):
    inputs = np.random.RandomState(0).randn(2, 3, 5).astype(np.float32)
    masks = {}

    def outputs(library):
      with tf.Graph().as_default(), v1.Session() as session:
        cell = getattr(library, name)(4)
        result, _ = v1.nn.dynamic_rnn(cell, inputs, dtype=tf.float32)
        session.run(v1.global_variables_initializer())
        for i, variable in enumerate(
            sorted(v1.global_variables(), key=lambda v: v.op.name)):
          random = np.random.RandomState(i)
          value = random.randn(*variable.shape.as_list())
          if variable.op.name.endswith('mask'):
            value = (value > 0).astype(np.float32)
          variable.load(value, session)
        masks[library] = library.get_masks()
        return sorted(_names(v1.global_variables())), session.run(result)

    names, wanted = outputs(contrib)
    got_names, got = outputs(model_pruning)
    self.assertEqual(got_names, names)
    np.testing.assert_array_equal(got, wanted)
    self.assertEqual(_names(masks[model_pruning]), _names(masks[contrib]))

  def test_layers_have_equal_variables_and_outputs(self):
    images = np.random.RandomState(0).randn(2, 6, 6, 3).astype(np.float32)

    def outputs(library):
      with tf.Graph().as_default(), v1.Session() as session:
        net = library.masked_conv2d(images, 4, [3, 3], stride=2)
        net = library.masked_fully_connected(
            tf.reshape(net, [2, -1]), 5, scope='out')
        variables = sorted(v1.global_variables(), key=lambda v: v.op.name)
        for i, variable in enumerate(variables):
          variable.load(np.random.RandomState(i).randn(
              *variable.shape.as_list()), session)
        model_variables = sorted(_names(
            v1.get_collection(v1.GraphKeys.MODEL_VARIABLES)))
        return _names(variables), model_variables, session.run(net)

    *names, wanted = outputs(contrib)
    *got_names, got = outputs(model_pruning)
    self.assertEqual(got_names, names)
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-5)

  def test_the_spec_object_of_contrib_is_taken(self):
    hparams = contrib.get_pruning_hparams().parse(
        'target_sparsity=0.8,weight_sparsity_map=[w:0.7]')
    with tf.Graph().as_default():
      pruner = model_pruning.Pruning(hparams, global_step=tf.constant(0))
      spec = pruner.get_spec()
    self.assertEqual(spec.target_sparsity, 0.8)
    self.assertEqual(spec.weight_sparsity_map, ['w:0.7'])
    self.assertEqual(spec.update_option, 0)

  @parameterized.parameters(
      'apply_mask', 'get_masks', 'get_thresholds', 'get_weights',
      'get_masked_weights', 'get_weight_sparsity', 'get_pruning_hparams',
      'masked_convolution', 'masked_conv2d', 'masked_fully_connected', 'train')
  def test_functions_take_the_same_arguments_first(self, name):
    old = list(inspect.signature(getattr(contrib, name)).parameters)
    new = list(inspect.signature(getattr(model_pruning, name)).parameters)
    if name == 'train':  # The others go to tf-slim's, which has the same.
      old = old[:4]
    self.assertEqual(new[:len(old)], old)

  @parameterized.parameters('Pruning', 'MaskedBasicLSTMCell', 'MaskedLSTMCell')
  def test_classes_take_the_same_arguments_first(self, name):
    old = list(inspect.signature(
        getattr(contrib, name).__init__).parameters)
    new = list(inspect.signature(
        getattr(model_pruning, name).__init__).parameters)
    self.assertEqual(new[:len(old)], old)


if __name__ == '__main__':
  absltest.main()
