# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What `insert_masks` put into a graph, `strip_pruning_vars` takes out."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests import maskable_graphs
from tests import session_configs

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
    self.assertEqual(model_pruning.strip_pruning_vars(
        directory, 'output').graph_def, live.graph_def)

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


if __name__ == '__main__':
  absltest.main()
