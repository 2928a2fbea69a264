# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Recurrent cells with masked kernels."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.graph.masked import apply_mask
from model_pruning._src.graph.masked import pruning
from model_pruning._src.graph.masked import rnn_cells
from tests.support.graphs import masked_graphs

v1 = tf.compat.v1

_HAS_CELLS = rnn_cells.MaskedGRUCell.__bases__[-1].__name__ == 'GRUCell'

_CELLS = {
    'basic': ('MaskedBasicLSTMCell', 'BasicLSTMCell', {'forget_bias': 0.5}),
    'lstm': ('MaskedLSTMCell', 'LSTMCell',
             {'use_peepholes': True, 'num_proj': 3, 'cell_clip': 0.5}),
    'gru': ('MaskedGRUCell', 'GRUCell', {}),
}


def _names(variables):
  return [variable.op.name for variable in variables]


class CellsTest(masked_graphs.GraphTestCase):

  def setUp(self):
    super().setUp()
    if not _HAS_CELLS:
      self.skipTest(f'TensorFlow {tf.__version__} has no rnn_cell with Keras 3')
    self.inputs = tf.constant(
        np.random.RandomState(0).randn(2, 3, 5), tf.float32)

  def _outputs(self, cell, **kwargs):
    outputs, _ = v1.nn.dynamic_rnn(
        cell, self.inputs, dtype=tf.float32, **kwargs)
    return outputs

  def _cell(self, kind, **kwargs):
    name, _, defaults = _CELLS[kind]
    return getattr(rnn_cells, name)(4, **defaults, **kwargs)

  @parameterized.parameters(*_CELLS)
  def test_a_cell_is_that_of_tensorflow_on_masked_kernels(self, kind):
    _, plain_name, kwargs = _CELLS[kind]
    with v1.variable_scope('net', initializer=v1.random_normal_initializer()):
      got = self._outputs(self._cell(kind, name='cell'))
    plain_cell = getattr(v1.nn.rnn_cell, plain_name)(4, name='cell', **kwargs)
    with v1.variable_scope('net', reuse=True):
      wanted = self._outputs(plain_cell)
    masks, kernels = apply_mask.get_masks(), apply_mask.get_weights()
    gradients = tf.gradients(got, kernels)
    self.initialize()
    np.testing.assert_allclose(
        *self.session.run([got, wanted]), rtol=1e-5, atol=1e-6)
    random = np.random.RandomState(1)
    for mask in masks:
      mask.load(random.randint(0, 2, mask.shape.as_list()).astype(np.float32),
                self.session)
    output = self.session.run(got)
    for gradient, mask in zip(gradients, masks):
      value, zeros = self.session.run([gradient, mask])
      np.testing.assert_array_equal(value[zeros == 0], 0.0)
    for kernel, mask in zip(kernels, masks):
      kernel.load(np.prod(self.session.run([kernel, mask]), axis=0),
                  self.session)
    np.testing.assert_allclose(
        output, self.session.run(wanted), rtol=1e-5, atol=1e-6)

  @parameterized.parameters(
      ('basic', 'masked_basic_lstm_cell', ['']),
      ('lstm', 'masked_lstm_cell', ['']),
      ('gru', 'masked_gru_cell', ['gates/', 'candidate/']))
  def test_masks_lie_beside_their_kernels(self, kind, name, parts):
    with v1.variable_scope('net', regularizer=tf.reduce_sum):
      cell = self._cell(kind)
      self._outputs(cell)
    scope = f'net/rnn/{name}/'
    self.assertEqual(_names(apply_mask.get_masks()),
                     [f'{scope}{part}mask' for part in parts])
    self.assertEqual(_names(apply_mask.get_thresholds()),
                     [f'{scope}{part}threshold' for part in parts])
    self.assertEqual(_names(apply_mask.get_weights()),
                     [f'{scope}{part}kernel' for part in parts])
    self.assertContainsSubset(_names(apply_mask.get_masks()),
                              _names(cell.variables))
    self.assertLen(v1.losses.get_regularization_losses(),
                   len(cell.trainable_variables))

  @parameterized.parameters(*_CELLS)
  def test_a_cell_in_two_loops_has_one_mask(self, kind):
    cell = self._cell(kind)
    with v1.variable_scope('loops'):
      first = self._outputs(cell, scope='a')
      second = self._outputs(cell, scope='b')
    self.assertLen(apply_mask.get_masks(), 2 if kind == 'gru' else 1)
    self.initialize()
    np.testing.assert_array_equal(*self.session.run([first, second]))

  @parameterized.parameters(*_CELLS)
  def test_pruning_prunes_them(self, kind):
    self._outputs(self._cell(kind))
    update = pruning.Pruning('target_sparsity=0.75').mask_update_op()
    self.initialize()
    self.run_at(100, update)
    for sparsity in self.session.run(apply_mask.get_weight_sparsity()):
      self.assertEqual(sparsity, 0.75)

  def test_a_gradient_option_makes_its_variables(self):
    self._outputs(self._cell('lstm', prune_option='first_order_gradient'))
    update = pruning.Pruning('prune_option=first_order_gradient'
                             ).mask_update_op()
    self.initialize()
    self.run_at(100, update)
    self.assertEqual(self.session.run(apply_mask.get_weight_sparsity()), [0.5])
    with self.assertRaisesRegex(ValueError, '`prune_option` must be one of'):
      self._cell('lstm', prune_option='other')


class WithoutCellsTest(parameterized.TestCase):

  @parameterized.parameters(*_CELLS)
  def test_a_cell_is_a_cell_or_says_what_to_do_when_it_is_made(self, kind):
    name, plain_name, _ = _CELLS[kind]
    masked = getattr(rnn_cells, name)
    if _HAS_CELLS:
      self.assertTrue(
          issubclass(masked, getattr(v1.nn.rnn_cell, plain_name)))
    else:
      with self.assertRaisesRegex(ImportError, 'TF_USE_LEGACY_KERAS=1'):
        masked(4)


if __name__ == '__main__':
  absltest.main()
