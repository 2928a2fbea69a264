# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Masks are found wherever they are, and outputs stay exactly the same."""

from __future__ import annotations

import itertools
import os

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.graph.strip import strip
from tests.support.graphs import mask_forms

v1 = tf.compat.v1

_CASES = [
    (f'{name}_{"resource" if use_resource else "ref"}', form, use_resource)
    for (name, form), use_resource in itertools.product(
        mask_forms.FORMS.items(), (False, True))
    if use_resource or not form.resource_only]


def _mentioned(graph_def):
  """Names of nodes that have what a mask variable was called."""
  return [node.name for node in graph_def.node
          if {'mask', 'gate'} & set(node.name.split('/'))]


class FormsTest(parameterized.TestCase):

  @parameterized.named_parameters(*_CASES)
  def test_each_form_is_stripped_to_each_result(self, form, use_resource):
    directory = self.create_tempdir().full_path
    with tf.Graph().as_default(), v1.Session() as session:
      mask_forms.build_form(form, use_resource)
      masks = mask_forms.prune(session)
      wanted = session.run('output:0', {'inputs:0': mask_forms.INPUT})
      variables = {variable.op.name: session.run(variable)
                   for variable in v1.global_variables()}
      v1.train.Saver().save(session, directory + '/model.ckpt')
      builder = v1.saved_model.Builder(directory + '/export')
      builder.add_meta_graph_and_variables(
          session, ['serve'], {
              'serving_default': v1.saved_model.predict_signature_def(
                  {'x': session.graph.get_tensor_by_name('inputs:0')},
                  {'y': session.graph.get_tensor_by_name('output:0')})})
      builder.save()
      session.graph.finalize()
      live = strip.strip_pruning_vars(
          session=session, output_node_names=['output'])

    from_checkpoint = strip.strip_pruning_vars(directory, 'output')
    frozen = strip.graph_def_from_checkpoint(directory, 'output')
    np.testing.assert_array_equal(mask_forms.outputs_of(frozen), wanted)
    in_two_steps = strip.strip_pruning_vars_fn(frozen, ['output'])
    if form.build is not mask_forms.weight_first:  # Two masks, it seems.
      self.assertEqual(_mentioned(in_two_steps), [])
    for graph_def in (live.graph_def, from_checkpoint.graph_def):
      self.assertEqual(_mentioned(graph_def), [])
    for graph_def in (live.graph_def, from_checkpoint.graph_def, in_two_steps):
      self.assertEmpty([node for node in graph_def.node if 'Var' in node.op])
      np.testing.assert_array_equal(
          mask_forms.outputs_of(graph_def), wanted)
    for report in (live, from_checkpoint):
      self.assertLen(report.weights, form.num_weights)
      self.assertEqual(report.warnings, ())
      self.assertBetween(report.sparsity, 0.5, 0.95)

    stripped = strip.strip_pruning_vars(
        directory, 'output', directory + '/stripped', result='checkpoint')
    self.assertContainsSubset(masks, stripped.removed)
    names = set(variables).difference(stripped.removed)
    with tf.Graph().as_default(), v1.Session() as session:
      mask_forms.build_form(form, use_resource)
      saver = v1.train.Saver([variable for variable in v1.global_variables()
                              if variable.op.name in names])
      saver.restore(
          session, tf.train.latest_checkpoint(directory + '/stripped'))
      for variable in v1.global_variables():
        if variable.op.name not in names:
          variable.load(np.ones(
              variable.shape.as_list(),
              variable.dtype.base_dtype.as_numpy_dtype), session)
      np.testing.assert_array_equal(
          session.run('output:0', {'inputs:0': mask_forms.INPUT}), wanted)

    exported = os.path.join(directory, 'stripped_export')
    strip.strip_pruning_vars(saved_model_dir=directory + '/export',
                             output_dir=exported, result='saved_model')
    reader = tf.train.load_checkpoint(exported + '/variables/variables')
    self.assertEmpty(set(reader.get_variable_to_shape_map()) & set(masks))
    with tf.Graph().as_default(), v1.Session() as session:
      loaded = v1.saved_model.load(session, ['serve'], exported)
      signature = loaded.signature_def['serving_default']
      np.testing.assert_array_equal(
          session.run(signature.outputs['y'].name,
                      {signature.inputs['x'].name: mask_forms.INPUT}),
          wanted)
      self.assertEqual(_mentioned(session.graph.as_graph_def()), [])


if __name__ == '__main__':
  absltest.main()
