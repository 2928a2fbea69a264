# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the short examples on a few examples that nobody collected."""

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
from absl.testing import parameterized

_EXAMPLES = str(pathlib.Path(__file__).parents[1] / 'examples')


class ExamplesTest(parameterized.TestCase):

  def setUp(self):
    super().setUp()
    path = mock.patch.object(sys, 'path', [_EXAMPLES, *sys.path])
    path.start()
    self.addCleanup(path.stop)

  def _data(self, inputs):
    labels = (np.arange(len(inputs)) % 2).astype(np.int64)
    dataset = importlib.import_module('support.dataset')
    return dataset.Dataset(inputs, labels, inputs, labels)

  def _run(self, name, inputs):
    """What the example returns after 20 steps, which must be its JSON too."""
    path = os.path.join(self.create_tempdir().full_path, 'result.json')
    result = importlib.import_module(name).main(
        ['--steps', '20', '--result', path], self._data(inputs))
    with open(path) as file:
      self.assertEqual(json.load(file), result)
    for run in ['dense_accuracy', 'pruned_accuracy']:
      self.assertBetween(result[run], 0, 1)
    return sorted(round(share, 2) for share in result['sparsity'].values())

  @parameterized.parameters(
      ('mnist_cnn', [0.5, 0.9, 0.9, 0.9]),
      ('mnist_estimator', [0.5, 0.9, 0.9]),
      ('custom_training_loop', [0.5, 0.9, 0.9, 0.9]))
  def test_an_example_of_images_prunes_what_its_spec_says(self, name, wanted):
    if name == 'custom_training_loop' and not tf.executing_eagerly():
      self.skipTest('a GradientTape with a Keras optimizer needs eager mode')
    images = np.random.RandomState(0).rand(80, 28, 28, 1).astype(np.float32)
    self.assertEqual(self._run(name, images), wanted)

  def test_the_example_of_words_prunes_what_its_spec_says(self):
    words = np.random.RandomState(0).randint(0, 50, [80, 40]).astype(np.int32)
    self.assertEqual(self._run('imdb_lstm', words), [0.8, 0.8, 0.9, 0.9])


if __name__ == '__main__':
  absltest.main()
