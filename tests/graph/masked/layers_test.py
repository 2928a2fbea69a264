# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The masked layers in tf-slim's style, and `train`."""

from __future__ import annotations

import importlib
import inspect
import sys
from unittest import mock

import numpy as np
import tensorflow as tf
import tf_slim
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.graph.masked import apply_mask
from model_pruning._src.graph.masked import layers
from model_pruning._src.graph.masked import learning
from model_pruning._src.graph.masked import pruning
from tests.support import modes
from tests.support.graphs import masked_graphs

v1 = tf.compat.v1
_EAGER = modes.is_eager()  # Here, outside of any graph.


def _names(variables):
  return [variable.op.name for variable in variables]


class LayersTest(masked_graphs.GraphTestCase):

  def _images(self, *shape):
    return tf.constant(np.random.RandomState(0).randn(*shape), tf.float32)

  def test_variables_have_the_names_of_slim(self):
    net = layers.masked_convolution(self._images(2, 8, 8, 3), 4, 3)
    net = layers.masked_conv2d(net, 4, [3, 3], scope='c2')
    layers.masked_fully_connected(net, 5)
    names = [f'{scope}/{name}' for scope, first in (
        ('Conv', ['mask', 'weights']), ('c2', ['mask', 'weights']),
        ('fully_connected', ['weights', 'mask']))
             for name in (*first, 'threshold', 'biases')]
    self.assertEqual(_names(tf_slim.get_model_variables()), names)
    self.assertEqual(_names(v1.global_variables()), ['global_step', *names])
    self.assertEqual(
        _names(v1.trainable_variables()),
        [name for name in names if name.endswith(('weights', 'biases'))])
    self.assertEqual(_names(apply_mask.get_masked_weights()), [
        f'{scope}/weights/masked_weight'
        for scope in ('Conv', 'c2', 'fully_connected')])
    self.assertIs(layers.masked_conv2d, layers.masked_convolution)

  @parameterized.parameters(
      dict(stride=2), dict(rate=2, padding='VALID'), dict(stride=(2, 1)),
      dict(activation_fn=None), dict(biases_initializer=None))
  def test_a_convolution_is_that_of_slim_on_the_masked_kernel(self, **kwargs):
    images = self._images(2, 9, 9, 3)
    got = layers.masked_conv2d(images, 4, [3, 2], scope='c', **kwargs)
    with v1.variable_scope('', reuse=True):
      wanted = tf_slim.conv2d(images, 4, [3, 2], scope='c', **kwargs)
    self._check_masked_equals(got, wanted)

  @parameterized.parameters(2, 3, 4)
  def test_a_dense_layer_is_that_of_slim_on_the_masked_weights(self, rank):
    inputs = self._images(*range(2, 2 + rank))
    got = layers.masked_fully_connected(inputs, 6, scope='f')
    with v1.variable_scope('', reuse=True):
      wanted = tf_slim.fully_connected(inputs, 6, scope='f')
    self.assertEqual(got.shape.as_list(), wanted.shape.as_list())
    self._check_masked_equals(got, wanted)

  def _check_masked_equals(self, got, wanted):
    [mask], [weights] = apply_mask.get_masks(), apply_mask.get_weights()
    self.initialize()
    np.testing.assert_allclose(
        *self.session.run([got, wanted]), rtol=1e-5, atol=1e-6)
    zeros = np.random.RandomState(1).randint(0, 2, mask.shape.as_list())
    mask.load(zeros.astype(np.float32), self.session)
    masked_output = self.session.run(got)
    weights.load(self.session.run(weights) * zeros, self.session)
    np.testing.assert_allclose(
        masked_output, self.session.run(wanted), rtol=1e-5, atol=1e-6)

  def test_arg_scope_sets_arguments(self):
    with tf_slim.arg_scope(
        [layers.masked_conv2d, layers.masked_fully_connected],
        weights_regularizer=tf_slim.l2_regularizer(0.1),
        normalizer_fn=lambda net, scale: scale * net,
        normalizer_params={'scale': 2.0}, activation_fn=None,
        variables_collections={'weights': ['w']}, outputs_collections='out'):
      net = layers.masked_conv2d(self._images(1, 4, 4, 1), 2, 4)
      layers.masked_fully_connected(tf_slim.flatten(net), 2)
    self.assertEqual(
        _names(v1.get_collection('w')),
        ['Conv/weights', 'fully_connected/weights'])
    self.assertEqual([out.aliases for out in v1.get_collection('out')],
                     [['Conv'], ['fully_connected']])
    self.assertLen(v1.losses.get_regularization_losses(), 2)
    self.assertNotIn('Conv/biases', _names(v1.global_variables()))

  def test_a_regularizer_sees_the_weights_before_masking(self):
    layers.masked_fully_connected(
        self._images(1, 3), 2, weights_regularizer=tf.reduce_sum,
        weights_initializer=v1.ones_initializer())
    loss = v1.losses.get_regularization_loss()
    self.initialize()
    self.session.run(apply_mask.get_masks()[0].assign(tf.zeros([3, 2])))
    self.assertEqual(self.session.run(loss), 6.0)

  def test_reuse_shares_the_mask_and_is_listed_at_each_use(self):
    for reuse in (None, True):
      layers.masked_conv2d(
          self._images(1, 4, 4, 1), 2, 3, reuse=reuse, scope='shared')
    first, second = apply_mask.get_masks()
    self.assertIs(first, second)
    self.assertLen(tf_slim.get_model_variables(), 4)

  def test_a_reused_layer_is_pruned_once(self):
    for reuse in (None, True):
      layers.masked_conv2d(
          self._images(1, 4, 4, 1), 2, 3, reuse=reuse, scope='shared')
    pruner = pruning.Pruning('target_sparsity=0.5,weight_sparsity_map=['
                             'shared/weights:0.75]')
    before = len(tf.compat.v1.get_default_graph().get_operations())
    update = pruner.mask_update_op()
    self.assertLen(
        [op for op in v1.get_default_graph().get_operations()[before:]
         if op.type == 'AssignVariableOp' and op.inputs[0].op.name.startswith(
             'shared/mask')], 1)
    self.initialize()
    self.run_at(100, update)
    mask, _ = self.session.run(apply_mask.get_masks())
    self.assertEqual(mask.sum(), mask.size - round(0.75 * mask.size))

  @parameterized.parameters(
      (lambda: layers.masked_conv2d(tf.ones([2, 3, 4]), 1, 1), 'rank 4'),
      (lambda: layers.masked_conv2d(tf.ones([1, 3, 4, 1]), 1, [1, 1, 1]),
       '`kernel_size` must be one number or two'),
      (lambda: layers.masked_conv2d(
          tf.ones([1, 3, 4, 1]), 1, 1, data_format='NWC'), '`data_format`'),
      (lambda: layers.masked_fully_connected(tf.ones([2]), 1), 'rank 2 or'),
      (lambda: layers.masked_fully_connected(
          v1.placeholder(tf.float32, [2, None]), 1), 'known dimension 1'))
  def test_wrong_arguments_are_errors(self, build, message):
    with self.assertRaisesRegex(ValueError, message):
      build()
    self.assertEmpty(apply_mask.get_masks())


class ContribArgScopeTest(masked_graphs.GraphTestCase):

  def test_the_arg_scope_of_contrib_works_where_there_is_one(self):
    try:
      from tensorflow.contrib import framework  # pylint: disable=g-import-not-at-top
    except ImportError:
      self.skipTest(f'TensorFlow {tf.__version__} has no contrib')
    from model_pruning._src.graph.masked import slim  # pylint: disable=g-import-not-at-top

    def layer(size=1):
      return size

    decorated = slim.add_arg_scope(layer)
    with framework.arg_scope([decorated], size=2):
      self.assertEqual(decorated(), 2)
    with tf_slim.arg_scope([decorated], size=3):
      self.assertEqual(decorated(), 3)


class TrainTest(masked_graphs.GraphTestCase):

  def test_masks_are_updated_after_each_step(self):
    features = np.random.RandomState(0).randn(16, 20).astype(np.float32)
    logits = layers.masked_fully_connected(
        tf.constant(features), 5, activation_fn=None)
    loss = tf.reduce_mean(tf.square(logits - 1.0))
    train_op = tf_slim.learning.create_train_op(
        loss, v1.train.GradientDescentOptimizer(0.1), global_step=self.step)
    update = pruning.Pruning(
        'target_sparsity=0.9,pruning_frequency=2,sparsity_function_end_step=4'
    ).conditional_mask_update_op()
    kept = []

    def train_step(session, *args):
      kept.append(session.run(tf_slim.get_model_variables()[1]).sum())
      return tf_slim.learning.train_step(session, *args)

    final = learning.train(
        train_op, None, update, train_step, number_of_steps=6,
        log_every_n_steps=5)
    self.assertLess(final, 2.0)
    self.assertEqual(kept[:2], [100., 100.])
    self.assertGreater(kept[2], 10.)
    self.assertEqual(kept[4:], [10., 10.])

  def test_it_writes_checkpoints_or_says_why_it_cannot(self):
    logits = layers.masked_fully_connected(tf.ones([2, 3]), 2)
    train_op = tf_slim.learning.create_train_op(
        tf.reduce_sum(logits), v1.train.GradientDescentOptimizer(0.1),
        global_step=self.step)
    update = pruning.Pruning().conditional_mask_update_op()
    directory = self.create_tempdir().full_path
    arguments = dict(number_of_steps=2, save_summaries_secs=0)
    if _EAGER:
      with self.assertRaisesRegex(RuntimeError, 'disable_eager_execution'):
        learning.train(train_op, directory, update, **arguments)
    else:
      learning.train(train_op, directory, update, **arguments)
      reader = tf.train.load_checkpoint(directory)
      self.assertEqual(reader.get_tensor('fully_connected/mask').sum(), 6)


class MissingSlimTest(absltest.TestCase):

  def test_without_slim_the_error_names_the_extra(self):
    names = [f'model_pruning._src.graph.masked.{name}'
             for name in ('slim', 'layers', 'learning')]
    package = sys.modules['model_pruning._src.graph.masked']
    with mock.patch.dict(sys.modules, {'tf_slim': None}), mock.patch.dict(
        vars(package)):
      for name in names:
        del sys.modules[name]
      _, without, training = map(importlib.import_module, names)
    for call in (lambda: without.masked_conv2d(tf.ones([1, 4, 4, 1]), 2, 3),
                 lambda: without.masked_fully_connected(tf.ones([2, 3]), 2),
                 lambda: training.train(None, 'logs', None)):
      with self.assertRaisesRegex(
          ImportError, r'pip install model-pruning\[slim\]'):
        call()
    self.assertEqual(
        list(inspect.signature(without.masked_conv2d).parameters),
        list(inspect.signature(layers.masked_conv2d).parameters))


if __name__ == '__main__':
  absltest.main()
