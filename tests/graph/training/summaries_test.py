# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Summaries: what TensorBoard is shown, read back from the event files."""

from __future__ import annotations

import glob
import re

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

import model_pruning
from model_pruning._src.graph.training import summaries
from tests.support import simulation
from tests.support.graphs import prunable_graphs

v1 = tf.compat.v1

_SPEC = ('name=spec,target_sparsity=0.75,pruning_frequency=1'
         ',sparsity_function_end_step=4')


def _merged(session):
  """The values of all summaries of the default graph, by tag."""
  serialized = session.run(v1.summary.merge_all())
  return {value.tag: value.simple_value
          for value in v1.Summary.FromString(serialized).value}


def _events(directory):
  """Values in the event files of a directory: {tag: {step: value}}."""
  found = {}
  for path in glob.glob(directory + '/events*'):
    for event in v1.train.summary_iterator(path):
      for value in event.summary.value:
        found.setdefault(value.tag, {})[event.step] = value.simple_value
  return found


class AddSummariesTest(parameterized.TestCase):

  def _variable(self, name, value, use_resource):
    return v1.get_variable(name, initializer=np.asarray(value),
                           trainable=False, use_resource=use_resource)

  @parameterized.product(dtype=(np.bool_, np.float32, np.float64),
                         use_resource=(False, True))
  def test_each_weight_and_all_together(self, dtype, use_resource):
    with tf.Graph().as_default(), v1.Session() as session:
      first = np.array([[1, 0, 0], [0, 0, 1]], dtype)
      second = [np.array([1, 1], dtype), np.array([0, 1, 1, 1], dtype)]
      variables = [self._variable(f'v{i}', value, use_resource)
                   for i, value in enumerate([
                       first, *second, np.float32(0.5), np.float64(0.25),
                       np.int64(30)])]
      added = summaries.add_summaries(
          'spec',
          [('conv/w', variables[0], variables[3]),
           ('dense/w', variables[1:3], variables[4])], variables[5])
      session.run(v1.global_variables_initializer())
      self.assertCountEqual(
          [summary.name for summary in added],
          [summary.name for summary in
           v1.get_collection(v1.GraphKeys.SUMMARIES)])
      self.assertEqual(_merged(session), {
          'spec_summaries/sparsity': np.float32(5 / 12),
          'spec_summaries/last_mask_update_step': 30,
          'spec_summaries/conv/w/sparsity': np.float32(4 / 6),
          'spec_summaries/conv/w/threshold': 0.5,
          'spec_summaries/dense/w/sparsity': np.float32(1 / 6),
          'spec_summaries/dense/w/threshold': 0.25})

  @parameterized.parameters('l//w:0', '_hidden/w', 'a.b-c/w')
  def test_tags_are_legal_for_every_name_of_a_weight(self, name):
    with tf.Graph().as_default(), v1.Session() as session:
      mask, threshold = (self._variable('m', np.ones([2, 2]), True),
                         self._variable('t', np.float32(0), True))
      with tf.name_scope('outside'):
        summaries.add_summaries('spec', [(name, mask, threshold)],
                                self._variable('s', np.int64(0), True))
      session.run(v1.global_variables_initializer())
      for tag in _merged(session):
        self.assertRegex(tag, r'^spec_summaries/[\w.\-/]+$')

  def test_the_latest_of_several_clocks_counts(self):
    with tf.Graph().as_default(), v1.Session() as session:
      mask, threshold, *clocks = [
          self._variable(f'v{i}', value, True) for i, value in enumerate(
              [np.ones([2, 2]), np.float32(0), np.int64(4), np.int64(9)])]
      summaries.add_summaries('spec', [('w', mask, threshold)], clocks)
      session.run(v1.global_variables_initializer())
      self.assertEqual(
          _merged(session)['spec_summaries/last_mask_update_step'], 9)

  def test_no_weights_are_refused(self):
    with self.assertRaisesRegex(ValueError, 'one weight at least'):
      summaries.add_summaries('spec', [], None)

  def test_nothing_is_counted_unless_summaries_are_fetched(self):
    with tf.Graph().as_default(), v1.Session() as session:
      train_op = v1.get_variable('w', initializer=np.float32(0)).assign_add(1.0)
      # Not initialized: to read it would fail.
      mask, threshold, clock = [
          self._variable(name, value, True) for name, value in (
              ('m', np.ones([2, 2])), ('t', np.float32(0)), ('s', np.int64(0)))]
      summaries.add_summaries('spec', [('w', mask, threshold)], clock)
      session.run(v1.variables_initializer(v1.trainable_variables()))
      session.run(train_op)
      with self.assertRaises(tf.errors.FailedPreconditionError):
        session.run(v1.summary.merge_all())


class HookTest(parameterized.TestCase):

  def _check(self, events, weights, last_step):
    tags = ['sparsity', 'last_mask_update_step']
    for weight in weights:
      tags += [f'{weight}/sparsity', f'{weight}/threshold']
    self.assertContainsSubset(['spec_summaries/' + tag for tag in tags],
                              events)
    # Fetched with a train op: before or after it.
    self.assertBetween(
        events['spec_summaries/last_mask_update_step'][last_step],
        last_step - 1, last_step)
    for weight in weights:
      self.assertGreater(
          events[f'spec_summaries/{weight}/threshold'][last_step], 0)
      self.assertBetween(
          events[f'spec_summaries/{weight}/sparsity'][last_step], 0.5, 0.75)

  def test_a_monitored_session_writes_them(self):
    directory = self.create_tempdir().full_path
    with tf.Graph().as_default():
      train_op = prunable_graphs.exact_train_op(
          simulation.problem([8, 10]), use_resource=True)
      with v1.train.MonitoredTrainingSession(
          checkpoint_dir=directory, save_summaries_steps=1,
          hooks=[model_pruning.PruningHook(_SPEC)]) as session:
        for _ in range(8):
          session.run(train_op)
    events = _events(directory)
    self._check(events, ['kernel'], 8)
    sparsity = events['spec_summaries/sparsity']
    self.assertEqual(sparsity[8], 0.75)
    self.assertEqual(sparsity, events['spec_summaries/kernel/sparsity'])
    self.assertLen(sparsity, 8)

  def test_none_are_written_if_the_spec_says_so(self):
    with tf.Graph().as_default() as graph:
      train_op = prunable_graphs.exact_train_op(
          simulation.problem([8, 10]), use_resource=True)
      with v1.train.MonitoredSession(hooks=[
          model_pruning.PruningHook(_SPEC + ',add_summary=false')]) as session:
        session.run(train_op)
      self.assertEmpty(graph.get_collection(v1.GraphKeys.SUMMARIES))

  def test_an_estimator_writes_them(self):
    if not hasattr(v1, 'estimator'):
      self.skipTest(f'TensorFlow {tf.__version__} has no Estimator')
    v1.logging.set_verbosity(v1.logging.ERROR)
    directory = self.create_tempdir().full_path
    estimator = v1.estimator.Estimator(
        prunable_graphs.conv_net_model_fn, directory,
        config=v1.estimator.RunConfig(save_summary_steps=2))
    estimator.train(
        lambda: tf.data.Dataset.from_tensors(
            prunable_graphs.digits_like_batch()).repeat(),
        hooks=[model_pruning.PruningHook(_SPEC)], steps=7)
    events = _events(directory)
    self.assertIn('loss', events)
    # The first step, and every second one after it.
    self._check(events, ['conv/kernel', 'dense/kernel'], 7)
    for tag in events:
      self.assertIsNone(re.search(r'[^\w.\-/]', tag), tag)


if __name__ == '__main__':
  absltest.main()
