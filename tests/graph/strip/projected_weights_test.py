# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Strips what `PruningHook` trained: its weights are zero already."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.graph.strip import strip
from tests.support import session_configs
from tests.support.graphs import prunable_graphs

v1 = tf.compat.v1
_SPEC = ('name=spec,target_sparsity=0.75,pruning_frequency=1'
         ',sparsity_function_end_step=4')


class ProjectedTest(parameterized.TestCase):

  def _train(self, use_resource=True, parts=None):
    """Trains with the hook; returns the directory and the plain names."""
    directory = self.create_tempdir().full_path
    images, labels = prunable_graphs.digits_like_batch()
    partitioner = parts and v1.fixed_size_partitioner(parts)
    with tf.Graph().as_default():
      x = v1.placeholder_with_default(images, images.shape, 'images')
      with v1.variable_scope('', partitioner=partitioner):
        logits = prunable_graphs.conv_net_logits(x, use_resource)
      tf.identity(logits, 'logits')
      train_op = v1.train.GradientDescentOptimizer(0.1).minimize(
          v1.losses.sparse_softmax_cross_entropy(labels, logits),
          global_step=v1.train.get_or_create_global_step())
      with v1.train.MonitoredTrainingSession(
          checkpoint_dir=directory, save_summaries_steps=None,
          config=session_configs.as_written(),
          hooks=[model_pruning.PruningHook(_SPEC)]) as session:
        for _ in range(6):
          session.run(train_op)
        logits = session.run('logits:0')
    return directory, logits

  _NAMES = ('conv/bias', 'conv/kernel', 'dense/bias', 'dense/kernel',
            'global_step')

  @parameterized.parameters((False, None), (True, None), (True, 3), (False, 3))
  def test_the_checkpoint_is_that_of_a_model_that_was_never_pruned(
      self, use_resource, parts):
    directory, _ = self._train(use_resource, parts)
    report = strip.strip_pruning_vars(
        directory, output_dir=directory + '/new', result='checkpoint')
    before = tf.train.load_checkpoint(directory)
    after = tf.train.load_checkpoint(report.path)
    self.assertEqual(tuple(sorted(after.get_variable_to_shape_map())),
                     self._NAMES)
    for name in self._NAMES:
      np.testing.assert_array_equal(
          after.get_tensor(name), before.get_tensor(name))
    kernels = [after.get_tensor(name) for name in ('conv/kernel',
                                                   'dense/kernel')]
    self.assertEqual(report.sparsity, sum((k == 0).sum() for k in kernels)
                     / sum(k.size for k in kernels))
    self.assertAlmostEqual(report.sparsity, 0.75, places=3)
    self.assertEqual(report.warnings, ())

  @parameterized.parameters(False, True)
  def test_the_graph_def_has_no_state_and_counts_the_zeros(self, use_resource):
    directory, wanted = self._train(use_resource)
    report = strip.strip_pruning_vars(directory, 'logits')
    self.assertEmpty([node.name for node in report.graph_def.node
                      if node.name.endswith(('/mask', '/threshold', '_step'))])
    self.assertEqual([(weight.name, weight.sparsity)
                      for weight in report.weights],
                     [('conv/kernel', 0.75), ('dense/kernel', 0.75)])
    with tf.Graph().as_default(), v1.Session(
        config=session_configs.as_written()) as session:
      tf.import_graph_def(report.graph_def, name='')
      np.testing.assert_array_equal(session.run('logits:0'), wanted)

  def test_a_weight_that_is_not_zero_where_its_mask_is_false(self):
    with tf.Graph().as_default(), v1.Session() as session:
      weight = v1.get_variable('w', initializer=np.ones([2, 2], np.float32),
                               use_resource=True)
      v1.get_variable('w/mask', trainable=False, use_resource=True,
                      initializer=np.array([[True, False], [True, True]]))
      tf.matmul(tf.ones([2, 2]), weight, name='output')
      session.run(v1.global_variables_initializer())
      report = strip.strip_pruning_vars(
          session=session, output_node_names='output')
      wanted = session.run('output:0')
    self.assertIn('1 entries of w are pruned by its mask and are not zero',
                  report.warnings[0])
    with tf.Graph().as_default(), v1.Session() as session:
      tf.import_graph_def(report.graph_def, name='')
      np.testing.assert_array_equal(session.run('output:0'), wanted)

  def test_a_bool_variable_that_an_output_needs_is_of_the_model(self):
    directory = self.create_tempdir().full_path
    with tf.Graph().as_default(), v1.Session() as session:
      weight = v1.get_variable('w', initializer=np.ones([2, 2], np.float32),
                               use_resource=True)
      mask = v1.get_variable('w/mask', trainable=False, use_resource=True,
                             initializer=np.array([[True, False]] * 2))
      v1.where(mask, weight, tf.zeros([2, 2]), name='output')
      session.run(v1.global_variables_initializer())
      report = strip.strip_pruning_vars(
          session=session, output_node_names='output', output_dir=directory,
          result='checkpoint')
    self.assertEqual((report.weights, report.removed), ((), ()))
    self.assertEqual(
        set(tf.train.load_checkpoint(report.path)
            .get_variable_to_shape_map()), {'w', 'w/mask'})


if __name__ == '__main__':
  absltest.main()
