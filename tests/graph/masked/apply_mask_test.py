# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`apply_mask`, the variables it makes and the collections they are in."""

from __future__ import annotations

import os

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.graph import mask_collections
from model_pruning._src.graph.masked import apply_mask
from tests.support import modes

v1 = tf.compat.v1


def _weight(name='w', shape=(4, 3), dtype=tf.float32, **kwargs):
  return v1.get_variable(name, list(shape), dtype,
                         initializer=v1.ones_initializer(), **kwargs)


def _names(variables):
  return [variable.name for variable in variables]


class ApplyMaskTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    scope = tf.Graph().as_default()
    scope.__enter__()
    self.addCleanup(scope.__exit__, None, None, None)

  @parameterized.product(
      use_resource=[False, True],
      dtype=[tf.float16, tf.bfloat16, tf.float32, tf.float64])
  def test_variables_have_the_old_names_and_the_dtype_of_the_weight(
      self, use_resource, dtype):
    with v1.variable_scope('layer', use_resource=use_resource):
      weight = _weight(dtype=dtype)
      product = apply_mask.apply_mask(weight, scope='dense')
    [mask], [threshold] = apply_mask.get_masks(), apply_mask.get_thresholds()
    self.assertEqual(mask.name, 'layer/dense/mask:0')
    self.assertEqual(threshold.name, 'layer/dense/threshold:0')
    self.assertEqual(product.name, 'layer/weights/masked_weight:0')
    self.assertEqual(mask.dtype.base_dtype, dtype)
    self.assertEqual(threshold.dtype.base_dtype, dtype)
    self.assertEqual(mask.shape.as_list(), [4, 3])
    self.assertEqual(threshold.shape.as_list(), [])
    self.assertIs(apply_mask.get_weights()[0], weight)
    self.assertIs(apply_mask.get_masked_weights()[0], product)
    self.assertEqual(_names(v1.trainable_variables()), ['layer/w:0'])

  def test_the_product_is_the_weight_where_the_mask_is_one(self):
    weight = _weight()
    product = apply_mask.apply_mask(weight, 's')
    with v1.Session() as session:
      session.run(v1.global_variables_initializer())
      np.testing.assert_array_equal(session.run(product), np.ones([4, 3]))
      pattern = np.tile([[1., 0., 1.]], [4, 1])
      session.run(apply_mask.get_masks()[0].assign(pattern))
      np.testing.assert_array_equal(session.run(product), pattern)
      self.assertAlmostEqual(
          session.run(apply_mask.get_weight_sparsity()[0]), 1 / 3, places=6)
      [gradient] = tf.gradients(product, [weight])
      np.testing.assert_array_equal(session.run(gradient), pattern)

  def test_the_empty_scope_gives_the_name_that_is_in_old_checkpoints(self):
    with v1.variable_scope('l'):
      apply_mask.apply_mask(_weight())
    apply_mask.apply_mask(tf.ones([2]))
    self.assertEqual(_names(apply_mask.get_masks()), ['l//mask:0', 'mask:0'])
    self.assertEqual(_names(apply_mask.get_thresholds()),
                     ['l//threshold:0', 'threshold:0'])

  def test_a_reused_mask_is_in_the_collections_once(self):
    for reuse in (None, True, True):
      with v1.variable_scope('layer', reuse=reuse):
        apply_mask.apply_mask(_weight(), 's')
    for entries in (apply_mask.get_masks(), apply_mask.get_thresholds(),
                    apply_mask.get_weights(), apply_mask.get_masked_weights()):
      self.assertLen(entries, 1)
    self.assertEqual(_names(v1.global_variables()), [
        'layer/w:0', 'layer/s/mask:0', 'layer/s/threshold:0'])

  def test_a_partitioned_weight_has_a_partitioned_mask(self):
    with v1.variable_scope('p', partitioner=v1.fixed_size_partitioner(2)):
      product = apply_mask.apply_mask(_weight(), 's')
    [mask] = apply_mask.get_masks()
    self.assertEqual(_names(mask), ['p/s/mask/part_0:0', 'p/s/mask/part_1:0'])
    self.assertEqual(_names(apply_mask.get_thresholds()), ['p/s/threshold:0'])
    self.assertEqual(product.shape.as_list(), [4, 3])
    with v1.Session() as session:
      session.run(v1.global_variables_initializer())
      session.run(mask.assign(tf.constant([[0., 1., 1.]] * 4)))
      self.assertAlmostEqual(
          session.run(apply_mask.get_weight_sparsity()[0]), 1 / 3, places=6)

  def test_a_weight_masked_inside_a_loop_is_registered_outside(self):
    def body(i, total):
      with v1.variable_scope('loop', reuse=v1.AUTO_REUSE):
        product = apply_mask.apply_mask(_weight(), 's')
      return i + 1, total + tf.reduce_sum(product)

    _, total = v1.while_loop(lambda i, _: i < 3, body, [0, 0.])
    self.assertEqual(_names(apply_mask.get_masks()), ['loop/s/mask:0'])
    with v1.Session() as session:
      session.run(v1.global_variables_initializer())
      self.assertEqual(session.run(total), 36.)
      session.run(apply_mask.get_masks()[0].initializer)

  def test_the_scope_regularizes_weights_and_not_masks(self):
    with v1.variable_scope('r', regularizer=tf.reduce_sum):
      apply_mask.apply_mask(_weight(), 's')
    self.assertLen(
        v1.get_collection(v1.GraphKeys.REGULARIZATION_LOSSES), 1)

  def test_a_gradient_option_adds_the_variables_it_needs(self):
    apply_mask.apply_mask(_weight(), 's', 'second_order_gradient')
    self.assertEqual(
        _names(apply_mask.get_gradients() + apply_mask.get_old_weights()
               + apply_mask.get_old_old_weights()),
        ['s/gradient:0', 's/old_weight:0', 's/old_old_weight:0'])
    apply_mask.apply_mask(_weight('other'), 'other')
    self.assertLen(apply_mask.get_gradients(), 1)

  def test_groups_have_collections_of_their_own(self):
    first = apply_mask.apply_mask_with_group(_weight('a'), 'a', group_name='g')
    second = apply_mask.apply_mask_with_group(_weight('b'), 'b')
    third = apply_mask.apply_mask(_weight('c'), 'c')
    self.assertEqual(_names(apply_mask.get_masks('g')), ['a/mask:0'])
    self.assertEqual(_names(apply_mask.get_weights('g')), ['a:0'])
    self.assertLen(apply_mask.get_weight_sparsity('g'), 1)
    self.assertEqual(apply_mask.get_masked_weights(), [first, second, third])
    self.assertEqual(apply_mask.get_masked_weights('ungrouped'), [second])
    self.assertEqual(mask_collections.attach_group_suffix('masks', 'g'),
                     'masks_g')
    self.assertEqual(apply_mask.get_masks('none'), [])

  @parameterized.parameters('other', 'compression', None)
  def test_an_unknown_option_is_an_error(self, option):
    with self.assertRaisesRegex(ValueError, '`prune_option` must be one of'):
      apply_mask.apply_mask(tf.ones([2]), 's', option)
    self.assertEmpty(v1.global_variables())

  def test_what_is_no_weight_is_an_error(self):
    with self.assertRaisesRegex(TypeError, 'must be a floating tensor'):
      apply_mask.apply_mask(tf.ones([2], tf.int32), 's')
    with self.assertRaisesRegex(ValueError, 'must have a static shape'):
      apply_mask.apply_mask(v1.placeholder(tf.float32, [None, 2]), 's')
    self.assertEmpty(v1.global_variables())

  def test_a_getter_that_returns_a_tensor_is_an_error(self):
    def getter(getter, *args, **kwargs):
      return tf.identity(getter(*args, **kwargs))
    with v1.variable_scope('g', custom_getter=getter):
      with self.assertRaisesRegex(TypeError, "'mask' .*custom getter"):
        apply_mask.apply_mask(tf.ones([2]), 's')


class OldCheckpointTest(parameterized.TestCase):

  @parameterized.parameters(False, True)
  def test_a_checkpoint_of_the_old_library_restores(self, use_resource):
    path = os.path.join(self.create_tempdir().full_path, 'model.ckpt')
    old_mask = np.tile(np.float32([[0., 1., 0.]]), [4, 1])
    with tf.Graph().as_default(), v1.Session() as session:
      for name, value in (('l/w', np.full([4, 3], 2., np.float32)),
                          ('l//mask', old_mask),
                          ('l//threshold', np.float32(0.5))):
        v1.Variable(value, name=name, use_resource=False)
      session.run(v1.global_variables_initializer())
      v1.train.Saver().save(session, path, write_meta_graph=False)
    self.assertEqual(v1.train.load_variable(path, 'l//mask').dtype, np.float32)
    with tf.Graph().as_default(), v1.Session() as session:
      with v1.variable_scope('l', use_resource=use_resource):
        product = apply_mask.apply_mask(_weight())
      v1.train.Saver().restore(session, path)
      np.testing.assert_array_equal(session.run(product), 2. * old_mask)
      self.assertEqual(session.run(apply_mask.get_thresholds()[0]), 0.5)


class EagerTest(absltest.TestCase):

  def test_eager_mode_is_an_error_that_says_what_to_do(self):
    if not modes.is_eager():
      self.skipTest('TensorFlow 1.x without its TF 2 behaviour')
    with self.assertRaisesRegex(RuntimeError, r'tf.Graph\(\).as_default'):
      apply_mask.apply_mask(tf.ones([2]), 's')


if __name__ == '__main__':
  absltest.main()
