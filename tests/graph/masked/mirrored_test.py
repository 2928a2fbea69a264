# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Masked weights in an Estimator with a MirroredStrategy."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from model_pruning._src.graph.masked import apply_mask
from model_pruning._src.graph.masked import pruning
from tests.support import modes
from tests.support import numpy_reference

v1 = tf.compat.v1


def _model_fn(features, labels, mode):
  kernel = v1.get_variable(
      'kernel', [8, 4], initializer=v1.random_normal_initializer(seed=1))
  logits = tf.matmul(features, apply_mask.apply_mask(kernel, 'kernel'))
  loss = tf.reduce_mean(tf.square(logits - labels))
  if mode != 'train':
    return v1.estimator.EstimatorSpec(mode, loss=loss)
  train_op = v1.train.GradientDescentOptimizer(0.1).minimize(
      loss, global_step=v1.train.get_global_step())
  with tf.control_dependencies([train_op]):
    train_op = pruning.Pruning(
        'target_sparsity=0.75,pruning_frequency=5,'
        'sparsity_function_end_step=10').conditional_mask_update_op()
  return v1.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


class MirroredTest(absltest.TestCase):

  def test_replicas_update_one_mask(self):
    if not hasattr(v1, 'estimator'):
      self.skipTest(f'TensorFlow {tf.__version__} has no Estimator')
    # The default reduction of TF 2.15 hangs in graphs with two CPU devices.
    strategy = modes.two_replicas(
        self, cross_device_ops=tf.distribute.ReductionToOneDevice())
    features = np.random.RandomState(0).randn(16, 8).astype(np.float32)
    batch = features, np.ones([16, 4], np.float32)
    directory = self.create_tempdir().full_path
    estimator = v1.estimator.Estimator(
        _model_fn, directory,
        v1.estimator.RunConfig(train_distribute=strategy))

    def input_fn():
      return tf.data.Dataset.from_tensors(batch).repeat()

    estimator.train(input_fn, steps=10)
    reader = tf.train.load_checkpoint(directory)
    self.assertCountEqual(reader.get_variable_to_shape_map(), [
        'global_step', 'kernel', 'kernel/mask', 'kernel/threshold',
        'model_pruning/last_mask_update_step'])
    np.testing.assert_array_equal(
        reader.get_tensor('kernel/mask'),
        numpy_reference.unstructured_mask(reader.get_tensor('kernel'), 0.75))
    self.assertEqual(
        reader.get_tensor('model_pruning/last_mask_update_step'), 10)
    self.assertEqual(
        estimator.evaluate(input_fn, steps=1)['global_step'], 10)


if __name__ == '__main__':
  absltest.main()
