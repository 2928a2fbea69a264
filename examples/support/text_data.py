# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Film reviews as numbers of words, labelled bad (0) or good (1)."""

from __future__ import annotations

import collections
import os
from typing import List, Sequence

import numpy as np
import tensorflow as tf

from support import dataset

NUM_WORDS = 10000  # Those that are used most; 0 is padding, 1 any other.
LENGTH = 40  # Words of a review that are read.


def load(directory: str = '') -> dataset.Dataset:
  """Reads reviews; their `images` are int32 [count, LENGTH].

  Args:
    directory: that of rt-polarity.neg and rt-polarity.pos, the sentence
      polarity data of Pang and Lee. If empty, the IMDB reviews are taken,
      which `tf.keras.datasets` downloads.

  Returns:
    A tenth of the sentences to test with, always the same, or the half of the
    IMDB reviews that is meant for it.
  """
  if not directory:
    train, test = tf.keras.datasets.imdb.load_data(num_words=NUM_WORDS)
    return dataset.Dataset(
        _padded(train[0]), np.asarray(train[1], np.int64),
        _padded(test[0]), np.asarray(test[1], np.int64))
  texts: List[List[str]] = []
  labels: List[int] = []
  for label, name in enumerate(['rt-polarity.neg', 'rt-polarity.pos']):
    with open(os.path.join(directory, name), encoding='latin-1') as file:
      lines = [line.split() for line in file]
    texts += lines
    labels += [label] * len(lines)
  order = np.random.RandomState(0).permutation(len(texts))
  split = len(texts) // 10
  counts = collections.Counter(
      word for i in order[split:] for word in texts[i])
  number = {word: i + 2 for i, (word, _) in enumerate(
      counts.most_common(NUM_WORDS - 2))}
  tokens = _padded([[number.get(word, 1) for word in text] for text in texts])
  targets = np.array(labels, np.int64)
  return dataset.Dataset(tokens[order[split:]], targets[order[split:]],
                         tokens[order[:split]], targets[order[:split]])


def load_or_make(directory: str = '') -> dataset.Dataset:
  """Reads reviews; without a directory makes sentences, and says so.

  Args:
    directory: as that of `load`. If empty, 160 sentences are made, whose words
      are of one kind for each label.

  Returns:
    The reviews or sentences, as `load` does.
  """
  if directory:
    return load(directory)
  print('No --data_dir: the sentences are made of two kinds of words.')
  random = np.random.RandomState(0)
  labels = np.arange(160, dtype=np.int64) % 2
  words = random.randint(2, 50, (160, LENGTH)) + 50 * labels[:, np.newaxis]
  words = words.astype(np.int32)
  return dataset.Dataset(words[:128], labels[:128], words[128:], labels[128:])


def _padded(texts: Sequence[Sequence[int]]) -> np.ndarray:
  tokens = np.zeros((len(texts), LENGTH), np.int32)
  for row, text in zip(tokens, texts):
    row[:len(text)] = text[:LENGTH]
  return tokens
