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
    model.compile(keras_models.legacy_optimizers().SGD(0.5),
                  'mean_squared_error')
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
    base = keras_models.legacy_optimizers().SGD
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


class Table(keras.layers.Layer):
  """A table that is no `Embedding`, with biases or without."""

  def __init__(self, has_bias=False):
    super().__init__()
    self._has_bias = has_bias

  def build(self, _):
    self.table = self.add_weight(name='table', shape=(40, 6))
    if self._has_bias:
      self.bias = self.add_weight(name='bias', shape=(6,))

  def call(self, ids):
    rows = tf.gather(tf.convert_to_tensor(self.table)
                     if keras_models.IS_KERAS_3 else self.table,
                     tf.cast(ids, tf.int32))
    return rows + self.bias if self._has_bias else rows


class TableLast(keras.Model):
  """The table is made, and so updated, after all else."""

  def __init__(self, is_embedding):
    super().__init__()
    self.dense = keras.layers.Dense(3)
    self.table = (keras.layers.Embedding(40, 6) if is_embedding
                  else Table())

  def call(self, ids):
    return self.dense(tf.reduce_mean(self.table(ids), axis=1))


def _with_dense(has_bias):
  return keras.Sequential([
      Table(has_bias), keras.layers.Flatten(), keras.layers.Dense(3)])


# Name -> how to make a model, the shape of its output, whether its table can
# have a companion before the optimizer is known.
_TABLES = {
    'with_dense': (lambda: _with_dense(False), (3,), True),
    'with_bias': (lambda: _with_dense(True), (3,), True),
    'alone': (lambda: keras.Sequential([Table()]), (5, 6), False),
    'embedding_last': (lambda: TableLast(True), (3,), False),
    'table_last': (lambda: TableLast(False), (3,), False),
}


class TablesTest(parameterized.TestCase):
  """What a layer of somebody's gathers from, under any optimizer."""

  def setUp(self):
    super().setUp()
    if not modes.is_eager():
      self.skipTest('layers of users are built in eager mode here')
    keras.backend.clear_session()
    tf.compat.v1.set_random_seed(1)

  @parameterized.parameters(*[
      (name, optimizer, run_eagerly) for name in _TABLES
      for optimizer, run_eagerly in (('SGD', True), ('Adam', False))])
  def test_a_table_is_sparse_after_each_update(
      self, name, optimizer, run_eagerly):
    make, shape, has_companion = _TABLES[name]
    if not has_companion and not keras_models.IS_KERAS_3 and not hasattr(
        keras_models.legacy_optimizers().SGD(), 'gradient_transformers'):
      self.skipTest('legacy optimizers before TF 2.4 cannot be reordered')
    model = make()
    model(_IDS)
    optimizer = getattr(keras_models.legacy_optimizers(), optimizer)(0.5)
    model.compile(optimizer, 'mse', run_eagerly=run_eagerly)
    pruner = model_pruning.keras.prune(
        model, _SPEC + ',weight_sparsity_map=[table|embedding:0.5]')
    for step in range(1, 4):
      model.train_on_batch(_IDS, np.ones([8, *shape], np.float32))
      self.assertEqual(set(pruner.sparsity.values()), {0.5})
      self.assertEqual(pruner.step, step)

  @parameterized.parameters('with_dense', 'with_bias')
  def test_the_optimizer_need_not_be_known(self, name):
    make, shape, _ = _TABLES[name]
    model = make()
    model(_IDS)
    pruner = model_pruning.keras.prune(
        model, _SPEC + ',weight_sparsity_map=[table:0.5]')
    model.compile(keras_models.legacy_optimizers().SGD(0.5), 'mse')
    model.train_on_batch(_IDS, np.ones([8, *shape], np.float32))
    self.assertEqual(set(pruner.sparsity.values()), {0.5})

  def test_parts_that_are_trained_by_turns_have_clocks_of_their_own(self):
    parts = [_with_dense(False), _with_dense(True)]
    for part in parts:
      part(_IDS)
    pruner = model_pruning.keras.prune(
        parts, _SPEC + ',weight_sparsity_map=[table:0.5]')
    optimizers = [keras_models.legacy_optimizers().SGD(0.5) for _ in parts]
    for turn in (0, 0, 1):
      with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(parts[turn](_IDS) - 1.0))
      variables = parts[turn].trainable_variables
      optimizers[turn].apply_gradients(
          zip(tape.gradient(loss, variables), variables))
    self.assertEqual(
        [int(state.num_updates.numpy()) for state in pruner.states],
        [2, 2, 1, 1])
    self.assertEqual(set(pruner.sparsity.values()), {0.5})

  def test_without_pruning_the_optimizer_is_as_it_was(self):
    model = _with_dense(False)
    model(_IDS)
    optimizer = keras_models.legacy_optimizers().SGD(0.5)
    model.compile(optimizer, 'mse')
    before = list(getattr(optimizer, 'gradient_transformers', []))
    model_pruning.keras.prune(model, _SPEC).strip()
    self.assertEqual(
        getattr(optimizer, 'gradient_transformers', []), before)


def _late(indices):
  time.sleep(0.3)
  return indices


if __name__ == '__main__':
  absltest.main()
