# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which channels of frozen graphs depend on each other, and which stay."""

from __future__ import annotations

import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.channels import channel_sets
from model_pruning._src.graph.channels import trace
from tests.support.graphs import channel_graphs

v1 = tf.compat.v1


def _sets(build, image_size=channel_graphs.IMAGE_SIZE):
  traced = trace.trace(channel_graphs.frozen(build, image_size), 'net.pb')
  return channel_sets.sets_of(traced.dependency)


def _between(change):
  """A net with a change between two convolutions."""
  def build(net, x):
    x = change(net, net.conv(x, 8, 'stem'))
    return net.conv(x, 5, 'logits', 1)
  return build


def _branched(net, x):
  return tf.cond(tf.reduce_sum(x) > 0.0, lambda: x * 2.0, lambda: x)


def _in_a_loop(net, x):
  return tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * 2.0),
                       [0, x])[1]


def _in_a_function(net, x):
  return tf.function(lambda x: tf.nn.relu(x) * 2.0)(x)


def _counted(net, x):
  return x * tf.cast(tf.shape(x)[3], tf.float32)


def _also_taken_whole(net, x):
  """A kernel that something else takes as well."""
  kernel = net.variable('kernel', [1, 1, 8, 8])
  return tf.nn.conv2d(x, kernel, strides=[1, 1, 1, 1], padding='SAME') * (
      tf.nn.l2_loss(kernel))


class TraceTest(parameterized.TestCase):

  @parameterized.named_parameters(
      ('a branch', _branched, ''),
      ('a loop', _in_a_loop, ''),
      ('a function', _in_a_function, 'PartitionedCall has no rule'),
      ('local response normalization',
       lambda net, x: tf.nn.local_response_normalization(x),
       'LRN has no rule'),
      ('softmax', lambda net, x: tf.nn.softmax(x), 'softmax depends on all'),
      ('channels by number', lambda net, x: x[..., 1:], 'by their number'),
      ('a sum of channels',
       lambda net, x: x - tf.reduce_mean(x, 3, keepdims=True),
       'it reduces channels'),
      ('the number of channels', _counted, 'is computed with'),
      ('a logarithm', lambda net, x: v1.log(tf.abs(x)), 'not finite at zero'),
      ('a division', lambda net, x: 1.0 / x, 'could be zero'))
  def test_what_needs_all_channels_keeps_them(self, change, reason):
    [first, *_] = _sets(_between(change))
    self.assertEqual(first.free, [])
    self.assertIn(reason, '; '.join(first.reasons))

  def test_a_kernel_that_something_else_takes_stays(self):
    sets = _sets(_between(_also_taken_whole))
    self.assertEqual([one.free for one in sets], [[]] * 3)
    self.assertIn('L2Loss has no rule', '; '.join(sets[0].reasons))

  def test_a_number_that_something_else_depends_on_keeps_channels(self):
    def build(net, x):
      number = tf.constant(6, name='six')
      x = net.conv(x, 6, 'stem')
      x = tf.reshape(x, tf.stack([-1, 144, number]))
      x.set_shape([None, 144, 6])
      return tf.reduce_mean(x, 2) * tf.cast(tf.range(number)[5], tf.float32)

    [one] = _sets(build)
    self.assertEqual(one.free, [])

  def test_means_and_variances_are_statistics(self):
    [norm, *_] = _sets(channel_graphs.unfused_norms)
    roles = {use.name: use.role.value for use in norm.uses}
    self.assertEqual(
        {name: roles[f'stem/norm/{name}']
         for name in ('gamma', 'beta', 'mean', 'variance')},
        {'gamma': 'per channel', 'beta': 'per channel', 'mean': 'statistics',
         'variance': 'statistics'})

  def test_channels_may_be_the_second_axis(self):
    with tf.Graph().as_default() as graph:
      net = channel_graphs.Net()
      x = v1.placeholder(tf.float32, [None, 3, 8, 8])
      for name, shape in (('one', [3, 3, 3, 6]), ('two', [3, 3, 6, 4])):
        kernel = tf.constant(net.random.standard_normal(shape), tf.float32,
                             name=name)
        x = tf.nn.conv2d(x, kernel, strides=[1, 1, 1, 1], padding='SAME',
                         data_format='NCHW')
        x = tf.nn.relu(tf.nn.bias_add(
            x, tf.constant([1.0] * shape[-1]), data_format='NCHW'))
      v1.nn.max_pool(x, [1, 1, 2, 2], [1, 1, 2, 2], 'VALID',
                     data_format='NCHW')
    [one, two] = channel_sets.sets_of(
        trace.trace(graph.as_graph_def(), 'net.pb').dependency)
    self.assertLen(one.free, 6)
    self.assertEqual([use.name for use in one.uses], ['one', 'Const', 'two'])
    self.assertEqual(two.free, [])


if __name__ == '__main__':
  absltest.main()
