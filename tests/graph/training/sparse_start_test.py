# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Graphs whose weights are sparse when training starts keep them sparse."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support import estimator_shim

v1 = tf.compat.v1
estimator_lib = estimator_shim.v1_api()

# After one update it asks for 0.26 and in the end for 0.9.
_SPEC = ('target_sparsity=0.9,sparsity_function_end_step=10'
         ',pruning_frequency=1')


def _sparse_value(share=0.8):
  value = np.random.RandomState(0).uniform(1.0, 2.0, (20, 10))
  value.ravel()[np.random.RandomState(1).permutation(200)[
      :round(share * 200)]] = 0.0
  return value.astype(np.float32)


def _train_op(initial_value, use_resource=True, rate=2.0):
  """Moves each entry of a kernel, also those that are zero."""
  step = v1.train.get_or_create_global_step()
  kernel = v1.get_variable('kernel', initializer=initial_value,
                           use_resource=use_resource)
  loss = tf.reduce_sum(tf.matmul(tf.ones([3, 20]), kernel))
  return kernel, v1.train.GradientDescentOptimizer(rate).minimize(
      loss, global_step=step)


class SessionTest(parameterized.TestCase):

  def _train(self, spec, initial_value, num_steps=1, assigned=None, rate=2.0,
             use_resource=True):
    """The kernel after some steps, under a hook."""
    with tf.Graph().as_default():
      kernel, train_op = _train_op(initial_value, use_resource, rate)
      hook = model_pruning.PruningHook(spec)
      scaffold = None
      if assigned is not None:
        feed = v1.placeholder(tf.float32, assigned.shape)
        assign = kernel.assign(feed).op
        scaffold = v1.train.Scaffold(
            init_fn=lambda _, session: session.run(assign, {feed: assigned}))
      with v1.train.MonitoredSession(
          v1.train.ChiefSessionCreator(scaffold), [hook]) as session:
        for _ in range(num_steps):
          session.run(train_op)
        return session.run(kernel), hook

  def test_what_an_init_fn_assigned_is_not_pruned_less(self):
    sparse = _sparse_value()
    value, hook = self._train(_SPEC, np.ones_like(sparse), assigned=sparse)
    self.assertEqual(np.mean(value == 0), 0.8)
    self.assertIn('start sparse: kernel (0.8000)', str(hook.report))

  def test_without_keep_sparsity_the_schedule_alone_counts(self):
    sparse = _sparse_value()
    value, _ = self._train(_SPEC + ',keep_sparsity=false',
                           np.ones_like(sparse), assigned=sparse)
    self.assertAlmostEqual(np.mean(value == 0), 0.245)

  @parameterized.parameters((True, 0.8), (False, 0.8), (True, 0.01))
  def test_hold_keeps_exactly_the_zeros_of_the_initial_value(
      self, use_resource, share):
    sparse = _sparse_value(share)
    for num_steps in (1, 5):
      value, hook = self._train('mask_update=hold', sparse, num_steps,
                                use_resource=use_resource)
      np.testing.assert_array_equal(value == 0, sparse == 0)
      self.assertIn('keeps the zeros that are there', str(hook.report))

  def test_hold_keeps_exactly_what_an_init_fn_assigned(self):
    sparse = _sparse_value()
    value, _ = self._train('mask_update=hold', np.ones_like(sparse), 3,
                           assigned=sparse)
    np.testing.assert_array_equal(value == 0, sparse == 0)

  def test_hold_without_zeros_says_that_nothing_is_pruned(self):
    value, hook = self._train('mask_update=hold', _sparse_value(0.0))
    self.assertFalse((value == 0).any())
    self.assertIn('nothing is pruned', str(hook.report))

  def test_hold_in_a_loop_of_its_own(self):
    sparse = _sparse_value()
    with tf.Graph().as_default(), v1.Session() as session:
      kernel, train_op = _train_op(sparse)
      train_op = model_pruning.prune_train_op(train_op, 'mask_update=hold')
      session.run(v1.global_variables_initializer())
      for _ in range(3):
        session.run(train_op)
        np.testing.assert_array_equal(session.run(kernel) == 0, sparse == 0)


class WarmStartTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if estimator_lib is None:
      self.skipTest(f'TensorFlow {tf.__version__} has no Estimator')
    v1.logging.set_verbosity(v1.logging.ERROR)
    self._checkpoint = self.create_tempdir().full_path + '/sparse.ckpt'
    self._sparse = _sparse_value()
    with tf.Graph().as_default(), v1.Session() as session:
      kernel = v1.get_variable('kernel', initializer=self._sparse)
      session.run(v1.global_variables_initializer())
      v1.train.Saver([kernel]).save(session, self._checkpoint)

  def _trained(self, spec, num_steps):
    def model_fn(features, mode):
      del features
      _, train_op = _train_op(np.ones_like(self._sparse))
      v1.train.init_from_checkpoint(self._checkpoint, {'kernel': 'kernel'})
      return estimator_lib.EstimatorSpec(
          mode, loss=tf.constant(0.0), train_op=train_op)

    estimator = estimator_lib.Estimator(
        model_fn, self.create_tempdir().full_path)
    hook = model_pruning.PruningHook(spec)
    estimator.train(lambda: tf.data.Dataset.from_tensors(0).repeat(),
                    hooks=[hook], steps=num_steps)
    return estimator.get_variable_value('kernel')

  def test_a_sparse_checkpoint_is_not_pruned_less(self):
    self.assertEqual(np.mean(self._trained(_SPEC, 1) == 0), 0.8)
    self.assertEqual(np.mean(self._trained(_SPEC, 12) == 0), 0.9)

  def test_hold_keeps_exactly_the_zeros_of_the_checkpoint(self):
    np.testing.assert_array_equal(
        self._trained('mask_update=hold', 1) == 0, self._sparse == 0)
    np.testing.assert_array_equal(
        self._trained('mask_update=hold', 4) == 0, self._sparse == 0)


class RefusalTest(parameterized.TestCase):

  @parameterized.parameters('prune_option=mean_gradient', 'mask_update=hold')
  def test_what_masks_in_the_forward_pass_cannot_do_is_refused_at_once(
      self, spec):
    with tf.Graph().as_default():
      v1.train.get_or_create_global_step()
      with self.assertRaisesRegex(ValueError, spec.replace('=', '.*')):
        model_pruning.Pruning(spec)


if __name__ == '__main__':
  absltest.main()
