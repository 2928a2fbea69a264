# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What `insert_masks` refuses, with the reason and the graph as it was."""

from __future__ import annotations

import contextlib

import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.graph.masked import apply_mask
from tests.support.graphs import maskable_graphs

v1 = tf.compat.v1
_SPEC = 'target_sparsity=0.5'


@contextlib.contextmanager
def _assert_refused(test, graph, error, pattern):
  """As assertRaisesRegex, and the graph must stay as it was."""
  before = graph.as_graph_def().SerializeToString(deterministic=True)
  collections = graph.get_all_collection_keys()
  with test.assertRaisesRegex(error, pattern):
    yield
  test.assertEqual(
      graph.as_graph_def().SerializeToString(deterministic=True), before)
  test.assertEqual(graph.get_all_collection_keys(), collections)


def _graph(name='matmul', resource=False, v2=False):
  graph = tf.Graph()
  with graph.as_default(), maskable_graphs.control_flow(
      v2), v1.variable_scope('', use_resource=resource):
    maskable_graphs.BUILDERS[name](lambda variable: variable)
  return graph


class RefusalTest(parameterized.TestCase):

  @parameterized.parameters(None, 'graph')
  def test_what_is_no_graph(self, graph):
    with self.assertRaisesRegex(TypeError, 'must be a tf.Graph. Received'):
      model_pruning.insert_masks(graph, _SPEC)

  def test_a_finalized_graph(self):
    graph = _graph()
    graph.finalize()
    with _assert_refused(self, graph, ValueError, 'must not be finalized'):
      model_pruning.insert_masks(graph, _SPEC)

  def test_the_graph_of_a_function(self):
    seen = []
    with tf.Graph().as_default():
      @tf.function
      def function():
        with self.assertRaisesRegex(ValueError, 'graph of a function'):
          model_pruning.insert_masks(v1.get_default_graph(), _SPEC)
        seen.append(True)
        return tf.constant(0)
      function()
    self.assertNotEmpty(seen)

  def test_a_call_in_a_strategy(self):
    graph = _graph()
    strategy = tf.distribute.MirroredStrategy(['/cpu:0'])
    with _assert_refused(self, graph, ValueError, 'outside of a `tf.distr'):
      with graph.as_default(), strategy.scope():
        model_pruning.insert_masks(graph, _SPEC)

  def test_a_graph_that_was_built_in_a_strategy(self):
    with tf.Graph().as_default() as graph:
      with tf.distribute.MirroredStrategy(['/cpu:0']).scope():
        tf.matmul(tf.ones([1, 6]), v1.get_variable('w', [6, 5]))
    with _assert_refused(self, graph, ValueError, "replicated.*'w:0'"):
      model_pruning.insert_masks(graph, _SPEC)

  @parameterized.parameters(
      *((optimizer, resource) for optimizer in (
          v1.train.GradientDescentOptimizer, v1.train.AdamOptimizer,
          v1.train.FtrlOptimizer) for resource in (False, True)))
  def test_a_graph_that_trains(self, optimizer, resource):
    graph = _graph('embedding', resource)
    with graph.as_default():
      [w] = v1.trainable_variables()
      optimizer(0.1).minimize(tf.reduce_sum(tf.nn.embedding_lookup(w, [1])))
    with _assert_refused(self, graph, ValueError, 'before gradients are built'):
      model_pruning.insert_masks(graph, _SPEC)

  @parameterized.parameters('matmul', 'two_layers_and_biases', 'conv2d')
  def test_a_graph_with_gradients_and_no_optimizer(self, name):
    with tf.Graph().as_default() as graph:
      output = maskable_graphs.BUILDERS[name](lambda variable: variable)
      with v1.name_scope('tower'):
        tf.gradients(output, v1.trainable_variables())
    with _assert_refused(self, graph, ValueError, 'before gradients are built'):
      model_pruning.insert_masks(graph, _SPEC)

  def test_a_pattern_that_matches_no_weight(self):
    graph = _graph()
    with _assert_refused(self, graph, ValueError, "'no_such'.*matches none"):
      model_pruning.insert_masks(graph, 'do_not_prune=[no_such]')

  @parameterized.parameters('w/mask', 'w/threshold')
  def test_a_name_that_a_mask_would_have(self, name):
    graph = _graph()
    with graph.as_default():
      tf.zeros([], name=name)
    with _assert_refused(self, graph, ValueError, f'{name}. Is it pruned'):
      model_pruning.insert_masks(graph, _SPEC)

  def test_uses_beside_a_mask_of_another_shape(self):
    graph = _graph()
    with graph.as_default():
      [w] = v1.trainable_variables()
      tf.matmul(tf.ones([1, 5]),
                apply_mask.apply_mask(tf.reshape(w, [5, 6]), 'by_hand'))
    with _assert_refused(self, graph, ValueError, 'by_hand/mask.*shape'):
      model_pruning.insert_masks(graph, _SPEC)


class OutOfReachTest(parameterized.TestCase):

  @parameterized.parameters(
      'cond_that_reads', 'cond_in_a_loop', 'dynamic_rnn', 'loop_that_reads',
      'loop_with_an_embedding')
  def test_a_weight_read_in_control_flow_v2_is_skipped(self, name):
    if not maskable_graphs.has_control_flow_v2():
      self.skipTest(f'TensorFlow {tf.__version__} has no switch to it')
    graph = _graph(name, resource=True, v2=True)
    with graph.as_default():
      before = len(graph.get_operations())
      report = model_pruning.insert_masks(graph, _SPEC)
      self.assertLen(graph.get_operations(), before)
    self.assertEmpty(report.pruned)
    self.assertRegex(report.skipped[0].reason,
                     'inside a function.*disable_control_flow_v2')

  @parameterized.parameters(
      'weight_sparsity_map=[w:0.5]', 'weight_sparsity_map=[^.$:0.5]',
      'group_pruning=true,group_sparsity_map=[w:0.5]')
  def test_it_is_an_error_if_the_spec_names_the_weight(self, spec):
    if not maskable_graphs.has_control_flow_v2():
      self.skipTest(f'TensorFlow {tf.__version__} has no switch to it')
    graph = _graph('loop_that_reads', resource=True, v2=True)
    with _assert_refused(self, graph, ValueError, 'not name .*in.*function'):
      model_pruning.insert_masks(graph, spec)

  def test_a_pattern_that_matches_others_too_is_none(self):
    with tf.Graph().as_default() as graph:
      x = tf.ones([2, 6])
      inner = v1.get_variable('w_inner', [6, 6], use_resource=True)
      outer = v1.get_variable('w_outer', [6, 6], use_resource=True)
      tf.function(lambda: tf.matmul(x, inner), autograph=False)()
      tf.matmul(x, outer)
      report = model_pruning.insert_masks(graph, 'weight_sparsity_map=[w:0.7]')
      self.assertEqual([weight.name for weight in report.pruned], ['w_outer'])
      self.assertEqual([weight.name for weight in report.skipped], ['w_inner'])
      self.assertIn('PartitionedCall', report.skipped[0].reason)

  def test_a_weight_whose_rows_nothing_takes_yet_is_skipped(self):
    with tf.Graph().as_default() as graph:
      w = v1.get_variable('w', [9, 5], use_resource=True)
      rows = tf.raw_ops.ResourceGather(
          resource=w.handle, indices=[1, 2], dtype=tf.float32)
      del rows
      report = model_pruning.insert_masks(graph, _SPEC)
      self.assertEmpty(apply_mask.get_masks())
    self.assertIn('nothing takes yet', report.skipped[0].reason)


if __name__ == '__main__':
  absltest.main()
