# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`Pruning` updates masks that were inserted as those placed by hand."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support.graphs import maskable_graphs

v1 = tf.compat.v1
_SPEC = ('target_sparsity=0.6,pruning_frequency=2,'
         'sparsity_function_end_step=5')


def _unchanged(variable):
  return variable


def _train(name, resource, spec, use=_unchanged, insert_spec=None, steps=7):
  """Variables by name, and losses, after some steps of training."""
  with tf.Graph().as_default() as graph, maskable_graphs.control_flow(
      False), v1.variable_scope('', use_resource=resource):
    output = maskable_graphs.BUILDERS[name](use)
    if insert_spec is not None:
      model_pruning.insert_masks(graph, insert_spec)
    step = v1.train.get_or_create_global_step()
    loss = tf.reduce_mean(tf.square(output - 1.0))
    train_op = v1.train.MomentumOptimizer(0.01, 0.9).minimize(
        loss, global_step=step)
    with tf.control_dependencies([train_op]):
      train_op = model_pruning.Pruning(spec).conditional_mask_update_op()
    variables = {v.name.split(':')[0]: v
                 for v in model_pruning.get_weights()}
    variables.update((name + '/mask', mask) for name, mask in zip(
        list(variables), model_pruning.get_masks()))
    variables.update((v.op.name, v) for v in v1.trainable_variables())
    with v1.Session() as session:
      session.run(v1.global_variables_initializer())
      maskable_graphs.set_values(session, lambda name, shape: (
          np.ones(shape) if name.endswith('/mask')
          else maskable_graphs.constant(name, *shape)
          if name in variables else np.zeros(shape)))
      losses = [session.run([loss, train_op])[0] for _ in range(steps)]
      return losses, session.run(
          {name: tf.convert_to_tensor(v) for name, v in variables.items()})


class PruningTest(parameterized.TestCase):

  @parameterized.named_parameters(
      (f'{name}_{"resource" if resource else "ref"}', name, resource)
      for name in ('two_layers_and_biases', 'conv2d', 'partitioned',
                   'embedding', 'partitioned_embedding', 'loop_that_reads',
                   'cond_that_reads')
      for resource in (False, True))
  def test_training_is_that_with_masks_placed_by_hand(self, name, resource):
    losses, values = _train(name, resource, _SPEC, insert_spec=_SPEC)
    wanted_losses, wanted = _train(
        name, resource, _SPEC, use=lambda v: model_pruning.apply_mask(
            v, v.name.split(':')[0]))
    self.assertEqual(losses, wanted_losses)
    self.assertEqual(sorted(values), sorted(wanted))
    num_masks = 0
    for name, value in values.items():
      np.testing.assert_array_equal(value, wanted[name])
      if name.endswith('/mask'):
        num_masks += 1
        self.assertEqual(value.sum(), value.size - round(0.6 * value.size))
    self.assertGreater(num_masks, 0)

  @parameterized.parameters('do_not_prune=[b/w]', 'weight_sparsity_map=[b/w:0]')
  def test_weights_that_the_spec_leaves_alone(self, entry):
    spec = f'{_SPEC},{entry}'
    _, values = _train('two_layers_and_biases', False, spec, insert_spec=spec)
    self.assertIn('a/w/mask', values)
    self.assertNotIn('b/w/mask', values)

  def test_a_spec_for_a_weight_that_was_left_alone_is_refused(self):
    with self.assertRaisesRegex(ValueError, "'b/w'. Mask it with"):
      _train('two_layers_and_biases', False,
             f'{_SPEC},weight_sparsity_map=[b/w:0.5]',
             insert_spec=f'{_SPEC},do_not_prune=[b/w]')

  @parameterized.parameters('first_order_gradient', 'second_order_gradient')
  def test_the_options_that_rank_by_displacement(self, option):
    spec = f'{_SPEC},prune_option={option}'
    _, values = _train('matmul', False, spec, insert_spec=spec)
    self.assertEqual(values['w/mask'].sum(), 12)


if __name__ == '__main__':
  absltest.main()
