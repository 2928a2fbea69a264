# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The clock of a weight that is frozen for a while is its optimizer's."""

from __future__ import annotations

import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from tests.support import keras_models
from tests.support import keras_training
from tests.support import modes
from tests.support import two_kernels

keras = tf.keras

# `first` is frozen after steps 5 to 10: it misses the update at step 8.
_FREEZE, _UNFREEZE = 5, 10


def _optimizers():
  """An optimizer of each kind of this Keras."""
  kinds = {'new': keras.optimizers}
  if keras_models.legacy_optimizers() is not keras.optimizers:
    kinds['legacy'] = keras_models.legacy_optimizers()
  return kinds


class FrozenTestCase(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    two_kernels.skip_without_graph_mode(self)
    self._path = self.create_tempdir().full_path + '/model' + (
        '.keras' if keras_models.IS_KERAS_3 else '.h5')

  def _optimizer(self, kind):
    if kind not in _optimizers():
      self.skipTest('this Keras has optimizers of one kind')
    return _optimizers()[kind].Adam(0.05)

  def _train(self, model, first, last):
    """Trains on the batches from `first` to `last`, frozen where it is due."""
    for begin, end, trainable in (
        (0, _FREEZE, True), (_FREEZE, _UNFREEZE, False), (_UNFREEZE, 99, True)):
      begin, end = max(begin, first), min(end, last)
      if begin < end:
        model.get_layer('first').trainable = trainable
        model.compile(model.optimizer, 'mse')
        two_kernels.fit(model, begin, end)

  def _trained(self, last, kind='new', spec=two_kernels.SPEC):
    model = two_kernels.model()
    pruner = model_pruning.keras.prune(model, spec)
    model.compile(self._optimizer(kind), 'mse')
    self._train(model, 0, last)
    return model, pruner


class ClockTest(FrozenTestCase):

  @parameterized.product(kind=('new', 'legacy'), case=(
      (9, 5, 9), (11, 11, 11)))
  def test_it_stands_still_and_then_is_that_of_the_others(self, kind, case):
    last, first, second = case
    _, pruner = self._trained(last, kind)
    self.assertEqual(
        two_kernels.steps_of(pruner), {'first': first, 'second': second})

  @parameterized.parameters('new', 'legacy')
  def test_a_mask_update_that_was_due_meanwhile_is_late_and_not_lost(
      self, kind):
    _, pruner = self._trained(_UNFREEZE, kind)
    before = two_kernels.mask_of_first(pruner)
    model, pruner = self._trained(_UNFREEZE + 1, kind)
    after = two_kernels.mask_of_first(pruner)
    self.assertLess(after.sum(), before.sum())
    self.assertEqual(
        after.sum(), (model.get_layer('first').get_weights()[0] != 0).sum())

  @parameterized.parameters('new', 'legacy')
  def test_in_a_loop_of_ones_own_that_names_its_optimizer(self, kind):
    if not modes.is_eager():
      self.skipTest('a GradientTape loop needs eager mode')
    model, optimizer = two_kernels.model(), self._optimizer(kind)
    pruner = model_pruning.keras.prune(
        model, two_kernels.SPEC, optimizer=optimizer)
    if hasattr(optimizer, 'build'):
      optimizer.build(model.trainable_variables)
    two_kernels.loop(model, optimizer, 0, 5)
    model.get_layer('first').trainable = False
    two_kernels.loop(model, optimizer, 5, 10)
    self.assertEqual(two_kernels.steps_of(pruner), {'first': 5, 'second': 10})
    model.get_layer('first').trainable = True
    two_kernels.loop(model, optimizer, 10, 14)
    self.assertEqual(two_kernels.steps_of(pruner), {'first': 14, 'second': 14})
    two_kernels.assert_sparse(self, model)

  @parameterized.parameters('new', 'legacy')
  def test_weights_that_share_a_ranking_go_on_together(self, kind):
    if not modes.is_eager():
      self.skipTest('graph mode refuses groups')
    model, pruner = self._trained(
        16, kind, two_kernels.SPEC + ',sparsity_distribution=global')
    self.assertEqual(two_kernels.steps_of(pruner), {'first': 16, 'second': 16})
    kept = sum(mask.sum() for mask in pruner.masks.values())
    self.assertEqual(kept, (48 + 32) // 4)
    self.assertEqual(kept, sum((weight != 0).sum() for weight
                               in model.get_weights() if weight.ndim > 1))

  def test_a_new_optimizer_counts_on(self):
    model, pruner = self._trained(12)
    model.compile(keras.optimizers.Adam(0.05), 'mse')
    two_kernels.fit(model, 12, 15)
    self.assertEqual(two_kernels.steps_of(pruner), {'first': 15, 'second': 15})

  def test_on_two_replicas(self):
    if not modes.is_eager():
      self.skipTest('a graph of its own for each strategy')
    for kind in _optimizers():
      with self.subTest(kind), modes.two_replicas(self).scope():
        model = two_kernels.model()
        pruner = model_pruning.keras.prune(model, two_kernels.SPEC)
        model.compile(self._optimizer(kind), 'mse')
        features, labels = two_kernels.batches(0, 28)
        for begin, end, trainable in ((0, 10, True), (10, 16, False),
                                      (16, 28, True)):
          model.get_layer('first').trainable = trainable
          model.compile(model.optimizer, 'mse')
          model.fit(features[begin:end], labels[begin:end], batch_size=2,
                    shuffle=False, verbose=0)
        self.assertEqual(
            two_kernels.steps_of(pruner), {'first': 14, 'second': 14})
        two_kernels.assert_sparse(self, model)

  def test_in_a_graph_within_an_eager_program(self):
    if keras_models.IS_KERAS_3:
      self.skipTest('Keras 3 has no graph mode')
    with keras_training.graph_and_session():
      _, pruner = self._trained(16, 'legacy' if 'legacy' in _optimizers()
                                else 'new')
      self.assertEqual(
          two_kernels.steps_of(pruner), {'first': 16, 'second': 16})


class ResumeTest(FrozenTestCase):

  def assert_goes_on(self, model, pruner, step, kind):
    self._train(model, step, 20)
    self.assertEqual(two_kernels.steps_of(pruner), {'first': 20, 'second': 20})
    two_kernels.assert_equal_weights(model, self._trained(20, kind)[0])

  # Of a file that was written while the weight was frozen, Keras does not load
  # the optimizer.
  @parameterized.parameters('new', 'legacy')
  def test_a_loaded_model_goes_on_as_the_uninterrupted_run(self, kind):
    self._trained(12, kind)[0].save(self._path)
    model = keras.models.load_model(self._path, custom_objects={
        'Adam': type(self._optimizer(kind))})
    pruner = model_pruning.keras.prune(model, two_kernels.SPEC)
    self.assert_goes_on(model, pruner, 12, kind)

  # While the weight is frozen, and after.
  @parameterized.parameters(('new', 9, False), ('legacy', 12, True))
  def test_a_checkpoint_goes_on_as_the_uninterrupted_run(
      self, kind, step, with_pruner):
    if not modes.is_eager():
      self.skipTest('tf.train.Checkpoint of a whole model needs eager mode')

    def checkpoint(model, pruner):
      return tf.train.Checkpoint(
          model=model, optimizer=model.optimizer,
          **({'pruner': pruner} if with_pruner else {}))

    saved, pruner = self._trained(step, kind)
    path = checkpoint(saved, pruner).save(
        self.create_tempdir().full_path + '/checkpoint')
    model = two_kernels.model()
    pruner = model_pruning.keras.prune(model, two_kernels.SPEC)
    model.compile(self._optimizer(kind), 'mse')
    if hasattr(model.optimizer, 'build'):
      model.optimizer.build(model.trainable_variables)
    checkpoint(model, pruner).restore(path)
    self.assert_goes_on(model, pruner, step, kind)


if __name__ == '__main__':
  absltest.main()
