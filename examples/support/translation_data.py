# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Sentences in two languages as numbers of words."""

from __future__ import annotations

import collections
import gzip
import os
import re
from typing import List, NamedTuple, Sequence

import numpy as np

_NO_WORDS = ('<padding>', '<unknown>', '<begin>', '<end>')
PADDING, UNKNOWN, BEGIN, END = range(4)
NUM_WORDS = 4000  # Of each language: those that are used most.
LENGTH = 20  # Words of a sentence that are read, END included.


class Translations(NamedTuple):
  """Sentences and their translations, all int32 [count, length].

  `source` and `target` are to train on. Sentences end with END and PADDING.
  `words` has the word of each number in the language of the translations, and
  `references` the translations of the test sentences as they were written.
  """

  source: np.ndarray
  target: np.ndarray
  test_source: np.ndarray
  test_target: np.ndarray
  num_words: int
  words: Sequence[str] = ()
  references: Sequence[str] = ()


def load(directory: str = '', length: int = LENGTH) -> Translations:
  """Reads English sentences and their German translations.

  Args:
    directory: that of `train` and `test_2016_flickr` of Multi30k, task 1, each
      as .en.gz and .de.gz: one sentence a line. If empty, sequences of numbers
      are made, whose translations are the same backwards, and a line says so.
    length: words of a sentence that are read, END included.

  Returns:
    The training and the test sentences.
  """
  if not directory:
    print('No --data_dir: the sentences are synthetic, numbers to turn round.')
    return _reversed()
  arrays = []
  for language in ['en', 'de']:
    train, test = (_read(os.path.join(directory, f'{part}.{language}.gz'))
                   for part in ['train', 'test_2016_flickr'])
    split = [[_split(line) for line in lines] for lines in (train, test)]
    counts = collections.Counter(word for line in split[0] for word in line)
    words = [*_NO_WORDS, *(word for word, _ in counts.most_common(
        NUM_WORDS - len(_NO_WORDS)))]
    number = {word: i for i, word in enumerate(words)}
    arrays += [_padded([[number.get(word, UNKNOWN) for word in line]
                        for line in lines], length) for lines in split]
  source, test_source, target, test_target = arrays
  return Translations(source, target, test_source, test_target, NUM_WORDS,
                      words, test)


def _read(path: str) -> List[str]:
  with gzip.open(path, 'rt', encoding='utf-8') as file:
    return [line.strip() for line in file]


def _split(line: str) -> List[str]:
  return re.findall(r"\w+(?:[-']\w+)*|[^\w\s]", line.lower())


def _padded(lines: Sequence[Sequence[int]], length: int) -> np.ndarray:
  words = np.full((len(lines), length), PADDING, np.int32)
  for row, line in zip(words, lines):
    line = [*line[:length - 1], END]
    row[:len(line)] = line
  return words


def _reversed(count: int = 2000, test_count: int = 200) -> Translations:
  random = np.random.RandomState(0)
  lines = [list(random.randint(4, 24, random.randint(3, 9)))
           for _ in range(count + test_count)]
  source = _padded(lines, 10)
  target = _padded([line[::-1] for line in lines], 10)
  words = [*_NO_WORDS, *map(str, range(4, 24))]
  return Translations(
      source[:count], target[:count], source[count:], target[count:], 24, words,
      [' '.join(map(str, line[::-1])) for line in lines[count:]])
