# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""One hook prunes an Estimator whose model_fn was not touched."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.spec import weight_rule
from tests.support import estimator_shim
from tests.support import numpy_reference
from tests.support.graphs import prunable_graphs

v1 = tf.compat.v1
estimator_lib = estimator_shim.v1_api()

_SPEC = ('target_sparsity=0.9,sparsity_function_end_step=25'
         ',end_pruning_step=25')
_KERNELS = ('conv/kernel', 'dense/kernel')


def _input_fn():
  batch = prunable_graphs.digits_like_batch()
  return tf.data.Dataset.from_tensors(batch).repeat()


def _one_epoch_input_fn():
  return tf.data.Dataset.from_tensors(prunable_graphs.digits_like_batch())


class EstimatorTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    v1.logging.set_verbosity(v1.logging.ERROR)
    self._directory = self.create_tempdir().full_path
    self._estimator = estimator_lib.Estimator(
        prunable_graphs.conv_net_model_fn, self._directory,
        config=estimator_lib.RunConfig(tf_random_seed=1))

  def _check_kernels(self, get_value):
    for name in _KERNELS:
      value = get_value(name)
      kept = numpy_reference.num_kept(value.size, 0.9)
      self.assertEqual((value != 0).sum(), kept, name)

  def test_everything_an_estimator_does_is_sparse(self):
    hook = model_pruning.PruningHook(_SPEC)
    self._estimator.train(_input_fn, hooks=[hook], steps=30)
    self.assertEqual([w.name for w in hook.report.pruned], list(_KERNELS))
    self._check_kernels(self._estimator.get_variable_value)

    # Evaluation and prediction build graphs of their own, without masks.
    metrics = self._estimator.evaluate(_one_epoch_input_fn)
    images, labels = prunable_graphs.digits_like_batch()
    predictions = list(self._estimator.predict(_one_epoch_input_fn))
    with tf.Graph().as_default(), v1.Session() as session:
      logits = prunable_graphs.conv_net_logits(tf.constant(images))
      v1.train.Saver().restore(
          session, tf.train.latest_checkpoint(self._directory))
      loss, logits = session.run([
          v1.losses.sparse_softmax_cross_entropy(labels, logits), logits])
    self.assertAlmostEqual(metrics['loss'], loss, places=5)
    np.testing.assert_allclose(
        [p['logits'] for p in predictions], logits, rtol=1e-4, atol=1e-5)

    export = self._estimator.export_saved_model(
        self.create_tempdir('export').full_path, lambda: (
            estimator_lib.export.TensorServingInputReceiver(
                *[v1.placeholder(tf.float32, [None, 8, 8, 1])] * 2)))
    reader = tf.train.load_checkpoint(
        export.decode() + '/variables/variables')
    self.assertFalse([name for name in reader.get_variable_to_shape_map()
                      if 'mask' in name])
    self._check_kernels(reader.get_tensor)

  def test_every_checkpoint_on_the_way_is_sparse(self):
    estimator = estimator_lib.Estimator(
        prunable_graphs.conv_net_model_fn, self._directory,
        config=estimator_lib.RunConfig(save_checkpoints_steps=10))
    estimator.train(_input_fn, hooks=[model_pruning.PruningHook(_SPEC)],
                    steps=30)
    spec = model_pruning.PruningSpec.parse(_SPEC)
    curve = weight_rule.curve(
        spec, spec.rule_for('dense/kernel', [512, 10]))
    for step in (10, 20, 30):
      kernel = tf.train.load_checkpoint(
          f'{self._directory}/model.ckpt-{step}').get_tensor('dense/kernel')
      self.assertEqual((kernel != 0).sum(),
                       numpy_reference.num_kept(kernel.size, curve(step)))

  def test_train_and_evaluate_goes_on_where_it_stopped(self):
    for max_steps in (10, 30):
      hook = model_pruning.PruningHook(_SPEC)
      estimator_lib.train_and_evaluate(
          self._estimator,
          estimator_lib.TrainSpec(_input_fn, max_steps, hooks=[hook]),
          estimator_lib.EvalSpec(_one_epoch_input_fn, steps=1))
    self._check_kernels(self._estimator.get_variable_value)
    self.assertEqual(self._estimator.get_variable_value('global_step'), 30)

  def test_evaluation_with_the_hook_is_refused_with_the_reason(self):
    self._estimator.train(_input_fn, steps=1)

    def model_fn(features, labels, mode):
      logits = prunable_graphs.conv_net_logits(features)
      loss = v1.losses.sparse_softmax_cross_entropy(labels, logits)
      return estimator_lib.EstimatorSpec(mode, loss=loss)

    estimator = estimator_lib.Estimator(model_fn, self._directory)
    with self.assertRaisesRegex(ValueError, 'do not pass it to evaluation'):
      estimator.evaluate(_one_epoch_input_fn,
                         hooks=[model_pruning.PruningHook(_SPEC)])


if __name__ == '__main__':
  absltest.main()
