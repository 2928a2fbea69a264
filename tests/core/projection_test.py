# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The projection itself, which every front end calls."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.core import projection
from model_pruning._src.spec import pruning_spec
from tests.support import modes

v1 = tf.compat.v1


class ZeroPrunedTest(parameterized.TestCase):

  @parameterized.product(mode=modes.MODES, dtype=['float16', 'float32',
                                                  'float64'])
  def test_pruned_entries_are_positive_zeros_whatever_they_were(
      self, mode, dtype):
    # A product with the mask would give NaN, NaN, NaN, -0.0.
    weight = np.array([np.nan, np.inf, -np.inf, -3., 0.1], dtype)
    pruned = modes.run(self, mode, projection.zero_pruned,
                       np.zeros([5], bool), weight)
    np.testing.assert_array_equal(pruned, np.zeros([5], dtype))
    self.assertFalse(np.signbit(pruned).any())

  @parameterized.parameters(True, False)
  def test_large_zeros_are_positive_and_no_constant(self, first_is_kept):
    # A constant would stay in memory as long as the session does.
    with tf.Graph().as_default(), v1.Session() as session:
      mask = v1.placeholder(tf.bool, [2**10, 2**10 + 1])
      zeros = projection.zeros_for(mask, tf.float32)
      with self.assertRaises(tf.errors.InvalidArgumentError):
        session.run(zeros)
      made = session.run(
          zeros, {mask: np.full(mask.shape.as_list(), first_is_kept)})
    self.assertEqual(made.tobytes(), bytes(4 * 2**10 * (2**10 + 1)))

  @parameterized.parameters(*modes.MODES)
  def test_kept_entries_keep_their_bits(self, mode):
    weight = np.array([np.nan, np.inf, -np.inf, -0., 2., 0.1], np.float32)
    kept = modes.run(self, mode, projection.zero_pruned,
                     np.ones([6], bool), weight)
    self.assertEqual(kept.tobytes(), weight.tobytes())


class SharedClockTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    graph = tf.Graph()
    scope = graph.as_default()
    scope.__enter__()
    self.addCleanup(scope.__exit__, None, None, None)
    self.session = v1.Session(graph=graph)
    self.addCleanup(self.session.close)
    self._clock = self._variable(np.int64(-1))

  def _variable(self, value):
    return v1.get_variable(
        f'v{len(v1.global_variables())}', initializer=value,
        trainable=False, use_resource=True)

  def _projection(self, spec):
    spec = pruning_spec.PruningSpec.parse(spec)
    return projection.Projection(
        spec, [spec.rule_for('w', [4, 2])],
        [self._variable(np.ones([4, 2], bool))],
        [self._variable(np.float32(0))], self._clock)

  def _num_zeros(self, state, step):
    weight = np.arange(1., 9., dtype=np.float32).reshape(4, 2)
    [projected] = self.session.run(state.project(
        [tf.constant(weight)], tf.constant(step, tf.int64)))
    return int((projected == 0).sum())

  def test_two_updates_that_make_one_step_both_change_their_masks(self):
    spec = 'target_sparsity=0.5,sparsity_function_end_step=0'
    states = [self._projection(spec) for _ in range(2)]
    self.session.run(v1.global_variables_initializer())
    self.assertEqual([self._num_zeros(state, 1) for state in states], [4, 4])
    self.assertEqual(self.session.run(self._clock), 1)

  def test_a_step_between_updates_changes_no_mask(self):
    state = self._projection(
        'target_sparsity=0.5,begin_pruning_step=4,pruning_frequency=4,'
        'sparsity_function_end_step=0')
    self.session.run(v1.global_variables_initializer())
    self.assertEqual([self._num_zeros(state, step) for step in range(1, 6)],
                     [0, 0, 0, 4, 4])
    self.assertEqual(self.session.run(self._clock), 4)


if __name__ == '__main__':
  absltest.main()
