# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the examples of speech, translation and tf-slim on little data."""

from __future__ import annotations

import importlib
import json
import os
import pathlib
import sys
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest

_EXAMPLES = str(pathlib.Path(__file__).parents[1] / 'examples')


class LargerExamplesTest(absltest.TestCase):

  def setUp(self):
    super().setUp()
    path = mock.patch.object(sys, 'path', [_EXAMPLES, *sys.path])
    path.start()
    self.addCleanup(path.stop)

  def _import(self, name):
    return importlib.import_module(name)

  def _data(self, inputs):
    labels = np.arange(len(inputs), dtype=np.int64) % 2
    return self._import('support.dataset').Dataset(
        inputs, labels, inputs, labels)

  def _run(self, name, data, *size):
    """The rounded sparsity of each weight in what the example has written."""
    path = os.path.join(self.create_tempdir().full_path, 'result.json')
    result = self._import(name).main(
        ['--steps', '4', '--result', path], data, *size)
    with open(path) as file:
      self.assertEqual(json.load(file), result)
    return {weight: round(share, 2)
            for weight, share in result['sparsity'].items()}

  def test_keyword_spotting_writes_what_its_spec_says(self):
    if not tf.executing_eagerly():
      self.skipTest('keyword_spotting.py needs eager mode')
    waves = np.random.RandomState(0).rand(32, 8000).astype(np.float32)
    sparsity = self._run('keyword_spotting', self._data(waves), 1)
    self.assertEqual(sorted(sparsity.values()), [0.5, 0.5, 0.9])

  def test_tf_slim_inception_writes_what_its_spec_says(self):
    if tf.executing_eagerly():
      self.skipTest('tf_slim_inception.py turns eager mode off for good')
    images = np.random.RandomState(0).rand(32, 28, 28, 1).astype(np.float32)
    sparsity = self._run(
        'tf_slim_inception', self._data(images), 'Conv2d_4a_3x3')
    self.assertEqual(list(sparsity.values()), [0.88] * 5)

  def test_tf_slim_inception_says_if_slim_does_not_work(self):
    slim = self._import('tf_slim_inception').slim
    broken = mock.patch.object(
        slim, 'batch_norm', side_effect=AttributeError('no Tensor'))
    with broken, self.assertRaisesRegex(
        SystemExit, r'needs an older TensorFlow.*\(no Tensor\)'):
      self._import('tf_slim_inception').main([])

  def test_gnmt_writes_what_its_spec_says_or_says_what_it_needs(self):
    gnmt = self._import('gnmt')
    try:
      cells = tf.compat.v1.nn.rnn_cell.LSTMCell
    except (AttributeError, ImportError):
      cells = None
    if not cells:
      with self.assertRaisesRegex(SystemExit, 'TF_USE_LEGACY_KERAS=1 only'):
        gnmt.main([])
      return
    words = np.random.RandomState(0).randint(0, 30, [64, 5]).astype(np.int32)
    data = self._import('support.translation_data').Translations(
        words, words, words, words, 30)
    sparsity = self._run('gnmt', data, 2)
    for weight, share in sparsity.items():
      self.assertEqual(
          share, 0.8 if 'words' in weight or 'projection' in weight else 0.9)
    self.assertLen(sparsity, 10)


if __name__ == '__main__':
  absltest.main()
