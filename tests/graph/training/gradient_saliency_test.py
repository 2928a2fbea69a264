# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Pruning by the gradients that the optimizer is given."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support import numpy_reference
from tests.support.graphs import control_flow_graphs
from tests.support.graphs import training_graphs

v1 = tf.compat.v1

_SHAPE = (6, 7)
_RATE = 0.25
_DECAY = 0.75
# What the mean is taken of, and what ranks with it, in the order of a step:
# the optimizer updates, the mean is updated, the masks are, zeros are made.
_OF_GRADIENT = {
    'first_order_gradient': np.abs,
    'second_order_gradient': np.square,
    'mean_gradient': lambda gradient: gradient,
}
_SCORE = {
    'first_order_gradient': lambda weight, mean: np.abs(weight) * mean,
    'second_order_gradient':
        lambda weight, mean: np.abs(weight) * np.sqrt(mean),
    'mean_gradient': lambda weight, mean: np.abs(weight * mean),
}


def _simulate(weight, gradients, option):
  """The weight after each step; a mask update, to one half, at each."""
  mean = np.zeros_like(weight)
  history = []
  for gradient in gradients:
    weight = weight - np.float32(_RATE) * gradient
    mean = mean + np.float32(1 - _DECAY) * (
        _OF_GRADIENT[option](gradient) - mean)
    mask = numpy_reference.unstructured_mask(
        _SCORE[option](weight, mean), 0.5)
    weight = np.where(mask, weight, np.float32(0))
    history.append(weight)
  return history


def _spec(option):
  return model_pruning.PruningSpec(
      prune_option=option, target_sparsity=0.5, pruning_frequency=1,
      sparsity_function_end_step=0, gradient_decay_rate=_DECAY)


class GradientSaliencyTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    random = np.random.RandomState(0)
    self._weight = (random.randint(-64, 65, _SHAPE) / 16).astype(np.float32)
    self._gradients = (random.randint(-8, 9, (6, *_SHAPE)) / 16).astype(
        np.float32)

  def _train(self, option, use_resource, rows=None):
    """The weight after each step, with a gradient that is fed."""
    history = []
    with tf.Graph().as_default():
      step = v1.train.get_or_create_global_step()
      kernel = v1.get_variable(
          'kernel', initializer=self._weight, use_resource=use_resource)
      gradient = v1.placeholder(tf.float32, _SHAPE)
      tf.matmul(tf.eye(_SHAPE[0]), kernel)
      applied = gradient if rows is None else tf.IndexedSlices(
          tf.gather(gradient, rows), rows)
      # Without its penalties it is gradient descent, sparse gradients too.
      train_op = v1.train.ProximalGradientDescentOptimizer(
          _RATE).apply_gradients([(applied, kernel)], step)
      with v1.train.MonitoredSession(
          hooks=[model_pruning.PruningHook(_spec(option))]) as session:
        for value in self._gradients:
          session.run(train_op, {gradient: value})
          history.append(session.run(kernel))
    return history

  @parameterized.product(option=list(_SCORE), use_resource=(False, True))
  def test_every_step_is_that_of_the_simulation(self, option, use_resource):
    np.testing.assert_array_equal(
        self._train(option, use_resource),
        _simulate(self._weight, self._gradients, option))

  @parameterized.parameters(False, True)
  def test_a_sparse_gradient_is_zero_where_it_has_no_rows(self, use_resource):
    rows = np.array([1, 4, 1])
    dense = np.zeros_like(self._gradients)
    for row in rows:
      dense[:, row] += self._gradients[:, row]
    np.testing.assert_array_equal(
        self._train('first_order_gradient', use_resource, rows),
        _simulate(self._weight, dense, 'first_order_gradient'))

  @parameterized.parameters(
      'Momentum', 'Adam', 'Adagrad', 'RMSProp', 'Ftrl', 'Adadelta',
      'ProximalAdagrad', 'clipped gradients')
  def test_optimizer(self, name):
    with tf.Graph().as_default():
      train_op = model_pruning.prune_train_op(
          training_graphs.OPTIMIZERS[name](), _spec('first_order_gradient'))
      with v1.Session() as session:
        session.run(v1.global_variables_initializer())
        for _ in range(2):
          session.run(train_op)
        for weight in training_graphs.weight_values(session).values():
          self.assertEqual((weight != 0).sum(), weight.size / 2)

  @parameterized.parameters(
      training_graphs.OPTIMIZERS['assignments'],
      control_flow_graphs.CONTROL_FLOW['updates in a cond'])
  def test_a_gradient_that_no_operation_takes_is_refused(self, build):
    with tf.Graph().as_default() as graph:
      build()
      with self.assertRaisesRegex(ValueError, 'take the gradient.*hidden'):
        model_pruning.PruningHook(_spec('first_order_gradient')).begin()
      self.assertFalse([op.name for op in graph.get_operations()
                        if op.name.endswith('/mask')])

  def test_the_mean_is_saved_and_resumed(self):
    directory = self.create_tempdir().full_path

    def train(num_steps):
      with tf.Graph().as_default():
        v1.set_random_seed(1)
        train_op = training_graphs.OPTIMIZERS['Adam']()
        with v1.train.MonitoredTrainingSession(
            checkpoint_dir=directory, save_checkpoint_steps=1000,
            save_checkpoint_secs=None, hooks=[model_pruning.PruningHook(
                _spec('first_order_gradient'))]) as session:
          for _ in range(num_steps):
            session.run(train_op)
          return training_graphs.weight_values(session)

    train(3)
    resumed = train(3)
    directory = self.create_tempdir('whole').full_path
    for name, weight in train(6).items():
      np.testing.assert_array_equal(resumed[name], weight)


if __name__ == '__main__':
  absltest.main()
