# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Masks, and the selection they are made by, against NumPy."""

from __future__ import annotations

import functools
from unittest import mock

import hypothesis
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from hypothesis import strategies as st

from model_pruning._src.axes import counts
from model_pruning._src.axes import saliencies
from model_pruning._src.axes import structures
from model_pruning._src.core import mask
from model_pruning._src.core import selection
from tests.support import modes
from tests.support import numpy_reference

_SHAPES = [(), (0,), (1,), (7,), (3, 0), (1, 1), (5, 7), (8, 8), (2, 3, 4, 5)]
_INTEGERS = {np.float16: np.uint16, np.float32: np.uint32,
             np.float64: np.uint64}


def _magnitude_masks(structure, sparsity, *weights):
  masks = mask.masks_of([saliencies.magnitude(weight) for weight in weights],
                        [structure] * len(weights), sparsity)
  return masks.masks


def _run_mask(test, mode, structure, sparsity, weight):
  function = functools.partial(_magnitude_masks, structure)
  return modes.run(test, mode, lambda s, w: function(s, w)[0],
                   np.float64(sparsity), weight)


def _sorting(is_sorted):
  """Selects from these few items by a sort, or as from many."""
  return mock.patch.object(selection, '_MOST_SORTED_ITEMS',
                           4096 if is_sorted else 0)


@st.composite
def _weights(draw, dtypes=(np.float16, np.float32, np.float64)):
  """Weights with ties, zeros of both signs, NaN, infinity and denormals."""
  dtype = draw(st.sampled_from(dtypes))
  shape = draw(st.sampled_from(_SHAPES))
  size = int(np.prod(shape))
  kind = draw(st.sampled_from(['few values', 'any bits', 'normal', 'equal']))
  random = np.random.RandomState(draw(st.integers(0, 2**31)))
  if kind == 'few values':
    tiny = np.finfo(dtype).tiny
    pool = np.array([0.0, -0.0, 1.0, -1.0, 2.0, np.nan, np.inf, -np.inf,
                     tiny, tiny / 2, tiny / 4], dtype)
    values = random.choice(pool, size)
  elif kind == 'any bits':
    integer = _INTEGERS[dtype]
    raw = random.bytes(size * np.dtype(dtype).itemsize)
    values = np.frombuffer(raw, integer).view(dtype)
  elif kind == 'normal':
    values = random.randn(size).astype(dtype)
  else:
    values = np.full(size, 0.5, dtype)
  return values.reshape(shape)


def _sparsities(size_hint=64):
  return st.sampled_from(
      [0.0, 1.0 - 1.0 / size_hint, 0.9999, 0.5, 0.25, 1.0 / 3.0, 0.8])


def _examples(mode):
  """Few, as each row draws others; fewer where each one is compiled."""
  return hypothesis.settings(
      max_examples=4 if mode == 'jit_compile' else 10,
      suppress_health_check=list(hypothesis.HealthCheck))


class LiteralMaskTest(parameterized.TestCase):
  """Small tables: weights in, mask out."""

  @parameterized.parameters(
      # The smallest magnitudes go, whatever their sign.
      ([1., -4., 3., -2.], 0.5, [0, 1, 1, 0]),
      # Ties go to the lower index.
      ([1., 1., 1., 1.], 0.5, [1, 1, 0, 0]),
      ([0., 0., 0., 0.], 0.75, [1, 0, 0, 0]),
      # Of 5 entries 2.5 are to go: half rounds up.
      ([1., 2., 3., 4., 5.], 0.5, [0, 0, 0, 1, 1]),
      # At least one stays.
      ([1., 2.], 0.9999, [0, 1]),
      # NaN is largest, every NaN alike.
      ([np.inf, np.nan, 1., -np.nan], 0.5, [0, 1, 0, 1]),
      # Sparsity 0 keeps zeros too.
      ([0., 1.], 0.0, [1, 1]),
  )
  def test_unstructured(self, weight, sparsity, expected):
    kept = modes.run_graph(
        lambda w: _magnitude_masks(structures.Unstructured(), sparsity, w)[0],
        np.float32(weight))
    self.assertEqual(kept.astype(int).tolist(), expected)

  @parameterized.parameters(
      ('AVG', [[0, 0, 1, 1], [0, 0, 1, 1]]),
      ('MAX', [[1, 1, 0, 0], [1, 1, 0, 0]]))
  def test_blocks_are_kept_by_their_pooled_magnitude(self, pooling, expected):
    weight = np.float32([[9., 0., 4., 4.], [0., 0., 4., 4.]])
    kept = modes.run_graph(
        lambda w: _magnitude_masks(
            structures.Block(2, 2, pooling), 0.5, w)[0], weight)
    self.assertEqual(kept.astype(int).tolist(), expected)

  def test_a_ragged_block_counts_its_real_entries(self):
    # Blocks of 4, 4 and 1 entries. Half of 9 entries is 4.5: keeping one
    # large block is as near as it gets, the single entry is the smallest.
    weight = np.float32([[1., 1., 1., 1., 5., 5., 5., 5., .1]])
    kept = modes.run_graph(
        lambda w: _magnitude_masks(structures.Block(1, 4, 'AVG'), 0.5, w)[0],
        weight)
    self.assertEqual(kept.astype(int).tolist(), [[0, 0, 0, 0, 1, 1, 1, 1, 0]])

  def test_conv_kernel_blocks_are_those_of_its_matrix(self):
    kernel = np.arange(2 * 1 * 2 * 4, dtype=np.float32).reshape(2, 1, 2, 4)
    kept = modes.run_graph(
        lambda w: _magnitude_masks(structures.Block(2, 2, 'AVG'), 0.5, w)[0],
        kernel)
    self.assertEqual(kept.reshape(4, 4).astype(int).tolist(),
                     [[0] * 4, [0] * 4, [1] * 4, [1] * 4])

  def test_two_of_the_last_three_entries_go_at_a_ragged_edge(self):
    weight = np.float32([[4], [3], [2], [1], [3], [2], [1]])
    kept = modes.run_graph(
        lambda w: _magnitude_masks(structures.NOfM(4), 0.5, w)[0], weight)
    self.assertEqual(kept[:, 0].astype(int).tolist(), [1, 1, 0, 0, 1, 0, 0])

  def test_n_of_m_groups_lie_along_the_inputs(self):
    weight = np.float32([[1, 9], [2, 8], [3, 7], [4, 6], [5, 1]])
    kept = modes.run_graph(
        lambda w: _magnitude_masks(structures.NOfM(4), 0.5, w)[0], weight)
    self.assertEqual(kept.astype(int).T.tolist(),
                     [[0, 0, 1, 1, 1], [1, 1, 0, 0, 1]])

  @parameterized.parameters(
      (np.float16, np.uint16), (np.float32, np.uint32),
      (np.float64, np.uint64))
  def test_nans_are_equal_whatever_their_bits_are(self, dtype, integer):
    infinity = np.array(np.inf, dtype).view(integer)
    bits = np.array([infinity + 1, infinity + 3, infinity + 2, infinity],
                    integer)
    for sparsity, expected in ((0.75, [1, 0, 0, 0]), (0.5, [1, 1, 0, 0]),
                               (0.25, [1, 1, 1, 0])):
      kept = modes.run_graph(
          lambda w, s=sparsity: _magnitude_masks(
              structures.Unstructured(), s, w)[0], bits.view(dtype))
      self.assertEqual(kept.astype(int).tolist(), expected)

  def test_a_group_shares_one_threshold(self):
    weights = [np.float32([1., 2., 3.]), np.float32([[4.], [5.], [6.]])]
    masks = modes.run_graph(
        lambda a, b: _magnitude_masks(structures.Unstructured(), 0.5, a, b),
        *weights)
    self.assertEqual([m.ravel().astype(int).tolist() for m in masks],
                     [[0, 0, 0], [1, 1, 1]])

  def test_threshold_is_the_smallest_saliency_kept(self):
    masks = modes.run_graph(
        lambda w: mask.masks_of([tf.abs(w)], [structures.Unstructured()],
                                    0.5), np.float32([1., -4., 3., -2.]))
    self.assertEqual(masks.threshold, 3.0)


class MinNumPrunedTest(parameterized.TestCase):
  """What is known of the number of false entries before the ranking is."""

  @parameterized.parameters(
      (structures.Unstructured(), [(7, 10)], 0),
      (structures.Unstructured(), [(7, 10), (3, 5)], 0),
      (structures.Block(5, 2, 'AVG'), [(10, 6)], 0),
      (structures.Block(4, 4, 'MAX'), [(10, 6)], 16),
      (structures.NOfM(4), [(8, 3)], 0),
      (structures.NOfM(4), [(3, 3, 8, 2)], 0),
      (structures.NOfM(4), [(9, 3)], 3),
      (structures.NOfM(4), [(7,)], 2))
  def test_masks_prune_that_many_and_hardly_more(self, structure, shapes,
                                                 slack):
    random = np.random.RandomState(0)
    weights = [random.randn(*shape).astype(np.float32) for shape in shapes]
    for sparsity in (0.0, 0.01, 0.3, 0.5, 0.8, 0.99):

      def both(*weights, sparsity=sparsity):
        kinds = [structure] * len(weights)
        lists = counts.lists_of([structure.cells(w.shape.as_list())
                                 for w in weights])
        return (mask.masks_of([tf.abs(w) for w in weights], kinds,
                              sparsity).masks,
                counts.min_num_pruned([lists] * 2,
                                      tf.constant(sparsity, tf.float64)))

      masks, [number, again] = modes.run_graph(both, *weights)
      self.assertEqual(number, again)
      pruned = sum((~kept).sum() for kept in masks)
      self.assertBetween(number, max(pruned - slack, 0), pruned, sparsity)


@parameterized.parameters(*modes.MODES)
class ReferenceTest(parameterized.TestCase):
  """Bit for bit what NumPy finds by sorting, in each mode."""

  def test_unstructured_masks(self, mode):

    @_examples(mode)
    @hypothesis.given(_weights(), _sparsities(), st.booleans())
    def check(weight, sparsity, is_sorted):
      with _sorting(is_sorted):
        kept = _run_mask(
            self, mode, structures.Unstructured(), sparsity, weight)
      np.testing.assert_array_equal(
          kept, numpy_reference.unstructured_mask(weight, sparsity))

    check()

  def test_bfloat16_masks(self, mode):
    weight = np.random.RandomState(0).randn(9, 13).astype(np.float32)
    weight[0, :3] = np.nan, np.inf, 1e-40
    truncated = (weight.view(np.uint32) & 0xFFFF0000).view(np.float32)

    def kept(sparsity, w):
      return _magnitude_masks(structures.Unstructured(), sparsity,
                              tf.cast(w, tf.bfloat16))[0]

    for sparsity in (0.0, 0.3, 0.9):
      np.testing.assert_array_equal(
          modes.run(self, mode, kept, np.float64(sparsity), truncated),
          numpy_reference.unstructured_mask(truncated, sparsity))

  def test_block_masks(self, mode):

    @_examples(mode)
    @hypothesis.given(
        _weights(), _sparsities(), st.sampled_from(['AVG', 'MAX']),
        st.sampled_from([(1, 2), (2, 1), (3, 2), (4, 4), (1, 5)]),
        st.booleans())
    def check(weight, sparsity, pooling, dims, is_sorted):
      hypothesis.assume(weight.size)
      structure = structures.Block(dims[0], dims[1], pooling)
      with _sorting(is_sorted):
        kept = _run_mask(self, mode, structure, sparsity, weight)
      np.testing.assert_array_equal(
          kept, numpy_reference.block_mask(weight, *dims, pooling, sparsity))

    check()

  def test_n_of_m_masks(self, mode):

    @_examples(mode)
    @hypothesis.given(_weights(), _sparsities(), st.sampled_from([2, 4, 5]))
    def check(weight, sparsity, size):
      hypothesis.assume(weight.size)
      np.testing.assert_array_equal(
          _run_mask(self, mode, structures.NOfM(size), sparsity, weight),
          numpy_reference.n_of_m_mask(weight, size, sparsity))

    check()

  def test_group_masks(self, mode):

    @_examples(mode)
    @hypothesis.given(st.lists(_weights((np.float32,)), min_size=2,
                               max_size=3), _sparsities())
    def check(weights, sparsity):
      hypothesis.assume(sum(weight.size for weight in weights))
      function = functools.partial(_magnitude_masks, structures.Unstructured())
      masks = modes.run(self, mode, function, np.float64(sparsity), *weights)
      expected = numpy_reference.grouped_masks(weights, sparsity)
      for actual, wanted in zip(masks, expected):
        np.testing.assert_array_equal(actual, wanted)

    check()

  def test_equal_blocks_of_unequal_size_tie_by_index(self, mode):
    # 0.1 has no exact sum: means of 2, 4 and 1 entries must still be equal.
    weight = np.full((3, 7), 0.1, np.float32)
    structure = structures.Block(2, 2, 'AVG')
    np.testing.assert_array_equal(
        _run_mask(self, mode, structure, 0.5, weight),
        numpy_reference.block_mask(weight, 2, 2, 'AVG', 0.5))


class LargeWeightTest(parameterized.TestCase):

  def test_counts_are_exact_above_2_to_the_24(self):
    random = np.random.RandomState(1)
    weight = random.randn(2**24 + 3).astype(np.float32)
    weight[random.randint(0, weight.size, 1000)] = 0.25
    sparsity = 0.9
    kept = modes.run_graph(
        lambda w: _magnitude_masks(structures.Unstructured(), sparsity, w)[0],
        weight)
    self.assertEqual(kept.sum(),
                     numpy_reference.num_kept(weight.size, sparsity))
    np.testing.assert_array_equal(
        kept, numpy_reference.unstructured_mask(weight, sparsity))


class EmptyWeightTest(parameterized.TestCase):

  @parameterized.parameters(
      structures.Unstructured(), structures.Block(2, 2, 'AVG'),
      structures.NOfM(2))
  def test_an_empty_weight_has_an_empty_mask(self, structure):
    for shape in ((0,), (3, 0), (0, 3)):
      kept = modes.run_graph(
          lambda w: _magnitude_masks(structure, 0.5, w)[0],
          np.zeros(shape, np.float32))
      self.assertEqual(kept.shape, shape)


class ErrorTest(parameterized.TestCase):

  def test_integers_have_no_order_of_floats(self):
    with tf.Graph().as_default():
      with self.assertRaisesRegex(TypeError, 'float32.*dtype=int32'):
        selection.ordered_keys(tf.constant([1, 2]))

  def test_unknown_shape_is_refused(self):
    with tf.Graph().as_default():
      weight = tf.compat.v1.placeholder(tf.float32, [None, 2])
      with self.assertRaisesRegex(ValueError, 'static shapes'):
        mask.masks_of([weight], [structures.Unstructured()], 0.5)

  def test_n_of_m_cannot_share_a_ranking(self):
    with tf.Graph().as_default():
      weight = tf.zeros([4, 4])
      with self.assertRaisesRegex(TypeError, 'share one ranking.*groups of 2'):
        mask.masks_of([weight, weight], [structures.NOfM(2)] * 2, 0.5)


if __name__ == '__main__':
  absltest.main()
