# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What `insert_masks` put into a graph, `strip_pruning_vars` takes out."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support import session_configs
from tests.support.graphs import maskable_graphs

v1 = tf.compat.v1

_CASES = [(f'{name}_{"resource" if resource else "ref"}', name, resource)
          for name in maskable_graphs.BUILDERS for resource in (False, True)]


def _value(name, shape):
  value = maskable_graphs.constant(name, *shape)
  return value > 0 if name.endswith('/mask') else value


def _build(name, resource):
  with maskable_graphs.control_flow(False), v1.variable_scope(
      '', use_resource=resource):
    return tf.identity(
        maskable_graphs.BUILDERS[name](lambda variable: variable), 'output')


def _masks_in(graph_def):
  return [node.name for node in graph_def.node
          if {'mask', 'threshold'} & set(node.name.split('/'))]


class StripInsertedTest(parameterized.TestCase):

  def _outputs_of(self, graph_def):
    with tf.Graph().as_default(), v1.Session(
        config=session_configs.as_written()) as session:
      tf.import_graph_def(graph_def, name='')
      return session.run('output:0')

  @parameterized.named_parameters(*_CASES)
  def test_outputs_are_the_same_without_masks(self, name, resource):
    directory = self.create_tempdir().full_path
    with tf.Graph().as_default() as graph, v1.Session(
        config=session_configs.as_written()) as session:
      output = _build(name, resource)
      plain = {variable.op.name for variable in v1.global_variables()}
      model_pruning.insert_masks(graph, 'target_sparsity=0.5')
      maskable_graphs.set_values(session, _value)
      wanted = session.run(output)
      v1.train.Saver().save(session, directory + '/model.ckpt')
      builder = v1.saved_model.Builder(directory + '/export')
      builder.add_meta_graph_and_variables(session, ['serve'], {
          'serving_default': v1.saved_model.build_signature_def(
              {}, {'y': v1.saved_model.build_tensor_info(output)}, 'predict')})
      builder.save()
      live = model_pruning.strip_pruning_vars(
          session=session, output_node_names=['output'])
    self.assertEqual(live.warnings, ())
    self.assertEqual(_masks_in(live.graph_def), [])
    np.testing.assert_array_equal(self._outputs_of(live.graph_def), wanted)
    from_checkpoint = model_pruning.strip_pruning_vars(directory, 'output')
    self.assertEqual(_masks_in(from_checkpoint.graph_def), [])
    np.testing.assert_array_equal(
        self._outputs_of(from_checkpoint.graph_def), wanted)

    stripped = model_pruning.strip_pruning_vars(
        directory, 'output', directory + '/stripped', result='checkpoint')
    self.assertEqual(stripped.warnings, ())
    with tf.Graph().as_default(), v1.Session(
        config=session_configs.as_written()) as session:
      output = _build(name, resource)  # Never pruned.
      self.assertEqual(
          {variable.op.name for variable in v1.global_variables()}, plain)
      v1.train.Saver().restore(session, stripped.path)
      np.testing.assert_array_equal(session.run(output), wanted)

    exported = model_pruning.strip_pruning_vars(
        saved_model_dir=directory + '/export', result='saved_model',
        output_dir=directory + '/stripped_export')
    self.assertEqual(exported.warnings, ())
    with tf.Graph().as_default() as graph, v1.Session(
        config=session_configs.as_written()) as session:
      v1.saved_model.load(session, ['serve'], directory + '/stripped_export')
      np.testing.assert_array_equal(session.run('output:0'), wanted)
      self.assertEqual(_masks_in(graph.as_graph_def()), [])

  @parameterized.parameters(False, True)
  def test_each_of_several_products_of_one_mask_is_folded(self, resource):
    with tf.Graph().as_default() as graph, v1.variable_scope(
        '', use_resource=resource), v1.Session(
            config=session_configs.as_written()) as session:
      w = v1.get_variable('w', [9, 5])
      rows = tf.gather_nd(w, [[1], [8]]) + tf.nn.embedding_lookup(w, [8, 3])
      output = tf.matmul(rows, w, transpose_b=True, name='output')
      model_pruning.insert_masks(graph, 'target_sparsity=0.5')
      maskable_graphs.set_values(session, _value)
      wanted = session.run(output)
      products = [node.name for node in graph.as_graph_def().node
                  if node.op == 'Mul' and 'masked_weight' in node.name]
      report = model_pruning.strip_pruning_vars(
          session=session, output_node_names='output')
    self.assertGreater(len(products), 1)
    self.assertEqual(report.warnings, ())
    self.assertEmpty([node.name for node in report.graph_def.node
                      if node.op == 'Mul'])
    np.testing.assert_array_equal(self._outputs_of(report.graph_def), wanted)

  @parameterized.parameters(False, True)
  def test_parts_of_a_mask_whose_rows_multiply_other_rows_stay(self, resource):
    directory = self.create_tempdir().full_path
    partitioner = v1.fixed_size_partitioner(3)
    with tf.Graph().as_default() as graph, v1.variable_scope(
        '', use_resource=resource, partitioner=partitioner), v1.Session(
            config=session_configs.as_written()) as session:
      w = v1.get_variable('w', [9, 5])
      mask = v1.get_variable('w/mask', [9, 5], trainable=False)
      graph.add_to_collection('masks', mask)
      tf.multiply(v1.nn.embedding_lookup(mask, [1, 7], 'div'),
                  v1.nn.embedding_lookup(w, [1, 8], 'div'), name='output')
      maskable_graphs.set_values(session, _value)
      wanted = session.run('output:0')
      live = model_pruning.strip_pruning_vars(
          session=session, output_node_names='output')
      saved = model_pruning.strip_pruning_vars(
          session=session, output_node_names='output', output_dir=directory,
          result='checkpoint')
    for report in (live, saved):
      self.assertEqual(report.removed, ())
      self.assertEqual(report.warnings[:3], tuple(
          f'the mask w/mask/part_{i} stays: no product of it with a weight of '
          'its shape was found' for i in range(3)))
    np.testing.assert_array_equal(self._outputs_of(live.graph_def), wanted)


if __name__ == '__main__':
  absltest.main()
