# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The gradient options of `Pruning`, which rank by how weights moved."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.graph.masked import apply_mask
from model_pruning._src.graph.masked import pruning
from tests.support import numpy_reference
from tests.support.graphs import masked_graphs

v1 = tf.compat.v1
_DECAY = 0.75


class _Simulation:
  """The state of one weight, step by step, in NumPy."""

  def __init__(self, option, shape):
    self._second = option == 'second_order_gradient'
    self.gradient = np.zeros(shape, np.float64)
    self.old = np.zeros(shape, np.float64)
    self.old_old = np.zeros(shape, np.float64)

  def update_gradient(self, weight):
    moved = np.abs(weight - self.old)
    if self._second:
      moved = np.abs(weight + self.old_old - 2 * self.old)
    moved = moved / np.sqrt(np.sum(moved ** 2))
    self.gradient = _DECAY * self.gradient + (1 - _DECAY) * moved

  def update_mask(self, weight, sparsity):
    self.update_gradient(weight)
    if self._second:
      self.old_old = self.old
    self.old = weight.astype(np.float64)
    return numpy_reference.unstructured_mask(
        np.abs(weight) * self.gradient, sparsity)


class DisplacementTest(masked_graphs.GraphTestCase):

  def _weight(self, option, use_resource):
    weight = masked_graphs.masked_weight(
        np.zeros([6, 7], np.float64), 'w', option, use_resource=use_resource)
    pruner = pruning.Pruning(
        f'prune_option={option},gradient_decay_rate={_DECAY},'
        'sparsity_function_end_step=0')
    return weight, pruner

  @parameterized.product(
      option=['first_order_gradient', 'second_order_gradient'],
      use_resource=[False, True])
  def test_each_update_moves_all_of_the_state_in_order(
      self, option, use_resource):
    weight, pruner = self._weight(option, use_resource)
    self.assertTrue(pruner.use_gradient())
    update = pruner.mask_update_op()
    self.initialize()
    random = np.random.RandomState(0)
    simulation = _Simulation(option, [6, 7])
    for step in range(1, 5):
      value = random.randn(6, 7)
      weight.load(value, self.session)
      self.run_at(step, update)
      mask = simulation.update_mask(value, 0.5)
      np.testing.assert_array_equal(self.masks()[0], mask)
      np.testing.assert_allclose(
          self.value('w/gradient'), simulation.gradient, rtol=1e-12)
      np.testing.assert_array_equal(self.value('w/old_weight'), simulation.old)
      np.testing.assert_array_equal(
          self.value('w/old_old_weight'), simulation.old_old)
      for name in ('mask', 'gradient'):
        self.assertEqual(
            self.value(f'model_pruning/last_{name}_update_step'), step)

  @parameterized.parameters(False, True)
  def test_old_weights_do_not_follow_a_variable(self, use_resource):
    weight, pruner = self._weight('first_order_gradient', use_resource)
    update = pruner.old_weight_update_op()
    change = weight.assign_add(tf.ones([6, 7], tf.float64))
    self.initialize()
    self.session.run(update)
    self.session.run(change)
    self.assertEqual(self.value('w/old_weight').max(), 0.0)

  def test_the_parts_of_an_update_are_operations_of_their_own(self):
    weight, pruner = self._weight('second_order_gradient', True)
    gradient = pruner.gradient_update_op()
    old, old_old = (pruner.old_weight_update_op(),
                    pruner.old_old_weight_update_op())
    self.initialize()
    weight.load(np.full([6, 7], 2.0), self.session)
    self.session.run(gradient)
    np.testing.assert_allclose(self.value('w/gradient'),
                               np.full([6, 7], 0.25 / np.sqrt(42)))
    self.assertEqual(self.num_kept(), [42])
    self.session.run(old)
    self.assertEqual(self.value('w/old_weight').min(), 2.0)
    self.assertEqual(self.value('w/old_old_weight').max(), 0.0)
    self.session.run(old_old)
    self.assertEqual(self.value('w/old_old_weight').min(), 2.0)

  def test_the_conditional_gradient_update_is_for_each_step_in_range(self):
    weight = masked_graphs.masked_weight(
        masked_graphs.linspace(4), 'w', 'first_order_gradient')
    del weight
    update = pruning.Pruning(
        'prune_option=first_order_gradient,begin_pruning_step=3,'
        'end_pruning_step=5').conditional_gradient_update_op()
    self.initialize()
    updated = []
    for step in range(8):
      self.run_at(step, update)
      updated.append(int(self.value('model_pruning/last_gradient_update_step')))
    self.assertEqual(updated, [0, 0, 0, 3, 4, 5, 5, 5])

  def test_partitioned_weights_have_partitioned_state(self):
    with v1.variable_scope('', partitioner=v1.fixed_size_partitioner(2)):
      weight = v1.get_variable('w', [4, 2])
      apply_mask.apply_mask(weight, 's', 'second_order_gradient')
    update = pruning.Pruning(
        'prune_option=second_order_gradient,sparsity_function_end_step=0'
    ).mask_update_op()
    self.initialize()
    value = masked_graphs.linspace(4, 2)
    self.session.run(weight.assign(tf.constant(value)))
    self.session.run(update)
    np.testing.assert_array_equal(self.masks()[0], value > 4)
    np.testing.assert_array_equal(
        self.session.run(tf.convert_to_tensor(apply_mask.get_old_weights()[0])),
        value)

  def test_masks_made_for_another_option_get_what_it_needs(self):
    masked_graphs.masked_weight(np.ones([4], np.float32))
    pruning.Pruning('prune_option=first_order_gradient').mask_update_op()
    [mask], [gradient] = apply_mask.get_masks(), apply_mask.get_gradients()
    self.assertEqual(gradient.name.rpartition('/')[0],
                     mask.name.rpartition('/')[0])
    self.assertLen(apply_mask.get_old_weights(), 1)

  def test_collections_that_do_not_fit_together_are_an_error(self):
    masked_graphs.masked_weight(np.ones([4], np.float32))
    v1.add_to_collection('gradient_weights', tf.ones([4]))
    pruner = pruning.Pruning('prune_option=first_order_gradient')
    with self.assertRaisesRegex(ValueError, "'gradient_weights': 1"):
      pruner.mask_update_op()

  def test_without_a_gradient_option_the_operations_do_nothing(self):
    pruner = pruning.Pruning()
    self.assertFalse(pruner.use_gradient())
    ops = [pruner.gradient_update_op(), pruner.old_weight_update_op(),
           pruner.old_old_weight_update_op(),
           pruner.conditional_gradient_update_op()]
    self.initialize()
    self.session.run(ops)
    self.assertLen([v for v in v1.global_variables() if 'last' in v.name], 1)


if __name__ == '__main__':
  absltest.main()
