# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The multiply-adds that a report says of checkpoints, and of loops."""

from __future__ import annotations

import os

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from model_pruning._src.model_files.reports import report as report_lib

v1 = tf.compat.v1


def _weights(report):
  return {weight.name: weight.multiply_adds for weight in report.weights
          if weight.is_kernel}


class MultiplyAddsTest(absltest.TestCase):

  def _write(self, build, with_graph=True):
    """The prefix of a checkpoint of a graph."""
    with tf.Graph().as_default(), v1.Session() as session:
      build()
      session.run(v1.global_variables_initializer())
      return v1.train.Saver().save(
          session, os.path.join(self.create_tempdir().full_path, 'model'),
          write_meta_graph=with_graph)

  def _train(self, steps=None):
    """Two layers, one of them in parts or in a loop, and their training."""
    images = v1.placeholder(tf.float32, [None, 6], name='images')
    if steps is None:
      with v1.variable_scope('first',
                             partitioner=v1.fixed_size_partitioner(2)):
        first = v1.get_variable('kernel', [6, 6])
      hidden = tf.matmul(images, first)
    else:
      first = v1.get_variable('first/kernel', [6, 6])
      _, hidden = tf.while_loop(
          lambda i, _: i < steps, lambda i, x: (i + 1, tf.matmul(x, first)),
          [0, images])
    second = v1.get_variable('second/kernel', initializer=tf.constant(
        np.repeat([0., 1.], 6).reshape(6, 2).astype(np.float32)))
    loss = tf.reduce_sum(tf.matmul(hidden, second))
    v1.train.AdamOptimizer().minimize(loss)

  def test_a_checkpoint_is_counted_by_its_graph_without_gradients(self):
    report = report_lib.report(self._write(self._train))
    self.assertEqual({name: value for name, value in _weights(report).items()
                      if 'Adam' not in name},
                     {'first/kernel': 36, 'second/kernel': 12})
    self.assertEqual((report.multiply_adds, report.nonzero_multiply_adds),
                     (48, 42))
    self.assertIn('those of all that the graph in model.meta computes, but for '
                  'gradients', str(report))

  def test_a_checkpoint_alone_does_not_say(self):
    report = report_lib.report(self._write(self._train, with_graph=False))
    self.assertIn('not known: a checkpoint without a .meta file does not say',
                  str(report))

  def test_examples_of_a_data_set_are_one_example(self):
    def build():
      examples = tf.data.Dataset.from_tensor_slices(
          np.zeros((8, 6), np.float32)).batch(4)
      images = v1.data.make_one_shot_iterator(examples).get_next()
      tf.matmul(images, v1.get_variable('kernel', [6, 5]))
    self.assertEqual(_weights(report_lib.report(self._write(build))),
                     {'kernel': 30})

  def test_a_loop_of_a_known_length_is_counted(self):
    report = report_lib.report(self._write(lambda: self._train(4)))
    self.assertEqual(_weights(report)['first/kernel'], 4 * 36)
    self.assertEqual(report.multiply_adds, 4 * 36 + 12)

  def test_a_loop_of_an_unknown_length_is_counted_by_the_turn(self):
    report = report_lib.report(self._write(
        lambda: self._train(v1.placeholder(tf.int32, [], name='steps'))))
    [row] = [weight for weight in report.to_dict()['weights']
             if weight['name'] == 'first/kernel']
    self.assertIsNone(row['multiply_adds'])
    self.assertEqual(row['multiply_adds_per_turn'], 36)
    self.assertEqual(row['nonzero_multiply_adds_per_turn'], 36)
    self.assertIsNone(report.multiply_adds)
    text = str(report)
    self.assertRegex(text, r'first/kernel .* 36/turn +36/turn')
    self.assertIn('12 dense, 6 with zeros skipped, besides 1 kernel in loops '
                  'that turn nobody knows how often: 36 dense, 36 with zeros '
                  'skipped if each loop turns once', text)


if __name__ == '__main__':
  absltest.main()
