# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Tests of the least and the greatest sparsity of weights that share one."""

from __future__ import annotations

import hypothesis
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from hypothesis import strategies as st

import model_pruning
from model_pruning._src.axes import distributions
from model_pruning._src.axes import structures
from model_pruning._src.core import mask
from model_pruning._src.core import sparsity_bounds
from model_pruning._src.graph.masked import pruning
from tests.support import modes
from tests.support import numpy_reference
from tests.support import simulation
from tests.support.graphs import masked_graphs
from tests.support.graphs import prunable_graphs

v1 = tf.compat.v1

_SHAPES = [(0,), (1,), (7,), (3, 0), (5, 7), (8, 8), (2, 3, 4, 5)]
_SHARES = [0.0, 0.05, 0.25, 1 / 3, 0.5, 0.8, 0.95, 0.9999, 1.0]


def _masks(weights, sparsity, bounds, kinds=None):
  kinds = kinds or [structures.Unstructured()] * len(weights)
  return mask.masks_of(
      [tf.abs(weight) for weight in weights], kinds, sparsity,
      sparsity_bounds.Bounds(*bounds))


@st.composite
def _weights(draw):
  """Weights of one dtype and different scales; ties, NaN, inf, denormals."""
  dtype = draw(st.sampled_from([np.float16, np.float32, np.float64]))
  random = np.random.RandomState(draw(st.integers(0, 2**31)))
  tiny = np.finfo(dtype).tiny
  pool = np.array([0.0, -0.0, 1.0, -1.0, 2.0, np.nan, np.inf, tiny / 2], dtype)
  weights = []
  for shape in draw(st.lists(st.sampled_from(_SHAPES), min_size=2,
                             max_size=4)):
    scale = draw(st.sampled_from([0.0, 0.01, 1.0]))
    weights.append(random.choice(pool, shape) if draw(st.booleans())
                   else (scale * random.randn(*shape)).astype(dtype))
  hypothesis.assume(any(weight.size for weight in weights))
  return weights


class RankingTest(parameterized.TestCase):

  @parameterized.parameters(
      ('graph', 5), ('eager', 10), ('function', 5), ('jit_compile', 3))
  def test_masks_are_those_of_the_reference(self, mode, examples):
    @hypothesis.settings(
        max_examples=examples, deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(_weights(), st.sampled_from(_SHARES),
                      st.sampled_from(_SHARES[:-1]), st.sampled_from(_SHARES))
    def check(weights, sparsity, least, greatest):
      masks = modes.run(
          self, mode,
          lambda s, *w: _masks(w, s, (least, greatest)).masks,
          np.float64(sparsity), *weights)
      expected = numpy_reference.bounded_masks(
          [np.abs(weight).reshape(-1) for weight in weights], sparsity, least,
          greatest)
      for actual, wanted, weight in zip(masks, expected, weights):
        np.testing.assert_array_equal(actual, wanted.reshape(weight.shape))

    check()

  @hypothesis.settings(deadline=None)
  @hypothesis.given(
      st.lists(st.integers(1, 40), min_size=2, max_size=5),
      st.sampled_from(_SHARES), st.sampled_from(_SHARES[:-1]),
      st.sampled_from(_SHARES[:-1]), st.integers(0, 2**31))
  def test_the_reference_is_in_bounds_and_has_the_total(
      self, sizes, sparsity, least, greatest, seed):
    random = np.random.RandomState(seed)
    counts = [kept.sum() for kept in numpy_reference.bounded_masks(
        [random.rand(size) * random.rand() for size in sizes], sparsity,
        least, greatest)]
    total = numpy_reference.num_kept(sum(sizes), sparsity)
    self.assertEqual(sum(counts), total)
    lowest, highest = [
        [numpy_reference.num_kept(size, bound) for size in sizes]
        for bound in (max(greatest, sparsity), min(least, sparsity))]
    if sum(lowest) <= total <= sum(highest):
      for count, low, high in zip(counts, lowest, highest):
        self.assertBetween(count, low, high)
    else:  # By rounding only: half an entry, or the one that always stays.
      self.assertLessEqual(sum(lowest), total + len(sizes))
      self.assertGreaterEqual(sum(highest), total - len(sizes))

  @parameterized.parameters(
      # The bound of the second weight, 10 entries of 1/100 the size.
      (0.5, (0.0, 1.0), [10, 0]),
      (0.5, (0.0, 0.8), [8, 2]),
      (0.5, (0.2, 1.0), [8, 2]),
      (0.5, (0.4, 0.9), [6, 4]),
      (0.5, (0.5, 0.5), [5, 5]),
      # While the sparsity is less than the least one, it is the bound.
      (0.2, (0.4, 1.0), [8, 8]),
      (0.9, (0.0, 0.4), [1, 1]),
  )
  def test_a_bound_moves_entries_from_one_weight_to_the_other(
      self, sparsity, bounds, num_kept):
    large = np.arange(10, 20, dtype=np.float32)
    masks, threshold = modes.run_graph(
        lambda a, b: _masks([a, b], sparsity, bounds), large, large / 100)
    self.assertEqual([kept.sum() for kept in masks], num_kept)
    for kept, count in zip(masks, num_kept):
      np.testing.assert_array_equal(kept, np.arange(10) >= 10 - count)
    self.assertEqual(threshold, min(
        scale[10 - count] for scale, count in zip(
            (large, large / np.float32(100)), num_kept) if count))

  def test_the_total_goes_before_bounds_that_add_up_to_another(self):
    # Each weight of 3 is to lose round_half_up(0.5) = 1, both round(1) = 1.
    masks = modes.run_graph(
        lambda a, b: _masks([a, b], 1 / 6, (0.5, 1.0)).masks,
        np.float32([1, 2, 3]), np.float32([4, 5, 6]))
    self.assertEqual([kept.tolist() for kept in masks],
                     [[False, True, True], [True, True, True]])

  @parameterized.parameters('AVG', 'MAX')
  def test_blocks_are_bound_in_whole_blocks(self, pooling):
    random = np.random.RandomState(0)
    weights = [random.randn(4, 6).astype(np.float32),
               0.01 * random.randn(8, 6).astype(np.float32)]
    block = structures.Block(2, 3, pooling)
    masks = modes.run_graph(
        lambda a, b: _masks([a, b], 0.5, (0.25, 0.75), [block] * 2).masks,
        *weights)
    scores = [numpy_reference.pooled_blocks(weight, 2, 3, pooling)[0]
              for weight in weights]
    expected = numpy_reference.bounded_masks(scores, 0.5, 0.25, 0.75)
    self.assertEqual([kept.sum() for kept in expected], [3, 3])
    for actual, wanted in zip(masks, expected):
      np.testing.assert_array_equal(
          actual, np.kron(wanted.reshape(-1, 2), np.ones((2, 3), bool)))

  @parameterized.parameters(
      (structures.Block(1, 4), structures.Block(1, 2)),
      (structures.Block(1, 4), structures.Unstructured()),
      (structures.Block(1, 3), structures.Block(1, 3)))
  def test_items_of_different_sizes_cannot_be_bound(self, *kinds):
    with self.assertRaisesRegex(ValueError, 'blocks of one size.*Received'):
      modes.run_graph(
          lambda a, b: _masks([a, b], 0.5, (0.0, 0.9), kinds).masks,
          np.ones((4, 4), np.float32), np.ones((4, 4), np.float32))

  def test_without_bounds_the_graph_is_as_without_the_argument(self):
    def num_ops(*bounds):
      with tf.Graph().as_default() as graph:
        weights = [tf.ones([4, 4]), tf.ones([4])]
        mask.masks_of(weights, [structures.Unstructured()] * 2, 0.5,
                          *bounds)
        return len(graph.get_operations())

    self.assertEqual(num_ops(sparsity_bounds.Bounds()), num_ops())
    self.assertLess(num_ops(), num_ops(sparsity_bounds.Bounds(0.0, 0.9)))


class ErkTest(parameterized.TestCase):

  @hypothesis.settings(deadline=None)
  @hypothesis.given(
      st.lists(st.tuples(st.integers(1, 300), st.integers(1, 300)),
               min_size=1, max_size=6),
      st.floats(0.0, 0.99), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
  def test_targets_are_in_bounds_and_the_total_holds(
      self, shapes, sparsity, below, above):
    bounds = sparsity_bounds.Bounds(
        sparsity * below, sparsity + (1.0 - sparsity) * above)
    targets = distributions.erk_sparsities(shapes, sparsity, *bounds)
    sizes = [np.prod(shape) for shape in shapes]
    self.assertBetween(min(targets), bounds.min_sparsity, bounds.max_sparsity)
    self.assertBetween(max(targets), bounds.min_sparsity, bounds.max_sparsity)
    self.assertAlmostEqual(np.dot(targets, sizes) / np.sum(sizes), sparsity)

  def test_what_is_in_bounds_is_scaled_alike(self):
    shapes = [(4, 4), (100, 100), (50, 200), (1000, 1000)]
    targets = distributions.erk_sparsities(shapes, 0.9, 0.2, 0.91)
    self.assertEqual((targets[0], targets[3]), (0.2, 0.91))
    self.assertAlmostEqual((1 - targets[2]) / (1 - targets[1]), 250 / 200)


class HookTest(parameterized.TestCase):

  _SPEC = ('target_sparsity=0.5,sparsity_function_end_step=0'
           ',pruning_frequency=100')

  def _train(self, spec, shapes=((6, 4), (5, 8))):
    """Weights after a step, as trained and as the gradients leave them."""
    first, second = [simulation.problem(shape, i)
                     for i, shape in enumerate(shapes)]
    # Numbers of the second weight are 1/256 of those of the first, which is
    # moved away from 0, so that there is no smaller one in it.
    first = simulation.Problem(
        first.weight + np.where(first.weight < 0, -4, 4).astype(np.float32),
        first.gradient)
    second = simulation.Problem(*[value / 256 for value in second])
    with tf.Graph().as_default():
      train_op = tf.group(*[
          prunable_graphs.exact_train_op(problem, True, name)
          for name, problem in zip('ab', (first, second))])
      hook = model_pruning.PruningHook(f'{self._SPEC},{spec}')
      with v1.train.MonitoredSession(hooks=[hook]) as session:
        session.run(train_op)
        weights = session.run(v1.trainable_variables())
    updated = [problem.weight - np.float32(0.5) * problem.gradient
               for problem in (first, second)]
    return weights, updated

  @parameterized.parameters(
      ('sparsity_distribution=global', 0.0, 1.0),
      ('sparsity_distribution=global,max_weight_sparsity=0.75', 0.0, 0.75),
      ('sparsity_distribution=global,min_weight_sparsity=0.25', 0.25, 1.0),
      ('group_pruning=true,max_weight_sparsity=0.6', 0.0, 0.6))
  def test_weights_are_those_of_the_reference(self, spec, least, greatest):
    weights, updated = self._train(spec)
    masks = numpy_reference.bounded_masks(
        [np.abs(weight).reshape(-1) for weight in updated], 0.5, least,
        greatest)
    for weight, wanted, kept in zip(weights, updated, masks):
      np.testing.assert_array_equal(
          weight, np.where(kept.reshape(wanted.shape), wanted, 0))

  def test_the_greatest_sparsity_keeps_a_small_weight_from_being_emptied(self):
    shapes = ((5, 8), (6, 4))
    spec = 'sparsity_distribution=global'
    [_, small], _ = self._train(spec, shapes)
    self.assertEqual(np.count_nonzero(small), 0)
    [large, small], _ = self._train(spec + ',max_weight_sparsity=0.75', shapes)
    self.assertEqual(np.count_nonzero(small), 6)
    self.assertEqual(np.count_nonzero(large) + 6, 32)

  def test_blocks_that_do_not_fill_a_weight_are_named(self):
    with self.assertRaisesRegex(
        ValueError, r'one size.*a \(6, 4\): block 1x4 AVG, b \(5, 6\): block'):
      self._train('sparsity_distribution=global,max_weight_sparsity=0.75'
                  ',block_width=4', ((6, 4), (5, 6)))


class PruningTest(masked_graphs.GraphTestCase):

  @parameterized.parameters(0.5, 0.0)
  def test_masked_weights_are_bound_with_a_sparsity_from_outside(self, target):
    masked_graphs.masked_weight(masked_graphs.linspace(4, 5), 'small')
    masked_graphs.masked_weight(100 + masked_graphs.linspace(4, 5), 'large')
    update = pruning.Pruning(
        f'target_sparsity={target},sparsity_distribution=global'
        ',max_weight_sparsity=0.75', sparsity=tf.constant(0.5)
    ).mask_update_op()
    self.initialize()
    self.session.run(update)
    self.assertEqual([held.sum() for held in self.masks()], [5, 15])


if __name__ == '__main__':
  absltest.main()
