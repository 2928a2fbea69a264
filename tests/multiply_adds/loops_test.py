# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The multiply-adds in loops: turns that are known, and turns that are not."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.multiply_adds import count as count_lib

v1 = tf.compat.v1
_FORMS = [('frames', False), ('functions', True)]


def _constant(shape, name):
  return tf.constant(np.ones(shape, np.float32), name=name)


class LoopsTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    before = (v1.enable_control_flow_v2 if v1.control_flow_v2_enabled()
              else v1.disable_control_flow_v2)
    self.addCleanup(before)

  def _count(self, build, functions):
    """The counts of a graph with loops of frames, or of functions."""
    (v1.enable_control_flow_v2 if functions else v1.disable_control_flow_v2)()
    with tf.Graph().as_default() as graph:
      build()
    graph_def = graph.as_graph_def()
    self.assertEqual(any(node.op == 'Enter' for node in graph_def.node),
                     not functions)
    return count_lib.count(graph_def)

  @parameterized.named_parameters(_FORMS)
  def test_a_loop_to_a_constant_counts_its_turns(self, functions):
    def build():
      kernel = _constant([6, 6], 'kernel')
      images = v1.placeholder(tf.float32, [None, 6])
      tf.while_loop(lambda i, _: i < 7,
                    lambda i, x: (i + 2, tf.matmul(x, kernel)), [0, images])
    self.assertEqual(self._count(build, functions), ({'kernel': 4 * 36}, 0, {}))

  @parameterized.named_parameters(_FORMS)
  def test_a_loop_over_a_known_length_counts_its_turns(self, functions):
    def build():
      kernel = _constant([6, 6], 'kernel')
      words = v1.placeholder(tf.float32, [None, 5, 6])
      length = tf.shape(words)[1]
      tf.while_loop(lambda i, _: i < length,
                    lambda i, x: (i + 1, tf.matmul(x, kernel)),
                    (0, words[:, 0]), maximum_iterations=9)
    self.assertEqual(self._count(build, functions), ({'kernel': 5 * 36}, 0, {}))

  @parameterized.named_parameters(_FORMS)
  def test_a_loop_in_a_loop_counts_both(self, functions):
    def build():
      inner, outer = _constant([6, 6], 'inner'), _constant([6, 6], 'outer')
      images = v1.placeholder(tf.float32, [None, 6])

      def turn(i, x):
        _, y = tf.while_loop(lambda j, _: j < 2,
                             lambda j, y: (j + 1, tf.matmul(y, inner)), [0, x])
        return i + 1, tf.matmul(y, outer)

      tf.while_loop(lambda i, _: i < 3, turn, [0, images])
    self.assertEqual(self._count(build, functions),
                     ({'inner': 6 * 36, 'outer': 3 * 36}, 0, {}))

  @parameterized.named_parameters(_FORMS)
  def test_turns_that_inputs_decide_are_not_known_but_one_is(self, functions):
    def build():
      kernel, other = _constant([6, 6], 'kernel'), _constant([6, 6], 'other')
      images = v1.placeholder(tf.float32, [None, 6])
      limit = v1.placeholder(tf.int32, [])
      _, x = tf.while_loop(lambda i, _: i < limit,
                           lambda i, x: (i + 1, tf.matmul(x, kernel)),
                           [0, tf.matmul(images, kernel)])
      tf.matmul(x, other)
    self.assertEqual(self._count(build, functions),
                     ({'kernel': None, 'other': 36}, 0, {'kernel': 2 * 36}))

  @parameterized.named_parameters(_FORMS)
  def test_a_limit_that_moves_is_not_known(self, functions):
    def build():
      kernel = _constant([6, 6], 'kernel')
      images = v1.placeholder(tf.float32, [None, 6])
      tf.while_loop(
          lambda i, limit, _: i < limit,
          lambda i, limit, x: (i + 1, limit - 1, tf.matmul(x, kernel)),
          [0, 9, images])
    self.assertEqual(self._count(build, functions),
                     ({'kernel': None}, 0, {'kernel': 36}))

  @parameterized.named_parameters(_FORMS)
  def test_a_counter_that_falls_is_not_known(self, functions):
    def build():
      kernel = _constant([6, 6], 'kernel')
      images = v1.placeholder(tf.float32, [None, 6])
      tf.while_loop(lambda i, _: i < 5,
                    lambda i, x: (i + -1, tf.matmul(x, kernel)), [0, images])
    self.assertEqual(self._count(build, functions),
                     ({'kernel': None}, 0, {'kernel': 36}))

  @parameterized.named_parameters(_FORMS)
  def test_a_loop_until_something_happens_has_turns_nobody_knows(
      self, functions):
    def build():
      kernel = _constant([6, 6], 'kernel')
      images = v1.placeholder(tf.float32, [None, 6])
      tf.while_loop(
          lambda i, x: tf.logical_and(i < 5, tf.reduce_max(x) > 0),
          lambda i, x: (i + 1, tf.matmul(x, kernel)), [0, images])
    self.assertEqual(self._count(build, functions),
                     ({'kernel': None}, 0, {'kernel': 36}))

  @parameterized.named_parameters(_FORMS)
  def test_a_tensor_that_grows_is_not_counted_by_its_first_turn(
      self, functions):
    def build():
      kernel = _constant([6, 6], 'kernel')
      rows = v1.placeholder(tf.float32, [1, 6])
      tf.while_loop(
          lambda i, _: i < 5,
          lambda i, x: (i + 1, tf.concat([x, tf.matmul(x, kernel)], 0)),
          [0, rows], [tf.TensorShape([]), tf.TensorShape([None, 6])])
    self.assertEqual(self._count(build, functions), ({'kernel': None}, 0, {}))

  @parameterized.named_parameters(_FORMS)
  def test_a_scan_of_a_known_length_counts_its_turns(self, functions):
    def build():
      kernel = _constant([6, 6], 'kernel')
      words = v1.placeholder(tf.float32, [5, 1, 6])
      tf.scan(lambda x, word: tf.matmul(x, kernel) + word, words)
    self.assertEqual(self._count(build, functions), ({'kernel': 4 * 36}, 0, {}))

  @parameterized.named_parameters(_FORMS)
  def test_a_recurrent_net_counts_its_steps(self, functions):
    try:
      cell_of = v1.nn.rnn_cell.BasicRNNCell
    except AttributeError:
      self.skipTest('this TensorFlow has no rnn_cell')

    def build():
      # A list of items of functions does not tell the size of a batch.
      words = v1.placeholder(tf.float32, [1 if functions else None, 5, 6])
      outputs, _ = v1.nn.dynamic_rnn(
          cell_of(3, name='cell'), words, dtype=tf.float32)
      tf.matmul(outputs[:, -1], _constant([3, 2], 'logits'))
    counts = self._count(build, functions)
    self.assertEqual({name: value for name, value in counts.weights.items()
                      if not name.endswith('bias')},
                     {'rnn/cell/kernel': 5 * 9 * 3, 'logits': 6})


if __name__ == '__main__':
  absltest.main()
