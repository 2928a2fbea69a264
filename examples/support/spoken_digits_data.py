# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Spoken digits as sound waves: recordings, or tones that stand for them."""

from __future__ import annotations

import os
import tarfile
import wave
from typing import Any

import numpy as np

from support import dataset

RATE = 8000  # Samples per second.
LENGTH = RATE  # Samples of a recording that are heard: one second.


def load(directory: str = '') -> dataset.Dataset:
  """Reads recordings; their `images` are float32 [count, LENGTH] in [-1, 1].

  Args:
    directory: that of fsdd.tar.gz, the Free Spoken Digit Dataset: 8 kHz mono
      .wav files named DIGIT_SPEAKER_NUMBER.wav, licensed CC BY-SA 4.0. If
      empty, tones are made, one pitch per digit, and a line says so.

  Returns:
    Numbers 0 to 4 of each digit and speaker to test with, as the authors of
    the data do, and all others to train on.

  Raises:
    FileNotFoundError: `directory` has no fsdd.tar.gz.
  """
  if not directory:
    print('No --data_dir: the digits are synthetic, one tone each.')
    return _tones()
  parts: Any = {True: ([], []), False: ([], [])}
  with tarfile.open(os.path.join(directory, 'fsdd.tar.gz')) as archive:
    for member in archive:
      if member.name.endswith('.wav'):
        digit, _, number = os.path.basename(member.name)[:-4].split('_')
        waves, labels = parts[int(number) < 5]
        waves.append(_read(archive.extractfile(member)))
        labels.append(int(digit))
  (test, test_labels), (train, train_labels) = parts[True], parts[False]
  return dataset.Dataset(
      np.stack(train), np.array(train_labels, np.int64),
      np.stack(test), np.array(test_labels, np.int64))


def _read(file: Any) -> np.ndarray:
  with wave.open(file) as recording:
    data = recording.readframes(LENGTH)
  samples = np.frombuffer(data, '<i2').astype(np.float32) / 2**15
  return np.pad(samples, (0, LENGTH - len(samples)), 'constant')


def _tones(count: int = 320, test_count: int = 80) -> dataset.Dataset:
  random = np.random.RandomState(0)
  labels = np.arange(count + test_count, dtype=np.int64) % 10
  time = np.arange(LENGTH) / RATE
  pitch = 300 * (labels + 1) * random.uniform(0.95, 1.05, len(labels))
  waves = (0.5 * np.sin(2 * np.pi * pitch[:, np.newaxis] * time)
           + 0.1 * random.randn(len(labels), LENGTH)).astype(np.float32)
  return dataset.Dataset(waves[:count], labels[:count],
                         waves[count:], labels[count:])
