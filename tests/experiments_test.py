# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs an experiment on made data, and reads the committed results."""

from __future__ import annotations

import json
import os
import pathlib
import sys

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

sys.path[:0] = [str(pathlib.Path(__file__).parents[1] / 'experiments')]
import results_page  # noqa: E402
import sensitivity_cnn  # noqa: E402
from harness import comparison  # noqa: E402
from harness import methods  # noqa: E402
from harness import peers  # noqa: E402
from harness import results_file  # noqa: E402
from support import arguments  # noqa: E402
from support import dataset  # noqa: E402

_TINY = ['--seeds', '0', '--images', '128', '--held_out', '64']


def _row(method, seed, accuracy, gzip_bytes=1, spec='target_sparsity=0.9'):
  return dict(method=method, seed=seed, accuracy=accuracy,
              spec='' if method == 'dense' else spec, gzip_bytes=gzip_bytes)


class RunTest(absltest.TestCase):

  def test_runs_that_are_done_are_not_done_again(self):
    if not tf.executing_eagerly():
      self.skipTest('the experiments need eager mode')
    path = os.path.join(self.create_tempdir().full_path, 'results.json')
    options = [*_TINY, '--output', path, '--only', '^ours .*=0.9$']
    sensitivity_cnn.main(options)
    with open(path) as file:
      text = file.read()
    content = json.loads(text)
    (run,) = content['runs']
    self.assertEqual((run['method'], run['spec'], run['seed']),
                     ('ours', 'target_sparsity=0.9', 0))
    self.assertAlmostEqual(run['sparsity'], 0.9, places=3)
    self.assertEqual(content['budget']['data'], 'made')
    self.assertNotIn(path, content['sessions'][0]['command'])

    sensitivity_cnn.main(options)
    with open(path) as file:
      self.assertEqual(file.read(), text)
    with self.assertRaisesRegex(SystemExit, 'runs of another budget.*--output'):
      sensitivity_cnn.main([*options, '--batch', '32'])

  def test_the_peer_starts_where_ours_does_and_its_zeros_have_signs(self):
    if peers.tfmot is None:
      self.skipTest('tensorflow_model_optimization is not installed')
    inputs = np.random.RandomState(0).rand(64, 20).astype(np.float32)
    labels = np.arange(64) % 10
    data = dataset.Dataset(inputs, labels, inputs, labels)
    starts, have_signs = [], []
    for method in (methods.OURS, methods.TFMOT):
      arguments.start_keras_afresh(0)
      model = tf.keras.Sequential([
          tf.keras.layers.InputLayer((20,)), tf.keras.layers.Dense(10)])
      starts.append(methods.train(
          model, method, 'target_sparsity=0.75', data, 8, 8, 0, 0.1)['start'])
      self.assertEqual(methods.sparsity_of(model.trainable_weights), 0.75)
      kernel = model.get_weights()[0]
      have_signs.append(bool(np.any(np.signbit(kernel[kernel == 0]))))
    self.assertEqual(*starts)
    self.assertEqual(have_signs, [False, True])

  def test_a_run_is_on_disk_as_soon_as_it_is_added(self):
    path = os.path.join(self.create_tempdir().full_path, 'results.json')
    first, second = [
        results_file.Run('net', 'ours', 'target_sparsity=0.9', seed)
        for seed in range(2)]
    results_file.ResultsFile(path, 'name', {}, {'threads': 1}).add(
        first, {'accuracy': 0.5})
    read = results_file.ResultsFile(path, 'name', {}, {'threads': 1})
    self.assertTrue(read.has(first))
    self.assertFalse(read.has(second))
    read.add(second, {'accuracy': 0.6})
    self.assertEqual(os.listdir(os.path.dirname(path)), ['results.json'])
    with open(path) as file:
      content = json.load(file)
    self.assertEqual([run['seed'] for run in content['runs']], [0, 1])
    self.assertLen(content['sessions'], 1)


class ComparisonTest(parameterized.TestCase):

  @parameterized.parameters(
      ([0.80, 0.80], [0.79, 0.77], '-2.00 ± 1.00', 'met'),
      ([0.80, 0.80], [0.80, 0.83], '+1.50 ± 1.50', 'met'),
      ([0.80, 0.80], [0.81, 0.82], '+1.50 ± 0.50', 'missed: ours is worse'),
      ([0.80], [0.79], '-1.00', 'open: one seed'))
  def test_the_bar_is_one_standard_error_of_paired_differences(
      self, ours, peer, difference, verdict):
    rows = [_row(method, seed, accuracy)
            for method, accuracies in (('ours', ours), ('tfmot', peer))
            for seed, accuracy in enumerate(accuracies)]
    rows += [_row('dense', seed, 0.9) for seed in range(2)]
    (row,) = comparison.Runs(rows).against_peer()
    self.assertEqual([row[1], str(row[4]), row[5]],
                     [len(ours), difference, verdict])

  def test_a_drop_is_against_the_dense_run_of_the_same_seed(self):
    runs = comparison.Runs([
        _row('dense', 0, 0.90), _row('dense', 1, 0.80), _row('ours', 1, 0.75),
        _row('ours', 2, 0.10)])
    kind = comparison.Kind('ours', 'target_sparsity=0.9')
    self.assertEqual(str(runs.drop(kind)), '+5.00')

  def test_six_times_smaller_is_said_of_the_run_that_then_loses_least(self):
    rows = [_row('dense', 0, 0.9, 1200), _row('ours', 0, 0.8, 150),
            _row('ours', 0, 0.85, 200, 'target_sparsity=0.8'),
            _row('tfmot', 0, 0.95, 199, 'target_sparsity=0.8')]
    self.assertEqual(
        comparison.Runs(rows).six_times('gzip_bytes'),
        '6.0 times at `target_sparsity=0.8` (ours), with a drop of +5.00 '
        'points')
    rows[2]['gzip_bytes'] = 300
    self.assertStartsWith(comparison.Runs(rows).six_times('gzip_bytes'),
                          '8.0 times at `target_sparsity=0.9`')
    rows[1]['gzip_bytes'] = 240
    self.assertStartsWith(comparison.Runs(rows).six_times('gzip_bytes'),
                          'not reached; at most 5.0 times')


class CommittedResultsTest(absltest.TestCase):

  def test_the_page_is_what_the_generator_makes_of_the_results(self):
    self.assertEqual(results_page.PAGE.read_text(),
                     results_page.page(results_page.RESULTS))

  def test_all_runs_of_a_seed_start_from_the_same_weights_on_real_data(self):
    for path in results_page.RESULTS.glob('*.json'):
      content = results_file.read(path)
      self.assertEqual(content['budget']['data'], 'real', path)
      if path.stem == 'fashion_mnist_channels':
        continue  # Networks of other sizes have other weights.
      for seed in {run['seed'] for run in content['runs']}:
        self.assertLen({run['start'] for run in content['runs']
                        if run['seed'] == seed}, 1, (path, seed))


if __name__ == '__main__':
  absltest.main()
