# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Embeddings, which some optimizers let no constraint be on.

They are projected in the constraint of the variable that is updated last.
"""

from __future__ import annotations

import contextlib
import time

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support import keras_models
from tests.support import keras_training
from tests.support import modes

keras = tf.keras
_SPEC = 'target_sparsity=0.5,sparsity_function_end_step=0,pruning_frequency=1'
_IDS = np.arange(40).reshape(8, 5)


def _optimizers():
  """Those of the Keras before TF 2.11, where this Keras has them."""
  if keras_models.IS_KERAS_3:
    return keras.optimizers
  return getattr(keras.optimizers, 'legacy', keras.optimizers)


def _model(bias_constraint=None):
  return keras.Sequential([
      keras.layers.Embedding(40, 6, input_length=5)
      if not keras_models.IS_KERAS_3 else keras.layers.Embedding(40, 6),
      keras.layers.Flatten(),
      keras.layers.Dense(3, bias_constraint=bias_constraint,
                         bias_initializer='ones')])


class CompanionTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if keras_models.IS_KERAS_3 and not modes.is_eager():
      self.skipTest('Keras 3 has no graph mode')
    keras.backend.clear_session()
    tf.compat.v1.set_random_seed(1)

  def test_a_variable_that_projects_others_keeps_its_own_constraint(self):
    model = _model(keras.constraints.NonNeg())
    model.build((None, 5))
    model_pruning.keras.prune(model, _SPEC)
    model.compile(_optimizers().SGD(0.5), 'mean_squared_error')
    # The labels draw the biases far below 0.
    labels = np.full([8, 3], -10.0, np.float32)
    for _ in range(4):
      model.train_on_batch(_IDS, labels)
      embeddings, _, bias = model.get_weights()
      self.assertEqual((embeddings == 0).sum(), 120)
      self.assertAllNonNegative(bias)

  def assertAllNonNegative(self, values):  # noqa: N802
    self.assertEqual((values >= 0).tolist(), [True] * values.size)

  def test_an_embedding_is_projected_after_its_update_however_late_that_is(
      self):
    if keras_models.IS_KERAS_3:
      self.skipTest('Keras 3 has no graph mode')
    base = _optimizers().SGD
    if not hasattr(base, '_resource_apply_sparse_duplicate_indices'):
      self.skipTest('this optimizer updates no rows of an embedding')

    class Late(base):
      """Updates embeddings after all else."""

      def _resource_apply_sparse_duplicate_indices(
          self, grad, handle, indices, **kwargs):
        late = tf.compat.v1.py_func(_late, [indices], indices.dtype)
        late.set_shape(indices.shape)
        return super()._resource_apply_sparse_duplicate_indices(
            grad, handle, late, **kwargs)

    in_graph = (keras_training.graph_and_session() if modes.is_eager()
                else contextlib.nullcontext())
    with in_graph:
      model = _model()
      model.build((None, 5))
      model_pruning.keras.prune(model, _SPEC)
      model.compile(Late(0.5), 'mean_squared_error')
      for _ in range(3):
        model.train_on_batch(_IDS, np.ones([8, 3], np.float32))
        self.assertEqual((model.get_weights()[0] == 0).sum(), 120)


def _late(indices):
  time.sleep(0.3)
  return indices


if __name__ == '__main__':
  absltest.main()
