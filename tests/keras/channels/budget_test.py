# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Channels go until a budget of parameters or multiply-adds is reached."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.compat import keras_variables
from model_pruning._src.keras.models import multiply_adds
from tests.support.channels import channel_models

keras = tf.keras
layers = keras.layers
_FOLLOWS = tf.executing_eagerly() and hasattr(layers, 'MultiHeadAttention')
_STEPS = ',pruning_frequency=2,sparsity_function_end_step=4'


def _model(name='net'):
  """Two convolutions that are added, one of more channels, and a head."""
  inputs = keras.Input((6, 6, 2))
  hidden = layers.Conv2D(8, 3, name='one')(inputs)
  hidden = layers.BatchNormalization(name='norm')(hidden)
  hidden = layers.Add()([
      hidden, layers.Conv2D(8, 3, padding='same', name='two')(hidden)])
  hidden = layers.Conv2D(12, 1, activation='relu', name='three')(hidden)
  hidden = layers.GlobalAveragePooling2D()(hidden)
  return channel_models.randomize(keras.Model(
      inputs, layers.Dense(3, name='last')(hidden), name=name))


def _cost(model, field):
  if field == 'target_params':
    return model.count_params()
  return sum(multiply_adds.count(model).of.values())


def _train(model, first, last):
  random = np.random.RandomState(1)
  images = random.randn(20, 4, 6, 6, 2).astype(np.float32)
  for i in range(first, last):
    model.train_on_batch(images[i], np.ones((4, 3), np.float32))


class BudgetTestCase(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    if not _FOLLOWS:
      self.skipTest('channels are followed in eager mode from TF 2.4 on')
    keras.backend.clear_session()

  def assert_reached(self, model, field, share, budget):
    """The small model costs what is said, and one channel less at most."""
    small = model_pruning.keras.remove_channels(model)
    left, total = _cost(small, field), _cost(model, field)
    self.assertIn(f'asks for {share * total:,.0f} of {total:,} ', budget)
    self.assertIn(f'; {left:,} are left', budget)
    self.assertLessEqual(left, share * total)
    # A channel of the first two has the most: 18 + 72 + 72 + 12 entries of
    # kernels, of 16 places but for the head, 2 biases, and 4 of the norm.
    channel = 180 if field == 'target_params' else 16 * 174
    self.assertGreater(left, share * total - channel)
    return small


class AtOnceTest(BudgetTestCase):

  @parameterized.parameters(('target_params', 0.2), ('target_macs', 0.5))
  def test_what_is_left_is_the_budget(self, field, share):
    model = _model()
    report = model_pruning.keras.prune_now(
        model, f'structure=channels,{field}={share:.0%}')
    self.assert_reached(model, field, share, report.budget)
    self.assertIn(f'\n  {report.budget}', str(report))
    self.assertEqual(report.to_dict()['budget'], report.budget)
    self.assertEmpty(report.warnings)

  @parameterized.parameters(('target_params', [16, 3]), ('target_macs', [7, 8]))
  def test_the_two_budgets_take_other_channels(self, field, wanted):
    # `first` has most of the multiply-adds, what follows `second` has most of
    # the parameters.
    inputs = keras.Input((8, 8, 2))
    hidden = layers.Conv2D(16, 3, padding='same', name='first')(inputs)
    hidden = layers.Conv2D(
        8, 3, strides=4, padding='same', name='second')(hidden)
    hidden = layers.Dense(64)(layers.Flatten()(hidden))
    model = channel_models.randomize(
        keras.Model(inputs, layers.Dense(2)(hidden)))
    model_pruning.keras.prune_now(model, f'structure=channels,{field}=50%')
    small = model_pruning.keras.remove_channels(model)
    self.assertEqual([small.get_layer(name).filters
                      for name in ('first', 'second')], wanted)

  def test_kernels_that_are_not_to_be_pruned_keep_their_channels(self):
    model = _model()
    report = model_pruning.keras.prune_now(
        model, 'structure=channels,target_params=60%,do_not_prune=[three/]')
    small = self.assert_reached(model, 'target_params', 0.6, report.budget)
    self.assertEqual(small.get_layer('three').filters, 12)

  def test_no_set_loses_more_than_its_bound(self):
    model = _model()
    report = model_pruning.keras.prune_now(
        model, 'structure=channels,target_params=10%,max_weight_sparsity=0.25')
    small = model_pruning.keras.remove_channels(model)
    self.assertEqual([small.get_layer(name).filters
                      for name in ('one', 'two', 'three')], [6, 6, 9])
    self.assertRegex(' '.join(report.warnings),
                     'The budget cannot be reached: target_params=10% asks for')

  def test_numbers_of_channels_may_be_multiples(self):
    model = _model()
    model_pruning.keras.prune_now(model, 'structure=channels,target_macs=40%')
    small = model_pruning.keras.remove_channels(model, round_to=4)
    self.assertEqual({small.get_layer(name).filters % 4
                      for name in ('one', 'two', 'three')}, {0})

  def test_multiply_adds_of_inputs_of_any_size_are_not_known(self):
    model = channel_models.of_any_size()
    before = model.get_weights()
    with self.assertRaisesRegex(
        ValueError, 'target_macs.*are not known.*target_params'):
      model_pruning.keras.prune_now(model, 'structure=channels,target_macs=50%')
    for one, wanted in zip(model.get_weights(), before):
      np.testing.assert_array_equal(one, wanted)

  @parameterized.parameters(
      'target_params=50%', 'target_macs=50%', 'target_sparsity=0.5')
  def test_a_model_without_a_channel_that_can_go_is_said(self, target):
    inputs = keras.Input((4,))
    model = keras.Model(inputs, layers.Dense(3)(inputs))
    for prune in (model_pruning.keras.prune_now, self._report_of_prune):
      report = prune(model, f'structure=channels,{target}')
      self.assertEmpty(report.pruned)
      self.assertIn('No channel of the model is pruned.', report.warnings)

  def _report_of_prune(self, model, spec):
    return model_pruning.keras.prune(model, spec, num_steps=4).report


class InTrainingTest(BudgetTestCase):

  def test_the_schedule_runs_over_the_share_of_the_budget(self):
    model, field = _model(), 'target_macs'
    pruner = model_pruning.keras.prune(
        model, f'structure=channels,{field}=40%{_STEPS}')
    self.assertIn('(100.00%)', pruner.report.budget)
    model.compile(keras.optimizers.Adam(0.05), 'mse')
    left = []
    # Of 60 %, 1 - (3/4)**3, 1 - (1/2)**3 and all go at steps 1, 2 and 4.
    for step, share in ((1, 0.653125), (2, 0.475), (6, 0.4)):
      _train(model, pruner.step, step)
      small = model_pruning.keras.remove_channels(model)
      total = _cost(model, field)
      left.append(_cost(small, field) / total)
      self.assertBetween(left[-1], share - 0.2, share)
    self.assertGreater(left[0], left[1])
    self.assert_reached(model, field, 0.4, pruner.report.budget)

  def test_with_a_jump_it_prunes_what_prune_now_prunes(self):
    spec = ('structure=channels,target_params=40%,min_weight_sparsity=0.2,'
            'max_weight_sparsity=0.5')
    model, other = _model(), _model()
    model_pruning.keras.prune(model, spec + ',sparsity_function_end_step=0')
    model.compile(keras.optimizers.SGD(0.0), 'mse')
    _train(model, 0, 1)
    model_pruning.keras.prune_now(other, spec)
    for one, wanted in zip(model.trainable_variables,
                           other.trainable_variables):
      np.testing.assert_array_equal(keras_variables.value_of(one),
                                    keras_variables.value_of(wanted))

  def test_training_that_was_killed_ends_with_the_same_bits(self):
    spec = f'structure=channels,target_params=30%{_STEPS}'

    def start():
      model = _model()
      model.compile(keras.optimizers.Adam(0.05), 'mse')
      # Its state is not saved: masks are made again from zeros.
      return model, model_pruning.keras.prune(model, spec), tf.train.Checkpoint(
          model=model, optimizer=model.optimizer)

    model, _, checkpoint = start()
    _train(model, 0, 3)
    path = checkpoint.save(self.create_tempdir().full_path + '/checkpoint')
    _train(model, 3, 7)
    other, resumed, checkpoint = start()
    checkpoint.restore(path)
    _train(other, 3, 7)
    self.assertEqual(resumed.step, 7)
    for one, wanted in zip(other.get_weights(), model.get_weights()):
      np.testing.assert_array_equal(one, wanted)

  def test_a_training_that_ends_too_soon_is_said_in_shares_of_the_cost(self):
    model = _model()
    pruner = model_pruning.keras.prune(
        model, 'structure=channels,target_macs=40%,pruning_frequency=2,'
        'sparsity_function_end_step=40')
    model.compile(keras.optimizers.SGD(0.0), 'mse')
    _train(model, 0, 3)
    with self.assertLogs(level='WARNING') as logs:
      pruner.strip()
    self.assertIn('ended at step 3 and the share of multiply-adds that is gone '
                  'is 0.', logs.output[0])
    self.assertIn(' of the target 0.60', logs.output[0])

  def test_a_budget_that_cannot_be_reached_is_said_at_once(self):
    report = model_pruning.keras.prune(
        _model(), 'structure=channels,target_macs=10%,max_weight_sparsity=0.5'
    ).report
    self.assertRegex(' '.join(report.warnings),
                     'The budget cannot be reached: target_macs=10% asks for')


if __name__ == '__main__':
  absltest.main()
