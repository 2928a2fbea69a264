# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`ModelPruningHook` and `ModelPruningListener`."""

from __future__ import annotations

import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from model_pruning._src.graph.masked import mask_update_hook
from model_pruning._src.graph.masked import pruning
from tests.support.graphs import masked_graphs

v1 = tf.compat.v1
_SPEC = ('target_sparsity=0.5,begin_pruning_step=2,pruning_frequency=1,'
         'sparsity_function_end_step=2')


class _Recorder(v1.train.CheckpointSaverListener):
  """Writes down when it is called."""

  def __init__(self, stop_at=None):
    self.calls = []
    self._stop_at = stop_at

  def before_save(self, session, global_step_value):
    self.calls.append(int(global_step_value))

  def after_save(self, session, global_step_value):
    return global_step_value == self._stop_at

  def end(self, session, global_step_value):
    self.calls.append('end')


class HookTest(masked_graphs.GraphTestCase):

  def _train(self, hooks, num_steps):
    train_op = self.step.assign_add(1)
    masked_graphs.masked_weight(masked_graphs.linspace(10))
    stop = v1.train.StopAtStepHook(last_step=num_steps)
    pruning_ops = [hook for hook in hooks if hook]
    with v1.train.MonitoredSession(hooks=[stop, *pruning_ops]) as session:
      while not session.should_stop():
        session.run(train_op)

  @parameterized.parameters(
      (3, 7, [0, 3, 6, 7, 'end']), (3, 6, [0, 3, 6, 'end']),
      (1, 2, [0, 1, 2, 'end']))
  def test_listeners_are_called_in_time(self, every_steps, num_steps, calls):
    recorder = _Recorder()
    self._train([mask_update_hook.ModelPruningHook(every_steps, [recorder])],
                num_steps)
    self.assertEqual(recorder.calls, calls)

  def test_a_listener_can_stop_the_training(self):
    recorder = _Recorder(stop_at=2)
    self._train([mask_update_hook.ModelPruningHook(
        2, [_Recorder(), recorder])], 10)
    self.assertEqual(recorder.calls, [0, 2, 'end'])

  @parameterized.parameters(None, 0, -1)
  def test_without_a_number_of_steps_there_is_an_error(self, every_steps):
    with self.assertRaisesRegex(ValueError, '`every_steps` must be >= 1'):
      mask_update_hook.ModelPruningHook(every_steps)

  def test_no_listeners_are_logged(self):
    with self.assertLogs('absl', 'WARNING') as logs:
      self._train([mask_update_hook.ModelPruningHook(1)], 1)
    self.assertIn('without listeners prunes nothing', logs.output[-1])


class ListenerTest(masked_graphs.GraphTestCase):

  def _mask_in(self, directory):
    return tf.train.load_checkpoint(directory).get_tensor('w/mask').sum()

  def _train(self, num_steps, make_hooks):
    directory = self.create_tempdir().full_path
    train_op = self.step.assign_add(1)
    masked_graphs.masked_weight(masked_graphs.linspace(10))
    hooks = make_hooks(directory, mask_update_hook.ModelPruningListener(
        pruning.Pruning(_SPEC)))
    with v1.train.MonitoredTrainingSession(
        hooks=[v1.train.StopAtStepHook(last_step=num_steps), *hooks]
    ) as session:
      while not session.should_stop():
        session.run(train_op)
    return self._mask_in(directory)

  @parameterized.parameters((1, 10), (2, 5), (5, 5))
  def test_it_prunes_from_its_hook(self, num_steps, kept):
    def hooks(directory, pruning_listener):
      return [
          mask_update_hook.ModelPruningHook(1, [pruning_listener]),
          v1.train.CheckpointSaverHook(directory, save_steps=100)]
    self.assertEqual(self._train(num_steps, hooks), kept)

  def test_it_prunes_before_a_checkpoint_is_saved(self):
    def hooks(directory, pruning_listener):
      return [v1.train.CheckpointSaverHook(
          directory, save_steps=100, listeners=[pruning_listener])]
    self.assertEqual(self._train(3, hooks), 5)

  def test_it_takes_any_object_with_an_update_step(self):
    calls = []

    class Other:
      def run_update_step(self, session, step):
        calls.append((session, step))

    mask_update_hook.ModelPruningListener(Other()).before_save(self.session, 3)
    self.assertEqual(calls, [(self.session, 3)])


if __name__ == '__main__':
  absltest.main()
