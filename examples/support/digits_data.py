# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Real handwritten digits, 8x8 pixels: part of scikit-learn, no download."""

from __future__ import annotations

import numpy as np
from sklearn import datasets
from sklearn import model_selection

from support import dataset

# What both front ends are given, unless --spec says something else.
SPEC = ('target_sparsity=0.9,weight_sparsity_map=[conv/.*:0.7],'
        'begin_pruning_step=200,pruning_frequency=10,'
        'sparsity_function_begin_step=200,sparsity_function_end_step=1000')
STEPS = 1440


def load() -> dataset.Dataset:
  """Returns 1347 digits to train on and 450 to test with, always the same."""
  digits = datasets.load_digits()
  images = (digits.images[..., np.newaxis] / 16).astype(np.float32)
  train_images, test_images, train_labels, test_labels = (
      model_selection.train_test_split(
          images, digits.target.astype(np.int64), test_size=0.25,
          random_state=0, stratify=digits.target))
  return dataset.Dataset(train_images, train_labels, test_images, test_labels)
