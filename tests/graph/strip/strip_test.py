# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What strip reports, what it leaves alone, and what it writes."""

from __future__ import annotations

import gzip

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.graph.strip import strip
from tests.support.graphs import mask_forms

v1 = tf.compat.v1


class ReportTest(parameterized.TestCase):

  def test_it_counts_the_zeros_of_each_weight_and_of_all(self):
    directory = self.create_tempdir().full_path
    mask_forms.save(directory, mask_forms.dense)
    with self.assertLogs('absl', level='INFO') as logs:
      report = strip.strip_pruning_vars(directory, 'output')
    reader = tf.train.load_checkpoint(directory)
    wanted = reader.get_tensor('a/mask') * reader.get_tensor('a/w')
    [weight] = report.weights
    self.assertEqual((weight.name, weight.shape), ('a/w', (6, 6)))
    self.assertEqual(weight.num_zeros, (wanted == 0).sum())
    self.assertEqual(weight.sparsity, (wanted == 0).mean())
    self.assertEqual(report.sparsity, weight.sparsity)
    self.assertRegex(str(report), rf'a/w +6x6 +{weight.num_zeros} of 36 +0\.')
    self.assertIn(str(report), '\n'.join(logs.output))
    self.assertEqual(report.removed, ('a/mask', 'a/threshold'))
    [node] = [node for node in report.graph_def.node if node.name == 'a/w']
    np.testing.assert_array_equal(
        tf.make_ndarray(node.attr['value'].tensor), wanted)

  def test_a_graph_without_masks_is_said_to_be_one(self):
    directory = self.create_tempdir().full_path
    wanted = mask_forms.save(directory, lambda x: tf.matmul(
        x, v1.get_variable('w', [6, 6])), has_masks=False)
    with self.assertLogs('absl', level='WARNING') as logs:
      report = strip.strip_pruning_vars(directory, 'output')
    self.assertIn('NO MASKS were found', logs.output[0])
    self.assertEqual(report.weights, ())
    self.assertEqual(report.removed, ())
    np.testing.assert_array_equal(
        mask_forms.outputs_of(report.graph_def), wanted)

  def test_a_dense_file_is_not_smaller_but_compressed_it_is(self):
    sizes = []
    for sparsity in (0.0, 0.9):
      with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [None, 200], 'inputs')
        w = v1.get_variable('w', [200, 200])
        tf.matmul(x, mask_forms.masked(w, 'layer'), name='output')
        mask_forms.prune(session, sparsity)
        report = strip.strip_pruning_vars(session=session,
                                          output_node_names='output')
      serialized = report.graph_def.SerializeToString()
      sizes.append((len(serialized), len(gzip.compress(serialized))))
    (dense, dense_gzip), (sparse, sparse_gzip) = sizes
    self.assertEqual(dense, sparse)
    self.assertLess(sparse_gzip, dense_gzip / 4)


class LeftAloneTest(parameterized.TestCase):

  def _strip(self, build):
    directory = self.create_tempdir().full_path
    wanted = mask_forms.save(directory, build)
    report = strip.strip_pruning_vars(directory, 'output')
    np.testing.assert_array_equal(
        mask_forms.outputs_of(report.graph_def), wanted)
    frozen = strip.graph_def_from_checkpoint(directory, 'output')
    return report, {node.name: node for node in report.graph_def.node}, {
        node.name: node for node in frozen.node}

  def test_a_node_of_the_user_whose_name_sounds_like_a_mask(self):
    def build(x):
      x = tf.multiply(x, 2.0, name='my_masked_weight_thing')
      gate = v1.get_variable('not_a_masked_weight', [6], trainable=False)
      x = tf.multiply(x, gate, name='masked_weight')
      return tf.matmul(x, mask_forms.masked(
          v1.get_variable('w', [6, 6]), 'layer', 'other'))

    report, nodes, before = self._strip(build)
    for name in ('my_masked_weight_thing', 'masked_weight',
                 'not_a_masked_weight'):
      self.assertEqual(nodes[name], before[name])
    self.assertEqual([weight.name for weight in report.weights], ['w'])

  @parameterized.named_parameters(
      ('other values', dict(initializer=v1.constant_initializer(0.5),
                            trainable=False)),
      ('trained', dict(initializer=v1.ones_initializer())),
      ('another shape', dict(initializer=v1.ones_initializer(), shape=[6],
                             trainable=False)))
  def test_a_product_of_variables_that_are_no_mask_and_weight(self, arguments):
    def build(x):
      factor = v1.get_variable('factor', **{'shape': [6, 6], **arguments})
      return tf.matmul(x, factor * v1.get_variable('w', [6, 6]))

    report, nodes, before = self._strip(build)
    self.assertEqual(report.weights, ())
    self.assertEqual(nodes['mul'].op, 'Mul')
    self.assertEqual(nodes['mul'], before['mul'])

  def test_a_mask_of_a_weight_that_is_used_without_it_as_well(self):
    def build(x):
      weight = v1.get_variable('w', [6, 6])
      product = mask_forms.masked(weight, 'layer')
      other = mask_forms.masked(v1.get_variable('v', [6, 6]), 'other')
      return tf.matmul(tf.matmul(tf.matmul(x, product), other), weight)

    report, nodes, _ = self._strip(build)
    self.assertEqual([weight.name for weight in report.weights], ['v'])
    [warning] = report.warnings
    self.assertIn('the mask of w stays', warning)
    self.assertIn("'MatMul_2' (MatMul)", warning)
    self.assertIn('layer/mask', nodes)
    self.assertNotIn('other/mask', nodes)

  def test_a_weight_that_has_two_masks(self):
    def build(x):
      weight = v1.get_variable('w', [6, 6])
      return tf.matmul(tf.matmul(x, mask_forms.masked(weight, 'first')),
                       mask_forms.masked(weight, 'second'))

    report, _, _ = self._strip(build)
    self.assertEqual(report.weights, ())
    self.assertIn('it has another mask', report.warnings[0])

  def test_a_regularizer_outside_of_the_outputs_does_not_matter(self):
    def build(x):
      weight = v1.get_variable('w', [6, 6])
      tf.nn.l2_loss(weight)
      return tf.matmul(x, mask_forms.masked(weight, 'layer'))

    report, _, _ = self._strip(build)
    self.assertEqual([weight.name for weight in report.weights], ['w'])
    self.assertEqual(report.warnings, ())

  @parameterized.parameters(tf.gather, lambda table, ids: tf.gather_nd(
      table, tf.expand_dims(ids, 1)))
  def test_rows_gathered_by_different_indices(self, gather):
    def build(x):
      weight, mask = v1.get_variable('w', [6, 6]), v1.get_variable(
          'layer/mask', [6, 6], trainable=False,
          initializer=v1.ones_initializer(), collections=['variables', 'masks'])
      # Another mask that stays, for another reason.
      other = v1.get_variable('v', [6, 6])
      x = tf.matmul(tf.matmul(x, mask_forms.masked(other, 'other')), other)
      return gather(mask, tf.argmax(x, 1)) * gather(weight, tf.argmin(x, 1))

    report, nodes, _ = self._strip(build)
    self.assertEqual(report.weights, ())
    self.assertIn('layer/mask', nodes)
    self.assertStartsWith(report.warnings[0], 'the mask of v stays: ')
    self.assertEqual(report.warnings[1], (
        'the mask layer/mask stays: no product of it with a weight of its '
        'shape was found'))

  @parameterized.parameters(tf.gather, tf.gather_nd)
  def test_rows_that_are_used_without_the_mask_as_well(self, gather):
    def build(x):
      weight, mask = v1.get_variable('w', [6, 6]), v1.get_variable(
          'layer/mask', [6, 6], trainable=False,
          initializer=v1.ones_initializer(), collections=['variables', 'masks'])
      ids = tf.argmax(x, 1)[:, tf.newaxis]
      rows = gather(weight, ids)
      return tf.add(gather(mask, ids) * rows, rows, 'both')

    report, nodes, _ = self._strip(build)
    self.assertEqual(report.weights, ())
    self.assertIn('layer/mask', nodes)
    warning = report.warnings[0]
    self.assertIn('the mask of w stays', warning)
    self.assertIn("'both' (Add", warning)


class FilesTest(parameterized.TestCase):

  def test_the_positional_arguments_of_old_write_a_file(self):
    directory = self.create_tempdir().full_path
    wanted = mask_forms.save(directory, mask_forms.dense)
    report = model_pruning.strip_pruning_vars(
        directory, 'output', directory + '/new', 'stripped.pb')
    self.assertEqual(report.path, directory + '/new/stripped.pb')
    graph_def = v1.GraphDef()
    with open(report.path, 'rb') as file:
      graph_def.ParseFromString(file.read())
    self.assertEqual(graph_def, report.graph_def)
    np.testing.assert_array_equal(
        mask_forms.outputs_of(graph_def), wanted)
    again = strip.strip_pruning_vars(graph_def=report.path,
                                     output_node_names='output')
    self.assertEqual(again.graph_def, graph_def)

  def test_a_checkpoint_keeps_all_that_is_not_of_pruning(self):
    directory = self.create_tempdir().full_path

    def build(x):
      y = mask_forms.dense(x)
      step = v1.train.get_or_create_global_step()
      v1.get_variable('model_pruning/last_mask_update_step', [], tf.int32,
                      trainable=False, initializer=v1.zeros_initializer())
      # Of the model, whatever they are called.
      v1.get_variable('a/threshold_of_detection', [])
      v1.get_variable('bitmask', [2], trainable=False)
      v1.train.AdamOptimizer().minimize(tf.reduce_sum(y), step)
      return y

    mask_forms.save(directory, build)
    report = strip.strip_pruning_vars(
        directory + '/model.ckpt-100', output_dir=directory + '/new',
        filename='dense', result='checkpoint')
    self.assertEqual(tf.train.latest_checkpoint(directory + '/new'),
                     directory + '/new/dense')
    self.assertEqual(report.removed, (
        'a/mask', 'a/threshold', 'model_pruning/last_mask_update_step'))
    before = tf.train.load_checkpoint(directory)
    after = tf.train.load_checkpoint(report.path)
    self.assertEqual(
        set(before.get_variable_to_shape_map()),
        set(after.get_variable_to_shape_map()) | set(report.removed))
    for name in after.get_variable_to_shape_map():
      wanted = before.get_tensor(name)
      if name == 'a/w':
        wanted = wanted * before.get_tensor('a/mask')
      np.testing.assert_array_equal(after.get_tensor(name), wanted)

  def test_partitioned_weights_keep_their_names(self):
    directory = self.create_tempdir().full_path
    mask_forms.save(directory, mask_forms.partitioned)
    report = strip.strip_pruning_vars(
        directory, output_dir=directory + '/new', result='checkpoint')
    before = tf.train.load_checkpoint(directory)
    after = tf.train.load_checkpoint(report.path)
    self.assertEqual(after.get_variable_to_shape_map(), {'p/w': [6, 6]})
    np.testing.assert_array_equal(
        after.get_tensor('p/w'),
        before.get_tensor('p/w') * before.get_tensor('p/mask'))


if __name__ == '__main__':
  absltest.main()
