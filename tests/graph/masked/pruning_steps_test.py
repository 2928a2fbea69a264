# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`Pruning` in time: when masks are due, and in which order things happen."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.graph.masked import apply_mask
from model_pruning._src.graph.masked import pruning
from model_pruning._src.spec import weight_rule
from tests.support import numpy_reference
from tests.support import simulation
from tests.support.graphs import masked_graphs
from tests.support.graphs import prunable_graphs

v1 = tf.compat.v1
linspace = masked_graphs.linspace
masked_weight = masked_graphs.masked_weight
_LAST = 'model_pruning/last_mask_update_step'


class ConditionalUpdateTest(masked_graphs.GraphTestCase):

  def _kept_after_each_step(self, spec, steps):
    masked_weight(linspace(100))
    update = pruning.Pruning(spec).conditional_mask_update_op()
    self.initialize()
    kept = []
    for step in steps:
      self.run_at(step, update)
      kept += self.num_kept()
    return kept

  def test_masks_change_on_the_grid_from_begin_to_end(self):
    kept = self._kept_after_each_step(
        'begin_pruning_step=2,end_pruning_step=6,pruning_frequency=2,'
        'target_sparsity=0.8,sparsity_function_end_step=8,'
        'sparsity_function_exponent=1', range(10))
    self.assertEqual(kept, [100, 100, 80, 80, 60, 60, 40, 40, 40, 40])

  def test_the_target_is_reached_when_the_end_is_off_the_grid(self):
    kept = self._kept_after_each_step(
        'end_pruning_step=95,target_sparsity=0.9,sparsity_function_end_step=95'
        ',sparsity_function_exponent=1',
        [90, 94, 95, 100])
    self.assertEqual(kept[-2:], [10, 10])
    self.assertGreater(kept[1], 10)

  def test_a_jump_over_a_step_loses_no_update(self):
    kept = self._kept_after_each_step(
        'pruning_frequency=10,sparsity_function_end_step=0',
        [0, 9, 17, 19, 33])
    self.assertEqual(kept, [100, 100, 50, 50, 50])
    self.assertEqual(self.value(_LAST), 33)

  def test_a_negative_step_counts_as_0(self):
    masked_weight(linspace(100))
    pruner = pruning.Pruning(
        'target_sparsity=0.5,initial_sparsity=0.2,'
        'sparsity_function_end_step=0')
    always, if_due = pruner.mask_update_op(), (
        pruner.conditional_mask_update_op())
    self.initialize()
    self.run_at(-3, if_due)
    self.assertEqual(self.num_kept(), [100])
    self.run_at(-3, always)
    # Of step 0, at which the target is reached; not the initial sparsity.
    self.assertEqual(self.num_kept(), [50])
    self.assertEqual(self.value(_LAST), 0)

  def test_the_state_has_its_old_name_and_dtype(self):
    pruning.Pruning('name=p')
    [last] = [v for v in v1.global_variables() if 'last' in v.name]
    self.assertEqual(last.name, 'p/last_mask_update_step:0')
    self.assertEqual(last.dtype.base_dtype, tf.int32)
    self.initialize()
    self.assertEqual(self.session.run(last), 0)

  def test_two_objects_of_one_name_share_their_state(self):
    pruning.Pruning()
    pruning.Pruning()
    self.assertLen([v for v in v1.global_variables() if 'last' in v.name], 1)

  @parameterized.parameters(False, True)
  def test_one_object_gives_both_operations_in_any_order(self, reverse):
    masked_weight(linspace(100))
    pruner = pruning.Pruning(
        'begin_pruning_step=50,sparsity_function_end_step=0')
    build = [pruner.mask_update_op, pruner.conditional_mask_update_op]
    ops = [make() for make in (build[::-1] if reverse else build)]
    always, conditional = ops[::-1] if reverse else ops
    self.initialize()
    self.session.run(conditional)
    self.assertEqual(self.num_kept(), [100])
    self.session.run(always)
    self.assertEqual(self.num_kept(), [50])
    self.session.run(apply_mask.get_masks()[0].initializer)
    self.run_at(50, conditional)
    self.assertEqual(self.num_kept(), [50])

  def test_weights_masked_later_are_in_operations_built_later(self):
    pruner = pruning.Pruning('sparsity_function_end_step=0')
    masked_weight(linspace(10), 'a')
    first = pruner.mask_update_op()
    masked_weight(linspace(10), 'b')
    second = pruner.mask_update_op()
    self.initialize()
    self.session.run(first)
    self.assertEqual(self.num_kept(), [5, 10])
    self.session.run(second)
    self.assertEqual(self.num_kept(), [5, 5])


def _train_op(problem, use_resource, spec):
  """Trains a masked kernel by a constant gradient; prunes after it."""
  step = v1.train.get_or_create_global_step()
  kernel = v1.get_variable('kernel', initializer=problem.weight,
                           use_resource=use_resource)
  loss = tf.reduce_sum(
      apply_mask.apply_mask(kernel, 'kernel') * problem.gradient)
  optimizer = v1.train.GradientDescentOptimizer(simulation.LEARNING_RATE)
  train_op = optimizer.minimize(loss, global_step=step)
  with tf.control_dependencies([train_op]):
    return pruning.Pruning(spec).conditional_mask_update_op()


class OrderTest(masked_graphs.GraphTestCase):

  @parameterized.parameters(False, True)
  def test_the_update_sees_the_weights_and_the_step_of_the_train_op(
      self, use_resource):
    problem = simulation.problem([6, 5])
    train_op = _train_op(
        problem, use_resource,
        'pruning_frequency=1,begin_pruning_step=1,sparsity_function_end_step=9')
    self.initialize()
    mask, weight = np.ones([6, 5], bool), problem.weight
    spec = pruning.spec_lib.PruningSpec.parse('sparsity_function_end_step=9')
    curve = weight_rule.curve(
        spec, spec.rule_for('kernel', [6, 5]))
    for step in range(1, 12):
      self.session.run(train_op)
      weight = weight - np.float32(
          simulation.LEARNING_RATE) * problem.gradient * mask
      mask = numpy_reference.unstructured_mask(weight, curve(step))
      np.testing.assert_array_equal(self.value('kernel'), weight)
      np.testing.assert_array_equal(self.masks()[0], mask)
      self.assertEqual(self.value(_LAST), step)

  def test_a_monitored_session_prunes_and_goes_on_from_its_checkpoint(self):
    problem = simulation.problem([6, 5])

    def train(num_steps, directory):
      with tf.Graph().as_default():
        train_op = _train_op(
            problem, True, 'pruning_frequency=4,target_sparsity=0.8,'
            'sparsity_function_end_step=10')
        with v1.train.MonitoredTrainingSession(
            checkpoint_dir=directory, log_step_count_steps=None,
            hooks=[v1.train.StopAtStepHook(last_step=num_steps)]) as session:
          while not session.should_stop():
            session.run(train_op)
      reader = tf.train.load_checkpoint(directory)
      return {name: reader.get_tensor(name)
              for name in reader.get_variable_to_shape_map()}

    through = train(12, self.create_tempdir().full_path)
    directory = self.create_tempdir().full_path
    train(7, directory)
    resumed = train(12, directory)
    self.assertCountEqual(through, [
        'global_step', 'kernel', 'kernel/mask', 'kernel/threshold', _LAST])
    for name, expected in through.items():
      np.testing.assert_array_equal(resumed[name], expected, name)
    self.assertEqual(np.count_nonzero(through['kernel/mask']), 6)


class SummariesTest(masked_graphs.GraphTestCase):

  def _tags(self):
    self.initialize()
    summary = v1.Summary.FromString(
        self.session.run(v1.summary.merge_all()))
    return {value.tag: value.simple_value for value in summary.value}

  @parameterized.parameters('weight', 'first_order_gradient')
  def test_each_weight_has_a_sparsity_and_a_threshold(self, option):
    masked_weight(linspace(10), 'a', option)
    with v1.variable_scope('l'):
      pruner = pruning.Pruning(f'prune_option={option},initial_sparsity=0.25')
      pruner.apply_mask(tf.constant(linspace(4)))
    pruner.add_pruning_summaries()
    tags = self._tags()
    scope = 'model_pruning_summaries/'
    for name in ('a/mask/sparsity', 'a/threshold/threshold',
                 'l//mask/sparsity', 'last_mask_update_step'):
      self.assertEqual(tags[scope + name], 0.0)
    self.assertEqual(tags[scope + 'sparsity'], 0.25)
    self.assertEqual(scope + 'a/gradient/gradient' in tags,
                     option != 'weight')

  def test_a_spec_without_summaries_has_none(self):
    masked_weight(linspace(10), 'a')
    pruning.Pruning('add_summary=false').add_pruning_summaries()
    self.assertIsNone(v1.summary.merge_all())


class EstimatorTest(absltest.TestCase):

  def test_an_estimator_prunes_with_masked_weights(self):
    if not hasattr(v1, 'estimator'):
      self.skipTest(f'TensorFlow {tf.__version__} has no Estimator')

    def model_fn(features, labels, mode):
      kernel = v1.get_variable('kernel', [64, 10])
      logits = tf.matmul(tf.reshape(features, [-1, 64]),
                         apply_mask.apply_mask(kernel, 'kernel'))
      loss = v1.losses.sparse_softmax_cross_entropy(labels, logits)
      step = v1.train.get_global_step()
      train_op = v1.train.AdamOptimizer(0.01).minimize(loss, global_step=step)
      with tf.control_dependencies([train_op]):
        train_op = pruning.Pruning(
            'target_sparsity=0.75,sparsity_function_end_step=10'
        ).conditional_mask_update_op()
      return v1.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    batch = prunable_graphs.digits_like_batch()
    estimator = v1.estimator.Estimator(
        model_fn, self.create_tempdir().full_path)
    estimator.train(lambda: tf.data.Dataset.from_tensors(batch).repeat(),
                    steps=10)
    mask = estimator.get_variable_value('kernel/mask')
    self.assertEqual(mask.sum(), 160)


if __name__ == '__main__':
  absltest.main()
