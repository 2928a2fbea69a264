# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Dry runs: what a spec will do to a model, and how much of it is left."""

from __future__ import annotations

import doctest

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.axes import counts
from model_pruning._src.axes import structures
from model_pruning._src.compat import keras_variables
from model_pruning._src.core import mask
from model_pruning._src.planning import plan
from model_pruning._src.planning import preview
from model_pruning._src.spec.pruning_spec import PruningSpec
from tests.support import keras_models
from tests.support import modes

keras = tf.keras


def load_tests(loader, tests, ignore):
  del loader, ignore
  tests.addTests(doctest.DocTestSuite(counts))
  return tests


def _preview(spec, shapes=((10, 10), (20, 5)), num_bytes=4, num_steps=None):
  candidates = [plan.Candidate(f'w{i}', shape)
                for i, shape in enumerate(shapes)]
  candidates.append(plan.Candidate('bias', (10,), 'it has 1 dimension'))
  return preview.make_preview(
      PruningSpec.parse(spec), candidates, [num_bytes] * len(candidates),
      num_steps)


class NumLeftTest(parameterized.TestCase):

  @parameterized.parameters(
      (structures.Unstructured(), (7, 9)),
      (structures.Block(2, 3, 'AVG'), (8, 9)),
      (structures.Block(1, 4, 'MAX'), (3, 3, 2, 8)),
      (structures.NOfM(4), (8, 5)),
      (structures.NOfM(4), (3, 10, 5)),
      (structures.NOfM(16), (6, 2)),
      (structures.NOfM(4), (9,)))
  def test_it_is_what_the_mask_keeps(self, structure, shape):
    random = np.random.RandomState(0)
    for sparsity in (0.0, 0.1, 0.25, 0.5, 0.75, 0.99):
      saliency = np.abs(random.randn(*shape)).astype(np.float32)
      kept = modes.run_graph(
          lambda saliency, s=sparsity: mask.masks_of(
              [saliency], [structure], tf.constant(s, tf.float64)).masks[0],
          saliency)
      self.assertEqual(
          counts.num_left([structure.cells(shape)], sparsity), kept.sum())

  def test_blocks_of_different_sizes_are_as_near_as_they_can_be(self):
    structure = structures.Block(4, 4, 'AVG')
    saliency = np.random.RandomState(0).rand(10, 9).astype(np.float32)
    kept = modes.run_graph(
        lambda saliency: mask.masks_of(
            [saliency], [structure], tf.constant(0.5, tf.float64)).masks[0],
        saliency)
    left = counts.num_left([structure.cells((10, 9))], 0.5)
    self.assertLessEqual(abs(int(left) - int(kept.sum())), 16)

  def test_numbers_in_numpy_are_those_in_tensorflow(self):
    sparsities = np.random.RandomState(0).rand(50)
    for total, item_size in ((1, 1), (0, 1), (1000, 1), (90, 16), (2**25, 1)):
      expected = [modes.run_graph(
          lambda s, t=total, i=item_size: tf.identity(
              counts.num_kept(t, s, i)), np.float64(sparsity))
                  for sparsity in sparsities[:5]]
      np.testing.assert_array_equal(
          counts.num_kept(total, sparsities[:5], item_size), expected)


class PreviewTest(parameterized.TestCase):

  def test_steps_and_sparsities_up_to_the_end_of_the_curve(self):
    found = _preview('target_sparsity=0.5,sparsity_function_end_step=20'
                     ',sparsity_function_exponent=1.0')
    self.assertEqual(found.steps, (1, 10, 20))
    self.assertEqual(found.sparsities, (0.03, 0.25, 0.5))
    self.assertEqual(found.repeats_every, 10)
    self.assertIn('and every 10 steps from then on', str(found))

  def test_training_of_known_length_has_no_more_steps(self):
    found = _preview('sparsity_function_end_step=20', num_steps=15)
    self.assertEqual(found.steps, (1, 10))
    self.assertIsNone(found.repeats_every)
    self.assertIn('ends before the target sparsity', str(found))

  def test_pruning_with_an_end_has_no_more_steps(self):
    found = _preview('sparsity_function_end_step=20,end_pruning_step=30')
    self.assertEqual(found.steps, (1, 10, 20, 30))
    self.assertIsNone(found.repeats_every)

  def test_sizes(self):
    found = _preview('target_sparsity=0.75,weight_sparsity_map=[w1:0.5]')
    self.assertEqual(found.num_entries, 210)
    self.assertEqual(found.num_prunable, 200)
    self.assertEqual(found.num_left, 75)
    self.assertEqual(found.dense_bytes, 840)
    # 2 bitmasks of 100 bits are 26 bytes; the bias is as it is.
    self.assertEqual(found.sparse_bytes, 75 * 4 + 26 + 40)

  def test_a_half_takes_half(self):
    found = _preview('target_sparsity=0.75', num_bytes=2)
    self.assertEqual(found.dense_bytes, 420)
    self.assertEqual(found.sparse_bytes, 50 * 2 + 26 + 20)

  @parameterized.parameters('sparsity_distribution=global',
                            'group_pruning=True')
  def test_weights_that_share_a_ranking_share_the_number(self, field):
    found = _preview('target_sparsity=0.9,' + field)
    self.assertEqual(found.num_left, 20)

  def test_training_that_ends_before_pruning_leaves_all(self):
    found = _preview('begin_pruning_step=100', num_steps=10)
    self.assertEqual(found.steps, ())
    self.assertEqual(found.num_left, 200)
    self.assertEqual(found.sparse_bytes, found.dense_bytes)
    self.assertIn('masks change at step: none', str(found))

  def test_a_long_list_of_steps_is_printed_in_part(self):
    found = _preview('sparsity_function_end_step=1000')
    self.assertLen(found.steps, 101)
    steps = str(found).partition('masks change at step')[2]
    printed = [line.split() for line in steps.splitlines()
               if line.strip()[:1].isdigit()]
    self.assertLen(printed, 12)
    self.assertEqual(printed[0][0], '1')
    self.assertEqual(printed[-1], ['1000', '0.5000'])

  def test_nothing_pruned_is_told(self):
    found = _preview('do_not_prune=[.*]')
    self.assertEqual(found.num_prunable, 0)
    self.assertIn('No weight of the model is pruned', str(found))


class PlanTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if keras_models.IS_KERAS_3 and not tf.executing_eagerly():
      self.skipTest('Keras 3 has no graph mode')
    keras.backend.clear_session()

  @parameterized.parameters(*keras_models.MODELS)
  def test_a_plan_is_what_training_does(self, model):
    model = keras_models.MODELS[model]()
    spec = PruningSpec.parse('target_sparsity=0.8,pruning_frequency=2'
                             ',sparsity_function_end_step=4')
    before = list(map(keras_variables.value_of, model.variables))
    found = spec.plan(model, num_steps=5)
    for variable, value in zip(model.variables, before):
      np.testing.assert_array_equal(keras_variables.value_of(variable), value)
      self.assertIsNone(keras_variables.constraint_of(variable))
    self.assertEqual(found.num_entries, model.count_params())
    pruner = model_pruning.keras.prune(model, spec, num_steps=5)
    self.assertEqual(found.report, pruner.report)
    keras_models.WAYS['train_on_batch'](model, 5)
    left = sum(int(mask_.sum()) for mask_ in pruner.masks.values())
    self.assertEqual(found.num_left, left)
    self.assertEqual(found.steps, (1, 2, 4))

  def test_an_unbuilt_model_is_refused_with_what_to_call(self):
    model = keras.Sequential([keras.layers.Dense(2)])
    with self.assertRaisesRegex(ValueError, 'model.build.*before `plan`'):
      PruningSpec().plan(model)

  def test_something_else_is_no_model(self):
    with self.assertRaisesRegex(TypeError, 'must be a Keras model.*str'):
      PruningSpec().plan('model')

  def test_a_pattern_without_a_weight_is_refused(self):
    with self.assertRaisesRegex(ValueError, 'nothing_like_it'):
      PruningSpec(do_not_prune=['nothing_like_it']).plan(
          keras_models.sequential())


if __name__ == '__main__':
  absltest.main()
