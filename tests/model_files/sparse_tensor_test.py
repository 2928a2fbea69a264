# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tensors of TensorFlow Lite that are stored without their zeros."""

from __future__ import annotations

import os

import numpy as np
import tensorflow as tf
from absl.testing import absltest

import model_pruning
from model_pruning._src.model_files import sparse_tensor
from model_pruning._src.model_files import tflite_arrays


def _dense(size):
  return dict(format=0, dense_size=size)


def _sparse(marks, indices):
  return dict(format=1, array_segments=marks, array_indices=indices)


class ToDenseTest(absltest.TestCase):

  def test_blocks_of_a_row(self):
    parameters = dict(
        traversal_order=[0, 1, 2], block_map=[1],
        dim_metadata=[_dense(2), _sparse([0, 1, 2], [1, 0]), _dense(2)])
    np.testing.assert_array_equal(
        sparse_tensor.to_dense(np.array([1, 2, 3, 4]), [2, 4], parameters),
        [[0, 0, 1, 2], [3, 4, 0, 0]])

  def test_columns_come_first_if_the_order_says_so(self):
    parameters = dict(
        traversal_order=[1, 0], block_map=[],
        dim_metadata=[_dense(3), _sparse([0, 1, 1, 3], [1, 0, 1])])
    np.testing.assert_array_equal(
        sparse_tensor.to_dense(np.array([1, 2, 3]), [2, 3], parameters),
        [[0, 0, 2], [1, 0, 3]])

  def test_blocks_in_both_dimensions(self):
    parameters = dict(
        traversal_order=[0, 1, 2, 3], block_map=[0, 1],
        dim_metadata=[_dense(1), _sparse([0, 1], [1]), _dense(2), _dense(2)])
    np.testing.assert_array_equal(
        sparse_tensor.to_dense(np.array([1, 2, 3, 4]), [2, 4], parameters),
        [[0, 0, 1, 2], [0, 0, 3, 4]])

  def test_places_that_do_not_fit_are_an_error(self):
    for marks, indices in (([0, 1], [0, 1]), ([0, 1, 2], [0, 3]),
                           ([0, 2, 1], [0]), ([0, 1, 1], [0])):
      with self.assertRaisesRegex(ValueError, 'places'):
        sparse_tensor.to_dense(np.array([1, 2]), [2, 3], dict(
            traversal_order=[0, 1], block_map=[],
            dim_metadata=[_dense(2), _sparse(marks, indices)]))


class FilesTest(absltest.TestCase):

  def test_a_sparse_file_has_the_entries_of_its_model(self):
    if not tf.executing_eagerly() or not hasattr(
        tf.lite.Optimize, 'EXPERIMENTAL_SPARSITY'):
      self.skipTest('this TensorFlow Lite has no sparse encoding')
    inputs = tf.keras.Input((8, 8, 4))
    hidden = tf.keras.layers.Conv2D(16, 3, name='conv')(inputs)
    hidden = tf.keras.layers.Flatten()(hidden)
    model = tf.keras.Model(
        inputs, tf.keras.layers.Dense(16, name='dense')(hidden))
    model_pruning.keras.prune_now(
        model, 'target_sparsity=0.8,block_dims_map=[dense/kernel:4x1]')
    path = os.path.join(self.create_tempdir().full_path, 'model.tflite')
    report = model_pruning.keras.export_tflite(
        model, path, quantizations=['float32'])
    if report.chosen != 'float32 sparse':
      self.skipTest(report.variant('float32 sparse').problem)
    conv, _, dense, _ = model.get_weights()
    stored = {array.shape: array for _, array in tflite_arrays.read(path)}
    np.testing.assert_array_equal(
        stored[16, 3, 3, 4], np.moveaxis(conv, -1, 0))
    np.testing.assert_array_equal(stored[16, 576], dense.T)


if __name__ == '__main__':
  absltest.main()
