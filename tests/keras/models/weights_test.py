# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What is found in every layer, and that it is pruned to the number."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.compat import keras_variables
from model_pruning._src.keras.models import weights
from tests.support import keras_models
from tests.support import layer_cases
from tests.support import modes
from tests.support import numpy_reference

keras = tf.keras
_SPEC = 'target_sparsity=0.75,sparsity_function_end_step=0,pruning_frequency=1'


def _train_two_steps(model, case):
  # Eagerly where that is: tracing a step of each layer takes long.
  arguments = {'run_eagerly': True} if modes.is_eager() else {}
  model.compile('adam', 'mse', **arguments)
  inputs, labels = layer_cases.batch_of(case, model)
  for _ in range(2):
    model.train_on_batch(inputs, labels)


def _train_or_skip(test, model, case):
  try:
    _train_two_steps(model, case)
  except tf.errors.InvalidArgumentError as error:
    if 'filter input depth' not in str(error):
      raise
    test.skipTest(f'CPUs have no gradient of groups here: {error.message}')


class KerasLayersTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if keras_models.IS_KERAS_3 and not tf.executing_eagerly():
      self.skipTest('Keras 3 has no graph mode')
    keras.backend.clear_session()
    tf.compat.v1.set_random_seed(1)

  def assert_pruned(self, model, pruner, num_weights):
    pruned = {weight.name for weight in pruner.report.pruned}
    self.assertLen(pruned, num_weights)
    masks = pruner.masks
    self.assertEqual(set(masks), pruned)
    # Variables may share a name, which is made unique where they are found.
    for weight in weights.find_weights(model):
      mask = masks.get(weight.candidate.name)
      if mask is not None:
        value = keras_variables.value_of(weight.variable)
        self.assertEqual(np.count_nonzero(value),
                         numpy_reference.num_kept(value.size, 0.75))
        np.testing.assert_array_equal(value != 0, mask)

  @parameterized.parameters(*layer_cases.CASES)
  def test_kernels_are_found_and_pruned_and_others_are_not(self, name):
    case = layer_cases.CASES[name]
    model = layer_cases.model_of(self, case)
    pruner = model_pruning.keras.prune(model, _SPEC)
    report = pruner.report
    self.assertEqual(sorted(weight.shape for weight in report.pruned),
                     sorted(case.pruned))
    skipped = [weight for weight in report.skipped if len(weight.shape) > 1]
    self.assertEqual({weight.shape for weight in skipped}, set(case.skipped))
    for weight in skipped:
      self.assertRegex(weight.reason, case.skipped[weight.shape])
    for weight in report.skipped:
      if len(weight.shape) < 2:
        self.assertRegex(weight.reason, 'dimension|not trainable')
    _train_or_skip(self, model, case)
    self.assert_pruned(model, pruner, len(case.pruned))

  @parameterized.parameters(
      *[name for name, case in layer_cases.CASES.items() if case.requested])
  def test_a_weight_that_is_skipped_is_pruned_on_request(self, name):
    case = layer_cases.CASES[name]
    model = layer_cases.model_of(self, case)
    pruner = model_pruning.keras.prune(
        model, _SPEC + f',weight_sparsity_map=[{case.requested}:0.75]')
    _train_or_skip(self, model, case)
    self.assert_pruned(model, pruner, len(case.pruned) + 1)


if __name__ == '__main__':
  absltest.main()
