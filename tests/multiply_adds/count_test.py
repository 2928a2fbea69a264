# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The multiply-adds of GraphDefs, against what they are by hand."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from model_pruning._src.multiply_adds import count as count_lib

v1 = tf.compat.v1


def _constant(shape, name):
  return tf.constant(np.ones(shape, np.float32), name=name)


class CountTest(absltest.TestCase):

  def setUp(self):
    super().setUp()
    self._graph = tf.Graph()

  def _count(self, outputs=None):
    return count_lib.count(self._graph.as_graph_def(), outputs)

  def test_constants_and_variables_of_both_kinds(self):
    with self._graph.as_default():
      images = v1.placeholder(tf.float32, [None, 8, 8, 3])
      hidden = tf.nn.conv2d(images, _constant([3, 3, 3, 4], 'kernel'),
                            strides=2, padding='SAME')
      hidden = tf.reshape(hidden, [-1, 64])
      one = v1.get_variable('one', [64, 5], use_resource=True)
      other = v1.get_variable('other', [5, 6], use_resource=False)
      tf.matmul(tf.matmul(hidden, one), other)
    self.assertEqual(self._count(), (
        {'kernel': 4 * 4 * 27 * 4, 'one': 64 * 5, 'other': 30}, 0, {}))

  def test_what_the_outputs_do_not_need_is_not_counted(self):
    with self._graph.as_default():
      inputs = v1.placeholder(tf.float32, [None, 4])
      tf.matmul(inputs, _constant([4, 5], 'a'), name='first')
      tf.matmul(inputs, _constant([4, 6], 'b'), name='second')
    self.assertEqual(self._count(['first:0']).weights, {'a': 20})
    self.assertEqual(self._count().weights, {'a': 20, 'b': 24})

  def test_a_batch_of_a_known_size_is_counted_as_a_whole(self):
    with self._graph.as_default():
      tf.matmul(v1.placeholder(tf.float32, [7, 4]), _constant([4, 5], 'a'))
    self.assertEqual(self._count().weights, {'a': 7 * 20})

  def test_parts_of_one_matrix_have_their_shares(self):
    with self._graph.as_default():
      inputs = v1.placeholder(tf.float32, [None, 6])
      parts = [_constant([2, 5], 'a'), tf.cast(tf.constant(
          np.ones([4, 5], np.float16), name='b'), tf.float32)]
      tf.matmul(inputs, tf.concat(parts, 0))
    self.assertEqual(self._count().weights, {'a': 10, 'b': 20})

  def test_a_matrix_that_is_computed_is_not_known(self):
    with self._graph.as_default():
      inputs = v1.placeholder(tf.float32, [None, 4])
      tf.matmul(inputs, _constant([4, 5], 'a') * _constant([4, 5], 'mask'))
    self.assertEqual(self._count().weights, {'a': None, 'mask': None})

  def test_rows_that_are_gathered_take_none(self):
    with self._graph.as_default():
      tf.gather(_constant([9, 4], 'table'), v1.placeholder(tf.int32, [None]))
    self.assertEqual(self._count(), ({}, 0, {}))

  def test_products_of_activations_are_counted_apart(self):
    with self._graph.as_default():
      inputs = v1.placeholder(tf.float32, [None, 6, 4])
      tf.matmul(inputs, inputs, transpose_b=True)
    self.assertEqual(self._count(), ({}, 6 * 6 * 4, {}))

  def test_a_length_that_is_not_known_is_not_guessed(self):
    with self._graph.as_default():
      images = v1.placeholder(tf.float32, [None, None, None, 3])
      tf.nn.conv2d(images, _constant([3, 3, 3, 4], 'kernel'), strides=1,
                   padding='SAME')
    self.assertEqual(self._count().weights, {'kernel': None})

  def test_functions_that_are_called_twice_count_twice(self):
    if not hasattr(tf, 'function'):
      self.skipTest('this TensorFlow has no tf.function')
    kernel_value = np.ones([4, 4], np.float32)

    @tf.function(autograph=False)
    def multiply(inputs):
      return tf.matmul(inputs, tf.constant(kernel_value, name='kernel'))

    with self._graph.as_default():
      inputs = v1.placeholder(tf.float32, [None, 4])
      multiply(multiply(inputs))
    [(name, value)] = self._count().weights.items()
    self.assertRegex(name, 'multiply.*/kernel$')
    self.assertEqual(value, 2 * 16)

  def test_the_dearer_branch_is_counted(self):
    if not v1.control_flow_v2_enabled():
      self.skipTest('branches are no functions')
    with self._graph.as_default():
      inputs = v1.placeholder(tf.float32, [1, 4])
      kernel = _constant([4, 4], 'kernel')
      tf.cond(v1.placeholder(tf.bool, []),
              lambda: tf.matmul(inputs, kernel),
              lambda: tf.matmul(tf.matmul(inputs, kernel), kernel))
    self.assertEqual(self._count().weights, {'kernel': 32})

  def test_a_loop_that_leads_into_itself_is_an_error(self):
    graph_def = v1.GraphDef()
    for name, op, ref in (('a', 'Enter', 'b'), ('b', 'Identity', 'a')):
      node = graph_def.node.add(name=name, op=op, input=[ref])
      node.attr['T'].type = tf.float32.as_datatype_enum
      node.attr['frame_name'].s = b'loop'
    with self.assertRaises(ValueError):
      count_lib.count(graph_def)

  def test_an_operation_that_is_not_known_is_an_error(self):
    graph_def = v1.GraphDef()
    graph_def.node.add(name='a', op='NoSuchOperation')
    with self.assertRaisesRegex(ValueError, 'NoSuchOperation'):
      count_lib.count(graph_def)


if __name__ == '__main__':
  absltest.main()
