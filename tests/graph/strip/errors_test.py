# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What strip refuses, and what it says then."""

from __future__ import annotations

import os

import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.graph.strip import strip
from tests.support.graphs import mask_forms

v1 = tf.compat.v1


class ErrorsTest(parameterized.TestCase):

  def test_an_unknown_output(self):
    directory = self.create_tempdir().full_path
    mask_forms.save(directory, mask_forms.dense)
    with self.assertRaisesRegex(ValueError, r"does not have \['logits'\]"):
      strip.strip_pruning_vars(directory, ['output', 'logits'])

  @parameterized.parameters(None, '', [[]])
  def test_no_output(self, names):
    directory = self.create_tempdir().full_path
    mask_forms.save(directory, mask_forms.dense)
    with self.assertRaisesRegex(ValueError, 'must name one node'):
      strip.strip_pruning_vars(directory, names)

  def test_no_checkpoint(self):
    directory = self.create_tempdir().full_path
    for path in (directory, directory + '/missing'):
      with self.assertRaisesRegex(ValueError, 'a directory with a checkpoint'):
        strip.graph_def_from_checkpoint(path, 'output')

  def test_a_checkpoint_without_its_graph(self):
    directory = self.create_tempdir().full_path
    mask_forms.save(directory, mask_forms.dense)
    os.remove(directory + '/model.ckpt-100.meta')
    with self.assertRaisesRegex(ValueError, 'must have its graph beside it'):
      strip.strip_pruning_vars(directory, 'output')

  def test_no_saved_model(self):
    with self.assertRaisesRegex(ValueError, 'saved_model.pb'):
      strip.strip_pruning_vars(saved_model_dir=self.create_tempdir().full_path)

  def test_a_graph_def_with_variables(self):
    with tf.Graph().as_default() as graph:
      mask_forms.build_form(mask_forms.FORMS['dense'], True)
    with self.assertRaisesRegex(ValueError, 'must be frozen.*variable'):
      strip.strip_pruning_vars_fn(graph.as_graph_def(), ['output'])

  @parameterized.parameters(False, True)
  def test_an_output_that_changes_a_variable(self, use_resource):
    with tf.Graph().as_default(), v1.Session() as session:
      weight = v1.get_variable('w', [2, 2], use_resource=use_resource)
      with tf.control_dependencies([weight.assign_add(tf.ones([2, 2]))]):
        tf.matmul(weight, weight, name='output')
      session.run(v1.global_variables_initializer())
      with self.assertRaisesRegex(ValueError, 'must only be read.*Assign'):
        strip.strip_pruning_vars(session=session, output_node_names='output')

  @parameterized.parameters(
      (dict(), 'Exactly one of'),
      (dict(checkpoint_dir='a', saved_model_dir='b'), 'Exactly one of'),
      (dict(checkpoint_dir='a', result='frozen'), "Received: result='frozen'"),
      (dict(checkpoint_dir='a', result='saved_model', output_dir='b'),
       'no signatures'),
      (dict(graph_def='a', result='checkpoint', output_dir='b'),
       'no variables'),
      (dict(checkpoint_dir='a', result='checkpoint'), 'must say where'),
      (dict(checkpoint_dir='a', filename='b'), 'must come with `output_dir`'),
      (dict(checkpoint_dir='a', result='checkpoint', output_dir='./a'),
       'must not be the directory of the source'))
  def test_arguments_that_do_not_fit(self, arguments, message):
    with self.assertRaisesRegex(ValueError, message):
      strip.strip_pruning_vars(**arguments)


if __name__ == '__main__':
  absltest.main()
