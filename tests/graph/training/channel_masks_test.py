# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Whole channels of a v1 graph are pruned while it trains."""

from __future__ import annotations

import os

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning

v1 = tf.compat.v1

_SPEC = ('structure=channels,target_sparsity=0.5,pruning_frequency=2,'
         'sparsity_function_end_step=6')
_RANDOM = np.random.RandomState(0)
_IMAGES = _RANDOM.randn(64, 8, 8, 3).astype(np.float32)
_LABELS = _RANDOM.randint(0, 3, 64)


def _net(images, is_training, use_resource=True):
  """A small MobileNet with a sum, as tf-slim writes it."""
  with v1.variable_scope('net', use_resource=use_resource):
    def variable(name, shape, initializer=None, trainable=True):
      return v1.get_variable(name, shape, initializer=initializer,
                             trainable=trainable)

    def norm(x, name):
      shape = [x.shape.as_list()[-1]]
      ones, zeros = tf.ones_initializer(), tf.zeros_initializer()
      scale = variable(f'{name}/gamma', shape, ones)
      offset = variable(f'{name}/beta', shape, zeros)
      averages = [variable(f'{name}/moving_mean', shape, zeros, False),
                  variable(f'{name}/moving_variance', shape, ones, False)]
      if not is_training:
        return tf.nn.relu6(v1.nn.fused_batch_norm(
            x, scale, offset, *averages, is_training=False)[0])
      x, *moments = v1.nn.fused_batch_norm(x, scale, offset, is_training=True)
      for average, moment in zip(averages, moments):
        v1.add_to_collection(v1.GraphKeys.UPDATE_OPS, v1.assign(
            average, 0.9 * average + 0.1 * moment))
      return tf.nn.relu6(x)

    def conv(x, number, name):
      kernel = variable(
          f'{name}/weights', [3, 3, x.shape.as_list()[-1], number])
      return norm(tf.nn.conv2d(x, kernel, [1, 2, 2, 1], 'SAME'), name)

    def depthwise(x, name):
      kernel = variable(f'{name}/weights', [3, 3, x.shape.as_list()[-1], 1])
      return norm(tf.nn.depthwise_conv2d(x, kernel, [1, 1, 1, 1], 'SAME'), name)

    x = conv(images, 8, 'stem')
    x = conv(x + depthwise(x, 'branch'), 12, 'wide')
    x = tf.matmul(tf.reduce_mean(x, [1, 2]), variable(
        'logits/weights', [12, 3]))
    return tf.nn.bias_add(x, variable(
        'logits/biases', [3], tf.zeros_initializer()))


def _train_op(use_resource=True):
  step = v1.train.get_or_create_global_step()
  dataset = v1.data.Dataset.from_tensor_slices((_IMAGES, _LABELS))
  images, labels = v1.data.make_one_shot_iterator(
      dataset.repeat().batch(8)).get_next()
  images = v1.placeholder_with_default(images, [None, 8, 8, 3], 'images')
  labels = v1.placeholder_with_default(labels, [None], 'labels')
  loss = v1.losses.sparse_softmax_cross_entropy(
      labels, _net(images, True, use_resource))
  # An Estimator adds the loss of its model, which may be there.
  v1.add_to_collection(v1.GraphKeys.LOSSES, loss)
  loss += 1e-4 * tf.add_n(list(map(tf.nn.l2_loss, v1.trainable_variables())))
  with tf.control_dependencies(v1.get_collection(v1.GraphKeys.UPDATE_OPS)):
    return v1.train.MomentumOptimizer(0.05, 0.9).minimize(
        loss, global_step=step)


def _train(directory, last_step, spec=_SPEC, use_resource=True):
  """Trains up to a step from the last checkpoint; returns the hook."""
  with tf.Graph().as_default():
    v1.set_random_seed(1)
    train_op = _train_op(use_resource)
    hook = model_pruning.PruningHook(spec)
    with v1.train.MonitoredTrainingSession(
        checkpoint_dir=directory, save_checkpoint_steps=100,
        save_summaries_steps=None, log_step_count_steps=None,
        hooks=[hook, v1.train.StopAtStepHook(last_step=last_step)]) as session:
      while not session.should_stop():
        first = 8 * (hook.step % 8)
        session.run(train_op, {'images:0': _IMAGES[first:first + 8],
                               'labels:0': _LABELS[first:first + 8]})
  return hook


def _values(directory):
  reader = v1.train.NewCheckpointReader(v1.train.latest_checkpoint(directory))
  return {name: reader.get_tensor(name)
          for name in reader.get_variable_to_shape_map()}


class ChannelMasksTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._directory = self.create_tempdir().full_path

  @parameterized.parameters(True, False)
  def test_the_frozen_graph_is_smaller_and_computes_the_same(self, is_resource):
    hook = _train(self._directory, 8, use_resource=is_resource)
    self.assertEqual(
        {name[len('net/'):]: share for name, share in hook.sparsity.items()
         if name.endswith('weights')},
        {'stem/weights': 0.5, 'branch/weights': 0.5, 'wide/weights': 0.75,
         'logits/weights': 0.5})
    files = [os.path.join(self._directory, name) for name in ('net', 'small')]
    with tf.Graph().as_default() as graph, v1.Session() as session:
      images = v1.placeholder(tf.float32, [None, 8, 8, 3], 'images')
      tf.identity(_net(images, False, is_resource), 'outputs')
      v1.train.Saver().restore(
          session, v1.train.latest_checkpoint(self._directory))
      frozen = v1.graph_util.convert_variables_to_constants(
          session, graph.as_graph_def(), ['outputs'])
    with open(files[0], 'wb') as file:
      file.write(frozen.SerializeToString())
    report = model_pruning.shrink_files(*files)
    # Of 27 * 8, 9 * 8, 72 * 12, 12 * 3 and 3 entries, and norms of 28 by 4.
    self.assertEqual(report.num_parameters_before, 1303)
    self.assertEqual(report.num_parameters, 437)
    outputs = []
    for path in files:
      definition = v1.GraphDef()
      with open(path, 'rb') as file:
        definition.ParseFromString(file.read())
      with tf.Graph().as_default(), v1.Session() as session:
        tf.import_graph_def(definition, name='')
        outputs.append(session.run('outputs:0', {'images:0': _IMAGES}))
    np.testing.assert_allclose(*outputs, atol=1e-5)

  def test_training_that_stopped_ends_with_the_same_bits(self):
    _train(self._directory, 9)
    expected = _values(self._directory)
    with_masks, without_masks = [
        self.create_tempdir().full_path for _ in range(2)]
    _train(with_masks, 3)
    with tf.Graph().as_default(), v1.Session() as session:
      _train_op()
      saver = v1.train.Saver()
      saver.restore(session, v1.train.latest_checkpoint(with_masks))
      saver.save(session, os.path.join(without_masks, 'model'), 3)
    self.assertLess(len(_values(without_masks)), len(expected))
    for directory in (with_masks, without_masks):
      _train(directory, 9)
      actual = _values(directory)
      self.assertCountEqual(expected, actual)
      for name, value in expected.items():
        np.testing.assert_array_equal(actual[name], value, name)

  def test_slices_of_a_channel_go_together(self):
    masks = _train(
        self._directory, 7, f'{_SPEC},prune_option=first_order_gradient,'
        'sparsity_distribution=global').masks
    kept = masks['net/stem/weights'].any(axis=(0, 1, 2))
    self.assertBetween(kept.sum(), 1, 7)
    for name in ('stem/gamma', 'branch/beta'):
      np.testing.assert_array_equal(masks[f'net/{name}'], kept)
    np.testing.assert_array_equal(
        masks['net/wide/weights'].any(axis=(0, 1, 3)), kept)
    np.testing.assert_array_equal(
        masks['net/wide/weights'].any(axis=(0, 1, 2)),
        masks['net/logits/weights'].all(axis=1))

  @parameterized.parameters(
      ('structure=channels,target_macs=50%', '`target_macs` must be left out'),
      (_SPEC + ',mask_update=hold', '`mask_update` must be rank'),
      (_SPEC + ',weight_sparsity_map=[wide/weights:0.25]', 'one target'))
  def test_what_a_graph_cannot_do_is_refused(self, spec, message):
    with tf.Graph().as_default():
      train_op = _train_op()
      with self.assertRaisesRegex(ValueError, message):
        model_pruning.prune_train_op(train_op, spec)

  def test_a_graph_without_losses_is_refused(self):
    with tf.Graph().as_default() as graph:
      train_op = _train_op()
      graph.clear_collection(v1.GraphKeys.LOSSES)
      with self.assertRaisesRegex(ValueError, 'needs the losses of the graph'):
        model_pruning.prune_train_op(train_op, _SPEC)


if __name__ == '__main__':
  absltest.main()
