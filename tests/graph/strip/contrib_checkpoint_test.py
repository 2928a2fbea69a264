# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Strips a checkpoint that `tf.contrib.model_pruning` of TF 1.15 wrote."""

from __future__ import annotations

import pathlib

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.graph.strip import strip

v1 = tf.compat.v1
_DIRECTORY = pathlib.Path(__file__).parents[2] / 'data/contrib_model'
_CHECKPOINT = str(_DIRECTORY / 'model.ckpt')
_WEIGHTS = ('conv/weights', 'rnn/masked_lstm_cell/kernel', 'fc/weights')


def _logits(graph_def):
  batch = np.linspace(-1, 1, 3 * 64).reshape(3, 8, 8, 1)
  with tf.Graph().as_default(), v1.Session() as session:
    tf.import_graph_def(graph_def, name='')
    return session.run('logits:0', {'images:0': batch})


class ContribTest(parameterized.TestCase):

  def test_masks_of_layers_and_of_a_cell_in_a_loop(self):
    report = strip.strip_pruning_vars(_CHECKPOINT, 'logits')
    self.assertEqual(tuple(weight.name for weight in report.weights), _WEIGHTS)
    self.assertEqual({weight.sparsity for weight in report.weights}, {0.75})
    self.assertEqual(report.warnings, ())
    frozen = strip.graph_def_from_checkpoint(_CHECKPOINT, ['logits'])
    logits = _logits(report.graph_def)
    np.testing.assert_array_equal(logits, _logits(frozen))
    np.testing.assert_allclose(
        logits, np.load(str(_DIRECTORY / 'logits.npy')), rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(
        logits, _logits(strip.strip_pruning_vars_fn(frozen, ['logits'])))
    self.assertLen([node for node in frozen.node
                    if node.name.endswith('/mask')], 3)
    self.assertEmpty([node for node in report.graph_def.node
                      if node.name.endswith(('/mask', '/threshold'))])

  def test_the_checkpoint_that_is_left_has_the_names_of_the_model(self):
    report = strip.strip_pruning_vars(
        _CHECKPOINT, output_dir=self.create_tempdir().full_path,
        result='checkpoint')
    before = tf.train.load_checkpoint(_CHECKPOINT)
    after = tf.train.load_checkpoint(report.path)
    self.assertEqual(
        sorted(after.get_variable_to_shape_map()),
        sorted([*_WEIGHTS, 'conv/biases', 'fc/biases', 'global_step',
                'rnn/masked_lstm_cell/bias']))
    for name in _WEIGHTS:
      mask = before.get_tensor(name.rpartition('/')[0] + '/mask')
      np.testing.assert_array_equal(
          after.get_tensor(name), before.get_tensor(name) * mask)


if __name__ == '__main__':
  absltest.main()
