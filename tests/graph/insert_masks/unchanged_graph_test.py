# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What `insert_masks` changes of a graph, and what it leaves as it is."""

from __future__ import annotations

import os

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.graph import mask_collections
from model_pruning._src.graph.masked import apply_mask
from tests.support.graphs import maskable_graphs

v1 = tf.compat.v1
_SPEC = 'target_sparsity=0.5'


def _ops(graph):
  """Names and inputs of all operations."""
  return [(op.name, [tensor.name for tensor in op.inputs])
          for op in graph.get_operations()]


def _kernel(use_resource, shape=(6, 5), name='w'):
  return v1.get_variable(name, shape, use_resource=use_resource,
                         initializer=v1.random_normal_initializer())


def _session_with_zero_masks():
  """A session in which all is initialized, and the masks are zeros."""
  session = v1.Session()
  # First what others are initialized from.
  session.run(v1.variables_initializer(v1.trainable_variables()))
  session.run(v1.global_variables_initializer())
  for mask in apply_mask.get_masks():
    mask.load(np.zeros(mask.shape.as_list()), session)
  return session


class LeftAloneTest(parameterized.TestCase):

  @parameterized.parameters(False, True)
  def test_a_saver_stores_the_weight_and_not_the_product(self, use_resource):
    prefix = os.path.join(self.create_tempdir().full_path, 'model')
    with tf.Graph().as_default() as graph:
      w = _kernel(use_resource)
      tf.matmul(tf.ones([4, 6]), w)
      old_saver = v1.train.Saver()
      report = model_pruning.insert_masks(graph, _SPEC)
      with _session_with_zero_masks() as session:
        wanted = session.run(w)
        old_saver.save(session, prefix + '-old', write_meta_graph=False)
        v1.train.Saver().save(session, prefix, write_meta_graph=False)
    self.assertRegex(report.warnings[0], 'saver .* before the masks')
    self.assertTrue(np.all(wanted))
    for path in prefix, prefix + '-old':
      reader = tf.train.load_checkpoint(path)
      np.testing.assert_array_equal(reader.get_tensor('w'), wanted)
    self.assertEqual(
        sorted(tf.train.load_checkpoint(prefix).get_variable_to_dtype_map()),
        ['w', 'w/mask', 'w/threshold'])

  @parameterized.parameters(False, True)
  def test_regularizers_summaries_and_averages_see_the_weight(
      self, use_resource):
    with tf.Graph().as_default() as graph:
      w = _kernel(use_resource)
      output = tf.matmul(tf.ones([4, 6]), w)
      average = v1.train.ExponentialMovingAverage(0.0)
      update = average.apply([w])
      summary = v1.summary.histogram('w', w)
      seen = [tf.nn.l2_loss(w), tf.reduce_sum(tf.square(w)),
              tf.reduce_max(tf.abs(tf.reshape(w, [-1])))]
      model_pruning.insert_masks(graph, _SPEC)
      with _session_with_zero_masks() as session:
        value = session.run(w)
        session.run(update)
        np.testing.assert_allclose(session.run(average.average(w)), value,
                                   atol=1e-5)
        parsed = v1.Summary.FromString(session.run(summary))
        self.assertAlmostEqual(
            parsed.value[0].histo.sum_squares, np.sum(value ** 2), places=3)
        np.testing.assert_allclose(session.run(seen), [
            np.sum(value ** 2) / 2, np.sum(value ** 2), np.abs(value).max()],
                                   rtol=1e-5)
        self.assertFalse(np.any(session.run(output)))

  @parameterized.parameters(False, True)
  def test_a_copy_of_the_weight_is_masked_for_the_forward_pass_only(
      self, use_resource):
    with tf.Graph().as_default() as graph:
      w = _kernel(use_resource)
      half = tf.cast(w, tf.float16, name='half')
      left, right = tf.split(half, [2, 3], axis=1)
      outputs = [tf.matmul(tf.ones([4, 6], tf.float16), left),
                 tf.matmul(tf.ones([4, 6], tf.float16), right)]
      penalty = tf.nn.l2_loss(right)
      shape = tf.shape(half)
      model_pruning.insert_masks(graph, _SPEC)
      count = len(graph.get_operations())
      model_pruning.insert_masks(graph, _SPEC)
      self.assertLen(graph.get_operations(), count)
      with _session_with_zero_masks() as session:
        for output in session.run(outputs):
          self.assertFalse(np.any(output))
        self.assertGreater(session.run(penalty), 0.0)
        np.testing.assert_array_equal(session.run(shape), [6, 5])

  def test_names_of_variables_made_later_are_as_without_masks(self):
    names = []
    for insert in False, True:
      with tf.Graph().as_default() as graph:
        logits = maskable_graphs.two_layers_and_biases(lambda w: w)
        if insert:
          model_pruning.insert_masks(graph, _SPEC)
        with v1.variable_scope('a'):
          _kernel(False, name='another')
        v1.train.AdamOptimizer().minimize(tf.reduce_sum(logits))
        names.append([v.name for v in v1.global_variables()
                      if not v.op.name.endswith(('/mask', '/threshold'))])
    self.assertEqual(*names)


class SecondCallTest(parameterized.TestCase):

  @parameterized.named_parameters(
      (f'{name}_{"resource" if resource else "ref"}', name, resource)
      for name in ('matmul', 'scaled_weight', 'embedding', 'gather',
                   'gather_nd', 'tied_embedding', 'partitioned',
                   'partitioned_embedding', 'loop_that_reads',
                   'loop_with_an_embedding', 'cond_that_reads')
      for resource in (False, True))
  def test_it_adds_nothing_and_says_so(self, name, resource):
    with tf.Graph().as_default() as graph, maskable_graphs.control_flow(
        False), v1.variable_scope('', use_resource=resource):
      maskable_graphs.BUILDERS[name](lambda variable: variable)
      first = model_pruning.insert_masks(graph, _SPEC)
      before = _ops(graph)
      second = model_pruning.insert_masks(graph, _SPEC)
      self.assertEqual(_ops(graph), before)
      self.assertLen(apply_mask.get_masks(), 1)
    self.assertEqual(second.pruned, first.pruned)
    self.assertEqual(second.skipped, first.skipped)
    self.assertEmpty(first.warnings)
    self.assertRegex(second.warnings[0], 'Nothing was added')

  @parameterized.parameters(False, True)
  def test_what_was_built_since_gets_the_mask_that_is_there(
      self, use_resource):
    with tf.Graph().as_default() as graph:
      w = _kernel(use_resource)
      outputs = [tf.matmul(tf.ones([4, 6]), w)]
      model_pruning.insert_masks(graph, _SPEC)
      outputs.append(tf.matmul(tf.ones([2, 6]), w))
      report = model_pruning.insert_masks(graph, _SPEC)
      self.assertEmpty(report.warnings)
      self.assertLen(apply_mask.get_masks(), 1)
      self.assertLen(apply_mask.get_masked_weights(), 1)
      with _session_with_zero_masks() as session:
        for output in session.run(outputs):
          self.assertFalse(np.any(output))

  def test_a_weight_that_was_masked_by_hand_is_left_alone(self):
    with tf.Graph().as_default() as graph:
      tf.matmul(tf.ones([4, 6]), apply_mask.apply_mask(_kernel(False), 'layer'))
      tf.matmul(tf.ones([4, 6]), _kernel(False, name='other'))
      report = model_pruning.insert_masks(graph, _SPEC)
      self.assertEqual([weight.name for weight in report.pruned],
                       ['w', 'other'])
      self.assertEqual([mask.op.name for mask in apply_mask.get_masks()],
                       ['layer/mask', 'other/mask'])


class ChosenTest(parameterized.TestCase):

  def _insert(self, spec):
    with tf.Graph().as_default() as graph:
      x = tf.ones([1, 8, 8, 3])
      x = tf.nn.depthwise_conv2d(
          x, _kernel(False, [3, 3, 3, 1], 'depthwise'), [1, 1, 1, 1], 'SAME')
      x = v1.nn.conv2d(x, _kernel(False, [1, 1, 3, 4], 'conv'),
                       [1, 1, 1, 1], 'SAME')
      x = tf.matmul(tf.reshape(x, [1, -1]), _kernel(False, [256, 2], 'fc'))
      output = x + _kernel(False, [2], 'bias')
      report = model_pruning.insert_masks(graph, spec)
      with _session_with_zero_masks() as session:
        self.assertEqual(bool(np.any(session.run(x))), not report.pruned)
        session.run(output)
      return {weight.op.name for weight in apply_mask.get_weights()}, {
          weight.name: weight.reason for weight in report.skipped}

  def test_kernels_and_neither_biases_nor_depthwise_ones(self):
    names, reasons = self._insert(_SPEC)
    self.assertEqual(names, {'conv', 'fc'})
    self.assertIn('weight_sparsity_map can name it', reasons['depthwise'])
    self.assertIn('1 dimension', reasons['bias'])

  def test_a_depthwise_kernel_that_the_spec_names(self):
    names, _ = self._insert('weight_sparsity_map=[depthwise:0.5]')
    self.assertEqual(names, {'conv', 'fc', 'depthwise'})

  def test_none_that_the_spec_leaves_alone(self):
    names, reasons = self._insert(
        'do_not_prune=[fc],weight_sparsity_map=[conv:0]')
    self.assertEqual(names, set())
    self.assertIn('do_not_prune', reasons['fc'])
    self.assertIn('target sparsity is 0', reasons['conv'])


class PlaceTest(parameterized.TestCase):

  @parameterized.parameters(False, True)
  def test_masks_and_products_are_where_the_weight_is(self, use_resource):
    with tf.Graph().as_default() as graph:
      with v1.device('/job:ps/task:1'):
        w = _kernel(use_resource)
      with v1.device('/job:worker'):
        tf.matmul(tf.ones([4, 6]), w)
      with v1.device('/job:elsewhere'):
        model_pruning.insert_masks(graph, _SPEC)
      ops = [graph.get_operation_by_name(name) for name in (
          'w/mask', 'w/threshold', 'w/weights/masked_weight')]
      self.assertEqual([op.device for op in ops], ['/job:ps/task:1'] * 3)

  def test_each_part_of_a_mask_is_where_the_part_of_the_weight_is(self):
    with tf.Graph().as_default() as graph:
      with v1.device(v1.train.replica_device_setter(ps_tasks=2)):
        output = maskable_graphs.partitioned(lambda variable: variable)
      del output
      model_pruning.insert_masks(graph, _SPEC)
      for i in range(3):
        self.assertEqual(
            graph.get_operation_by_name(f'w/mask/part_{i}').device,
            graph.get_operation_by_name(f'w/part_{i}').device)

  def test_the_scopes_of_the_caller_do_not_matter(self):
    with tf.Graph().as_default() as graph:
      w = _kernel(False)
      tf.matmul(tf.ones([4, 6]), w)
      with v1.variable_scope('scope', reuse=tf.compat.v1.AUTO_REUSE):
        with tf.control_dependencies([tf.no_op()]):
          model_pruning.insert_masks(graph, _SPEC)
      self.assertEqual(apply_mask.get_masks()[0].op.name, 'w/mask')
      product = apply_mask.get_masked_weights()[0].op
      self.assertEqual(product.name, 'w/weights/masked_weight')
      self.assertEmpty(product.control_inputs)

  def test_two_graphs_are_independent(self):
    graphs = tf.Graph(), tf.Graph()
    for graph in graphs:
      with graph.as_default():
        maskable_graphs.matmul(lambda variable: variable)
    model_pruning.insert_masks(graphs[0], _SPEC)
    self.assertLen(graphs[0].get_collection(mask_collections.MASKS), 1)
    self.assertEmpty(graphs[1].get_collection(mask_collections.MASKS))


if __name__ == '__main__':
  absltest.main()
