# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Programs written for the contrib and google-research libraries."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning.python import hparam
from model_pruning.python import learning
from model_pruning.python import pruning
from model_pruning.python import pruning_hook
from model_pruning.python import pruning_interface
from model_pruning.python import pruning_utils
from model_pruning.python.layers import layers
from model_pruning.python.layers import rnn_cells
from tests.support.graphs import masked_graphs

v1 = tf.compat.v1
linspace = masked_graphs.linspace


class ImportPathsTest(parameterized.TestCase):

  def test_each_path_has_what_is_at_the_top(self):
    for module in (hparam, learning, pruning, pruning_hook, layers,
                   rnn_cells):
      for name in module.__all__:
        if name in dir(model_pruning):
          self.assertIs(getattr(module, name), getattr(model_pruning, name))
    self.assertIs(hparam.HParams, model_pruning.HParams)

  def test_an_old_program_runs_with_its_import_changed(self):
    hparams = model_pruning.get_pruning_hparams().parse(
        'name=p,begin_pruning_step=0,end_pruning_step=10,threshold_decay=0.9,'
        'target_sparsity=0.8,nbins=100,pruning_frequency=2,'
        'sparsity_function_end_step=10,weight_sparsity_map=[fc:0.5]')
    with tf.Graph().as_default(), v1.Session() as session:
      step = v1.train.get_or_create_global_step()
      with v1.variable_scope('fc'):
        weights = v1.get_variable('weights', [10, 10])
        model_pruning.apply_mask(weights, v1.get_variable_scope())
      pruner = model_pruning.Pruning(hparams, global_step=step)
      update = pruner.conditional_mask_update_op()
      pruner.add_pruning_summaries()
      pruner.print_hparams()
      session.run(v1.global_variables_initializer())
      for _ in range(12):
        session.run(step.assign_add(1))
        session.run(update)
      [sparsity] = session.run(model_pruning.get_weight_sparsity())
      self.assertEqual(sparsity, 0.5)


class ParseValuesTest(parameterized.TestCase):
  """What the contrib library and that of google-research return."""

  @parameterized.parameters(
      ('a=1,b[1]=2,b[3]=4', {'a': 1, 'b': {1: 2.0, 3: 4.0}}),
      ('s=x,l=[p,q],t=true', {'s': 'x', 'l': ['p', 'q'], 't': True}),
      ('b=[1, 2.5]', {'b': [1.0, 2.5]}), ('s=', {'s': ''}), ('', {}),
      ('t=2', {'t': True}))
  def test_values_are_of_the_types_that_are_given(self, text, values):
    types = {'a': int, 'b': float, 's': str, 'l': str, 't': bool}
    self.assertEqual(repr(hparam.parse_values(text, types)), repr(values))

  def test_other_names_are_an_error_or_left_out(self):
    with self.assertRaisesRegex(ValueError, 'zz'):
      hparam.parse_values('a=1,zz=2', {'a': int})
    self.assertEqual(hparam.parse_values(
        'a=1,zz=[2,3]', {'a': int}, ignore_unknown=True), {'a': 1})

  @parameterized.parameters(
      'a=1,a=2', 'a=[1,2],a[0]=1', 'a[0]=1,a[0]=2', 'a[0]=1,a=2', 'a[0]=[1]',
      'a=x', 'a=[1,x]', 'a', '=1')
  def test_what_is_wrong_is_a_value_error(self, text):
    for ignore_unknown in (False, True):
      with self.assertRaises(ValueError):
        hparam.parse_values(text, {'a': int}, ignore_unknown)


class GradientOptionTest(masked_graphs.GraphTestCase):

  @parameterized.parameters('first_order_gradient', 'second_order_gradient')
  def test_a_masked_cell_need_not_be_told_the_prune_option(self, option):
    if not hasattr(rnn_cells.MaskedBasicLSTMCell, 'zero_state'):
      self.skipTest('TensorFlow has no rnn_cell with this Keras')
    pruner = model_pruning.Pruning(
        f'prune_option={option},target_sparsity=0.5,initial_sparsity=0.5,'
        'pruning_frequency=1', global_step=self.step)
    kernel = v1.get_variable('w', [4, 4])
    pruner.apply_mask(kernel, 'w_scope')
    cell = rnn_cells.MaskedBasicLSTMCell(3)
    output, _ = cell(tf.ones([2, 5]), cell.zero_state(2, tf.float32))
    del output
    update = pruner.mask_update_op()
    names = [[variable.name.rpartition('/')[0] for variable in entries]
             for entries in (pruning.get_masks(), pruning.get_gradients(),
                             pruning.get_old_weights(),
                             pruning.get_old_old_weights())]
    self.assertLen(names[0], 2)
    self.assertEqual(names, [names[0]] * 4)
    with v1.Session() as session:
      session.run(v1.global_variables_initializer())
      session.run(update)
      for sparsity in session.run(model_pruning.get_weight_sparsity()):
        self.assertEqual(sparsity, 0.5)


class LingvoTest(masked_graphs.GraphTestCase):

  class _Layer:
    """A layer that makes variables from parameters, as Lingvo's do."""

    def __init__(self):
      self.vars = type('vars', (), {})()

    def CreateVariable(self, name, params, theta_fn, trainable):  # noqa: N802
      del theta_fn
      shape, value, dtype = params
      setattr(self.vars, name, v1.get_variable(
          name, shape, dtype, trainable=trainable,
          initializer=v1.constant_initializer(value)))

  class _Init:
    Constant = staticmethod(lambda value: value)

  def _params(self, shape, init, dtype):
    return shape, init, dtype

  def _add_to_collections(self, weight, mask, threshold):
    # As the layers do themselves, with no product in the collections.
    if not any(mask is m for m in v1.get_collection(pruning.MASK_COLLECTION)):
      v1.add_to_collection(pruning.WEIGHT_COLLECTION, weight)
      v1.add_to_collection(pruning.MASK_COLLECTION, mask)
      v1.add_to_collection(pruning.THRESHOLD_COLLECTION, threshold)

  def test_layers_that_fill_the_collections_are_pruned(self):
    hparams = pruning.get_pruning_hparams().override_from_dict({
        'target_sparsity': 0.9, 'sparsity_function_end_step': 20,
        'prune_option': 'weight', 'update_option': 0})
    pruner = pruning.Pruning(
        spec=hparams, global_step=tf.cast(self.step, tf.int32))
    layer = self._Layer()
    for name, shape, value in (('wm', [10, 10], 1.), ('mask', [10, 10], 1.),
                               ('threshold', [], 0.)):
      layer.CreateVariable(
          name, (shape, value, tf.float32), theta_fn=None,
          trainable=name == 'wm')
    for _ in range(2):
      self._add_to_collections(
          layer.vars.wm, layer.vars.mask, layer.vars.threshold)
    product = tf.matmul(tf.ones([1, 10]), tf.multiply(
        layer.vars.wm, layer.vars.mask, 'masked_weight'))
    update = pruner.conditional_mask_update_op()
    spec = pruner.get_spec()
    self.assertEqual((spec.prune_option, spec.update_option), ('weight', 0))
    self.initialize()
    self.run_at(20, update)
    self.assertEqual(self.session.run(product).sum(), 10.)

  @parameterized.parameters('weight', 'first_order_gradient')
  def test_apply_pruning_gives_a_layer_its_state(self, option):
    hparams = pruning.get_pruning_hparams().parse(
        f'prune_option={option},sparsity_function_end_step=0')
    pruner = pruning_interface.get_matrix_compression_object(hparams)
    layer = self._Layer()
    layer.CreateVariable('wm', ([4, 4], 1., tf.float32), None, True)
    for _ in range(2):
      with v1.variable_scope('', reuse=v1.AUTO_REUSE):
        self.assertIs(pruner, pruning_interface.apply_pruning(
            pruner, hparams, self._params, self._Init, layer, layer.vars.wm,
            tf.float32))
    update = pruning_interface.get_pruning_update(pruner, hparams)
    self.initialize()
    self.run_at(10, update)
    self.assertEqual(self.num_kept(), [8])

  def test_the_interface_prunes(self):
    pruner = pruning_interface.get_matrix_compression_object(
        pruning.get_pruning_hparams(), sparsity=0.75)
    weight = v1.get_variable('w', initializer=linspace(4, 4))
    product = pruning_interface.apply_matrix_compression(pruner, weight, 's')
    update = pruning_interface.get_matrix_compression_update_op(pruner)
    self.initialize()
    self.run_at(10, update)
    self.assertEqual(np.count_nonzero(self.session.run(product)), 4)
    self.session.run(pruning.get_masks()[0].initializer)
    self.step.load(30, self.session)
    pruning_interface.run_update_step(pruner, self.session, 30)
    self.assertEqual(self.num_kept(), [4])
    num_ops = len(self.session.graph.get_operations())
    pruning_interface.run_update_step(pruner, self.session, 30)
    self.assertLen(self.session.graph.get_operations(), num_ops)

  def test_compression_is_refused(self):
    hparams = pruning.get_pruning_hparams().parse(
        'prune_option=compression,compression_option=1,rank=5')
    for use in (
        lambda: pruning_interface.get_matrix_compression_object(hparams),
        lambda: pruning_interface.get_pruning_update(None, hparams),
        lambda: pruning_interface.apply_pruning(
            None, hparams, None, None, None, None, None)):
      with self.assertRaisesRegex(ValueError, 'compression is not a part of'):
        use()


class CollectionsTest(masked_graphs.GraphTestCase):

  def test_the_mask_is_returned_with_the_product(self):
    product, mask = pruning.apply_mask_and_return(tf.ones([3]), 's')
    self.assertIs(product, pruning.get_masked_weights()[0])
    self.assertIs(mask, pruning.get_masks()[0])

  def test_collections_are_filled_by_hand(self):
    mask = pruning_utils.weight_mask_variable(tf.ones([3]), 's')
    threshold = pruning_utils.weight_threshold_variable(tf.ones([3]), 's')
    for group in (None, 'g'):
      pruning.add_to_pruning_collections(
          mask, threshold, tf.ones([3]), tf.ones([3]), group_name=group)
    self.assertIs(pruning.get_masks('g')[0], mask)
    self.assertIs(pruning.get_thresholds()[0], threshold)
    self.assertEmpty(pruning.get_gradients())


class PruningUtilsTest(masked_graphs.GraphTestCase):

  def test_variables_have_the_old_names(self):
    weight = tf.ones([2, 3])
    variables = [
        make(weight, 's') for make in (
            pruning_utils.weight_mask_variable,
            pruning_utils.weight_threshold_variable,
            pruning_utils.weight_gradient_variable,
            pruning_utils.old_weight_variable,
            pruning_utils.old_old_weight_variable)]
    self.assertEqual([variable.op.name for variable in variables], [
        's/mask', 's/threshold', 's/gradient', 's/old_weight',
        's/old_old_weight'])
    self.initialize()
    self.assertEqual([self.session.run(variable).sum()
                      for variable in variables], [6., 0., 0., 0., 0.])

  @parameterized.parameters(([1, 1],), ([2, 3],), ([4, 1],), ([1, 2],))
  def test_expanding_is_a_kronecker_product_with_ones(self, block_dims):
    tensor = tf.constant(linspace(3, 2))
    got, product = self.session.run([
        pruning_utils.expand_tensor(tensor, block_dims),
        pruning_utils.kronecker_product(tensor, tf.ones(block_dims))])
    wanted = np.kron(linspace(3, 2), np.ones(block_dims))
    np.testing.assert_array_equal(got, wanted)
    np.testing.assert_array_equal(product, wanted)

  @parameterized.product(pooling=['AVG', 'MAX'], padding=['SAME', 'VALID'])
  def test_pooling_in_two_steps_is_pooling(self, pooling, padding):
    value = linspace(6, 8)
    got, wanted = self.session.run([
        pruning_utils.factorized_pool(
            tf.constant(value), [2, 4], pooling, [2, 4], padding),
        v1.nn.pool(tf.constant(value)[None, :, :, None], [2, 4], pooling,
                   padding, strides=[2, 4])[0, :, :, 0]])
    np.testing.assert_allclose(got, wanted, rtol=1e-6)

  def test_other_ranks_are_errors(self):
    with self.assertRaisesRegex(ValueError, '`tensor` must be of rank 2'):
      pruning_utils.expand_tensor(tf.ones([2]), [1, 1])
    with self.assertRaisesRegex(ValueError, '`block_dims` must have 2'):
      pruning_utils.expand_tensor(tf.ones([2, 2]), [1])
    with self.assertRaisesRegex(ValueError, '`input_tensor` must be of rank'):
      pruning_utils.factorized_pool(
          tf.ones([2]), [1, 1], 'AVG', [1, 1], 'SAME')

  @parameterized.parameters(0, 1)
  def test_partitioned_variables_are_assigned_as_a_whole(self, axis):
    with v1.variable_scope('', partitioner=v1.variable_axis_size_partitioner(
        max_shard_bytes=32, axis=axis)):
      variable = v1.get_variable('v', [5, 4])
    self.assertEqual(pruning_utils.determine_partitioned_axis(variable), axis)
    assign = pruning_utils.partitioned_variable_assign(
        variable, tf.constant(linspace(5, 4)))
    self.assertEqual(assign.name, 'v_group_assign')
    self.initialize()
    self.session.run(assign)
    np.testing.assert_array_equal(
        self.session.run(tf.convert_to_tensor(variable)), linspace(5, 4))

  def test_a_variable_is_assigned_by_an_operation_named_after_it(self):
    variable = v1.get_variable('a/v', [2])
    assign = pruning_utils.variable_assign(variable, tf.constant([1., 2.]))
    self.assertEqual(assign.name, 'a/v_assign')
    self.initialize()
    self.session.run(assign)
    self.assertEqual(self.session.run(variable).tolist(), [1., 2.])


if __name__ == '__main__':
  absltest.main()
