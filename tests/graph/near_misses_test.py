# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What is said of weights that a pattern nearly matched."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning

v1 = tf.compat.v1

_INPUTS = np.random.RandomState(0).randn(3, 6).astype(np.float32)


class NearlyTest(parameterized.TestCase):

  def _variables(self):
    v1.train.get_or_create_global_step()
    kernel = v1.get_variable('net/kernel', [6, 6], use_resource=True)
    depth = v1.get_variable('net/depth', [3, 3, 2, 2], use_resource=True)
    bias = v1.get_variable('net/bias', [6], use_resource=True)
    unused = v1.get_variable('head/unused', [6, 6], use_resource=True)
    v1.get_variable('net/frozen', [6, 6], trainable=False, use_resource=True)
    hidden = tf.matmul(_INPUTS, kernel) + bias
    hidden += tf.reduce_sum(v1.nn.depthwise_conv2d(
        tf.ones([1, 4, 4, 2]), depth, [1, 1, 1, 1], 'SAME'))
    tf.matmul(hidden, unused)
    v1.train.AdamOptimizer().minimize(
        tf.reduce_sum(hidden), v1.train.get_global_step())

  @parameterized.parameters(
      ('weight_sparsity_map=[bias:0.5]',
       "'net/bias': it has 1 dimension; a kernel has 2 at least"),
      ('weight_sparsity_map=[frozen:0.5]', "'net/frozen': it is not trainable"),
      ('weight_sparsity_map=[^head:0.5]',
       "'head/unused': no optimizer updates it"),
      ('block_dims_map=[depth:1x2]', "'net/depth': .*weight_sparsity_map can"),
      ('do_not_prune=[net/frozen]', "'net/frozen': it is not trainable"),
      ('weight_sparsity_map=[bias|frozen:0.5]',
       "'net/frozen': it is not trainable; 'net/bias': it has 1"),
      ('weight_sparsity_map=[net/kernal:0.5]',
       "Similar names are: 'net/kernel'"),
      ('weight_sparsity_map=[Kernel:0.5]', "Similar names are: 'net/kernel'"),
      ('do_not_prune=[kernel:0]', "Similar names are: 'net/kernel'"))
  def test_the_error_says_why_a_weight_is_not_pruned(self, spec, message):
    with tf.Graph().as_default():
      self._variables()
      with self.assertRaisesRegex(ValueError, 'matches none.*' + message):
        model_pruning.PruningHook(spec).begin()

  def test_slots_of_an_optimizer_are_not_listed(self):
    with tf.Graph().as_default():
      self._variables()
      with self.assertRaises(ValueError) as caught:
        model_pruning.PruningHook('weight_sparsity_map=[unused:0.5]').begin()
    self.assertNotIn('Adam', str(caught.exception))

  def test_an_exact_name_is_asked_for_though_others_match(self):
    with tf.Graph().as_default() as graph:
      self._variables()
      position = v1.get_variable('net', [6, 6], use_resource=True)
      v1.train.GradientDescentOptimizer(0.1).minimize(
          tf.reduce_sum(position), v1.train.get_global_step())
      report = model_pruning.plan(
          graph, 'weight_sparsity_map=[net:0.5]').report
    self.assertIn('net', [weight.name for weight in report.pruned])
    self.assertNotIn('net/depth', [weight.name for weight in report.pruned])


if __name__ == '__main__':
  absltest.main()
