# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs an experiment on made data, and reads the committed results."""

from __future__ import annotations

import itertools
import json
import os
import pathlib
import sys
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

sys.path[:0] = [str(pathlib.Path(__file__).parents[1] / 'experiments')]
import multi30k_gnmt  # noqa: E402
import results_page  # noqa: E402
import reviews_transformer  # noqa: E402
import sensitivity_cnn  # noqa: E402
import spoken_digits  # noqa: E402
from harness import bleu  # noqa: E402
from harness import comparison  # noqa: E402
from harness import methods  # noqa: E402
from harness import peers  # noqa: E402
from harness import results_file  # noqa: E402
from support import arguments  # noqa: E402
from support import dataset  # noqa: E402
from support import gnmt_model  # noqa: E402
from support import translation_data  # noqa: E402

_TINY = ['--seeds', '0', '--images', '128', '--held_out', '64']


def _row(method, seed, accuracy, gzip_bytes=1, spec='target_sparsity=0.9'):
  return dict(method=method, seed=seed, accuracy=accuracy,
              spec='' if method == 'dense' else spec, gzip_bytes=gzip_bytes)


class RunTest(parameterized.TestCase):

  @parameterized.parameters(
      # Of 536 entries the 72 of the depthwise kernel stay.
      (spoken_digits, 418 / 536, '--depth', '1', '--width', '8'),
      (reviews_transformer, 0.9, '--units', '16', '--heads', '2'))
  def test_of_a_network_all_but_depthwise_kernels_is_pruned(
      self, program, sparsity, *size):
    if not tf.executing_eagerly():
      self.skipTest('the experiments need eager mode')
    path = os.path.join(self.create_tempdir().full_path, 'results.json')
    program.main(['--seeds', '3', '--epochs', '1', *size, '--output', path,
                  '--only', '^ours .*=0.9$'])
    (run,) = results_file.read(pathlib.Path(path))['runs']
    self.assertEqual((run['method'], run['seed']), ('ours', 3))
    self.assertAlmostEqual(run['sparsity'], sparsity, places=3)
    self.assertLess(run['packed_bytes'], run['gzip_bytes'])

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


class TranslationTest(absltest.TestCase):

  def setUp(self):
    super().setUp()
    try:
      gnmt_model.check_cells('the experiment')
    except SystemExit as missing:
      self.skipTest(str(missing))

  def test_a_run_writes_bleu_and_the_sparsity_of_its_spec(self):
    score = mock.Mock(score=12.3456)
    metric = mock.Mock()
    metric.corpus_score.return_value = score
    path = os.path.join(self.create_tempdir().full_path, 'results.json')
    with mock.patch.object(bleu, 'metric', return_value=metric):
      multi30k_gnmt.main([
          '--seeds', '0', '--epochs', '1', '--sentences', '128', '--batch',
          '32', '--units', '8', '--only', '=0.8$', '--output', path])
    (run,) = results_file.read(pathlib.Path(path))['runs']
    self.assertEqual(run['bleu'], 12.346)
    self.assertAlmostEqual(run['sparsity'], 0.8, places=2)
    sentences, (references,) = (
        metric.corpus_score.call_args[0])
    self.assertLen(sentences, len(references))
    self.assertRegex(references[0], r'^\d+( \d+)+$')

  def test_each_word_is_the_likeliest_that_is_known_after_those_before(self):
    with tf.Graph().as_default(), methods.session() as session:
      v1 = tf.compat.v1
      v1.set_random_seed(0)
      source = tf.constant([[5, 6, 7, 3], [8, 9, 3, 0]])
      with v1.variable_scope('', reuse=v1.AUTO_REUSE,
                             initializer=v1.random_uniform_initializer(-1, 1)):
        words = gnmt_model.translation_of(source, 12, 2, 6, units=8)
        logits = gnmt_model.logits_of(source, words, 12, 2, units=8)
      session.run(v1.global_variables_initializer())
      self.assertLen(v1.trainable_variables(), 16)  # Of both.
      words, logits = session.run([words, logits])
    self.assertGreater(len(np.unique(words)), 2)
    np.testing.assert_array_equal(words, 3 + np.argmax(logits[..., 3:], 2))


class SentencesTest(absltest.TestCase):

  def test_without_sacrebleu_a_line_says_so(self):
    with mock.patch.dict(sys.modules, {'sacrebleu': None,
                                       'sacrebleu.metrics': None}):
      with self.assertRaisesRegex(SystemExit, 'pip install sacrebleu$'):
        bleu.metric()

  def test_a_sentence_ends_at_its_end_with_punctuation_beside_the_word(self):
    words = ['<padding>', '<unknown>', '<begin>', '<end>', 'ein', 'hund', '.']
    self.assertEqual(
        [bleu.text_of(np.array(numbers), words)
         for numbers in ([4, 5, 6, 3, 5], [4, 5, 6, 5, 4], [3, 4, 4, 4, 4])],
        ['ein hund.', 'ein hund. hund ein', ''])

  def test_an_epoch_has_each_sentence_once_with_others_of_its_length(self):
    lengths = np.random.RandomState(0).randint(1, 9, 40)
    words = np.where(np.arange(9) < lengths[:, np.newaxis], 5, 0)
    data = translation_data.Translations(words, words, words, words, 6)
    epoch = list(itertools.islice(multi30k_gnmt.batches(data, 4, 0), 10))
    self.assertEqual(sorted(np.concatenate(epoch)), list(range(40)))
    self.assertLess(max(np.ptp(lengths[chosen]) for chosen in epoch), 3)


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

  def test_a_drop_of_translations_is_that_of_bleu(self):
    runs = comparison.Runs([
        dict(method='dense', spec='', seed=0, bleu=26.77),
        dict(method='ours', spec='target_sparsity=0.9', seed=0, bleu=26.19)])
    kind = comparison.Kind('ours', 'target_sparsity=0.9')
    self.assertEqual(str(runs.drop(kind)), '+0.58')

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
