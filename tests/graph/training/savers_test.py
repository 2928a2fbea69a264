# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Pruning goes on from checkpoints that hold no masks, or not all."""

from __future__ import annotations

import inspect

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.core import schedule
from tests.support import exact_runs
from tests.support import numpy_reference
from tests.support import simulation
from tests.support.graphs import prunable_graphs

v1 = tf.compat.v1


def _hook(spec=exact_runs.SPEC):
  return model_pruning.PruningHook(spec)


def _rewrite(directory, change):
  """Replaces the latest checkpoint by one of other contents."""
  path = tf.train.latest_checkpoint(directory)
  values = change(exact_runs.contents(path))
  with tf.Graph().as_default(), v1.Session() as session:
    variables = {
        name: v1.get_variable(name.replace('/', '_'), initializer=value)
        for name, value in values.items()}
    session.run(v1.global_variables_initializer())
    v1.train.Saver(variables).save(session, path)


def _without(*endings):
  return lambda values: {name: value for name, value in values.items()
                         if not name.endswith(endings)}


_STATE = ('/mask', '/threshold', '/last_mask_update_step')


@parameterized.named_parameters(('ref', False), ('resource', True))
class SessionTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    self._directory = self.create_tempdir().full_path
    self._expected = simulation.train(
        exact_runs.PROBLEM, model_pruning.PruningSpec.parse(exact_runs.SPEC),
        'kernel', 25)

  def test_a_dense_run_is_pruned_from_where_it_stopped(self, use_resource):
    exact_runs.train(self._directory, 10, use_resource)
    values = exact_runs.train(self._directory, 25, use_resource, [_hook()])
    dense = (exact_runs.PROBLEM.weight
             - np.float32(10 * 0.5) * exact_runs.PROBLEM.gradient)
    spec = model_pruning.PruningSpec.parse(exact_runs.SPEC)
    self.assertEqual(values['global_step'], 25)
    np.testing.assert_array_equal(
        values['kernel'], simulation.train(
            exact_runs.PROBLEM._replace(weight=dense), spec, 'kernel', 25,
            first_step=11)[-1])
    np.testing.assert_array_equal(
        values['kernel/mask'], values['kernel'] != 0)

  def test_a_pruned_run_without_masks_ends_as_if_it_had_them(
      self, use_resource):
    for stop in (2, 12, 20):
      directory = self.create_tempdir().full_path
      exact_runs.train(directory, stop, use_resource, [_hook()])
      _rewrite(directory, _without(*_STATE))
      values = exact_runs.train(directory, 25, use_resource, [_hook()])
      np.testing.assert_array_equal(
          values['kernel'], self._expected[-1], f'stopped at {stop}')

  def test_a_part_of_the_state_is_enough(self, use_resource):
    for absent in _STATE:
      directory = self.create_tempdir().full_path
      before = exact_runs.train(directory, 11, use_resource, [_hook()])
      _rewrite(directory, _without(absent))
      values = exact_runs.train(directory, 25, use_resource, [_hook()])
      self.assertEqual(sorted(before), sorted(values))
      np.testing.assert_array_equal(
          values['kernel'], self._expected[-1], f'without {absent}')

  def test_what_else_a_checkpoint_lacks_is_an_error(self, use_resource):
    exact_runs.train(self._directory, 11, use_resource, [_hook()])
    _rewrite(self._directory, _without('global_step'))
    with self.assertRaisesRegex(tf.errors.NotFoundError, 'global_step'):
      exact_runs.train(self._directory, 25, use_resource, [_hook()])
    _rewrite(self._directory, _without('global_step', *_STATE))
    with self.assertRaisesRegex(tf.errors.NotFoundError, 'global_step'):
      exact_runs.train(self._directory, 25, use_resource, [_hook()])

  def test_a_clock_that_starts_anew_keeps_the_zeros_until_masks_are_due(
      self, use_resource):
    late = exact_runs.SPEC + ',begin_pruning_step=5'
    before = exact_runs.train(self._directory, 13, use_resource, [_hook()])
    _rewrite(self._directory, lambda values: {
        **_without(*_STATE)(values), 'global_step': np.int64(0)})
    values = exact_runs.train(self._directory, 4, use_resource, [_hook(late)])
    np.testing.assert_array_equal(
        values['kernel/mask'], before['kernel/mask'])
    self.assertEqual(values['model_pruning/last_mask_update_step'],
                     schedule.NEVER)

  def test_a_graph_read_from_the_checkpoint_trains_and_restores(
      self, use_resource):
    exact_runs.train(self._directory, 9, use_resource, [_hook()])
    path = tf.train.latest_checkpoint(self._directory)
    with tf.Graph().as_default():
      saver = v1.train.import_meta_graph(path + '.meta')
      self.assertLen(v1.get_collection(v1.GraphKeys.SAVERS), 1)
      with v1.Session() as session:
        saver.restore(session, path)
        names = session.run(v1.report_uninitialized_variables())
        self.assertEqual(names.tolist(), [])
        [kernel] = session.run(v1.trainable_variables())
    np.testing.assert_array_equal(kernel, self._expected[8])


class EstimatorTest(absltest.TestCase):

  def setUp(self):
    super().setUp()
    if not hasattr(v1, 'estimator'):
      self.skipTest(f'TensorFlow {tf.__version__} has no Estimator')
    v1.logging.set_verbosity(v1.logging.ERROR)

  def _check(self, estimator, names, kept_share=0.25):
    for name in names:
      kernel = estimator.get_variable_value(name)
      self.assertEqual((kernel != 0).sum(), numpy_reference.num_kept(
          kernel.size, 1 - kept_share), name)

  def test_a_dense_model_directory_is_pruned(self):
    estimator = v1.estimator.Estimator(
        prunable_graphs.conv_net_model_fn, self.create_tempdir().full_path,
        config=v1.estimator.RunConfig(keep_checkpoint_max=2))
    estimator.train(_input_fn, steps=5)
    for _ in range(3):
      estimator.train(_input_fn, hooks=[_hook()], steps=5)
    self._check(estimator, ['conv/kernel', 'dense/kernel'])
    state = tf.train.get_checkpoint_state(estimator.model_dir)
    self.assertLen(state.all_model_checkpoint_paths, 2)

  def test_a_saver_of_the_model_fn_needs_no_masks(self):

    def model_fn(features, labels, mode):
      spec = prunable_graphs.conv_net_model_fn(features, labels, mode)
      return spec._replace(scaffold=v1.train.Scaffold(
          saver=v1.train.Saver(v1.global_variables(), sharded=True)))

    estimator = v1.estimator.Estimator(
        model_fn, self.create_tempdir().full_path)
    for _ in range(3):
      estimator.train(_input_fn, hooks=[_hook()], steps=5)
    self._check(estimator, ['conv/kernel', 'dense/kernel'])
    self.assertFalse([name for name in estimator.get_variable_names()
                      if 'mask' in name])

  def test_a_keras_model_is_saved_by_a_saver_of_its_own(self):
    keras = v1.keras
    convert = keras.estimator.model_to_estimator
    if 'checkpoint_format' not in inspect.signature(convert).parameters:
      self.skipTest(f'Estimators of Keras models of TensorFlow '
                    f'{tf.__version__} use the default saver')
    model = keras.Sequential([
        keras.layers.Flatten(input_shape=(8, 8, 1)),
        keras.layers.Dense(16, activation='relu', name='a'),
        keras.layers.Dense(10, activation='softmax', name='b')])
    model.compile('sgd', 'sparse_categorical_crossentropy')
    estimator = convert(
        model, model_dir=self.create_tempdir().full_path,
        checkpoint_format='checkpoint')
    for _ in range(3):
      estimator.train(_input_fn, hooks=[_hook()], steps=5)
    names = [name for name in estimator.get_variable_names()
             if 'kernel' in name and 'layer_with_weights' in name]
    self.assertLen(names, 2)
    self._check(estimator, names)


def _input_fn():
  return tf.data.Dataset.from_tensors(
      prunable_graphs.digits_like_batch()).repeat()


if __name__ == '__main__':
  absltest.main()
