# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""MobileNetV1 on Fashion-MNIST: how much accuracy each sparsity costs.

    PYTHONPATH=. python experiments/fashion_mnist_mobilenet.py \
      --data_dir DIRECTORY

The directory holds the four .gz files of Fashion-MNIST. The network is
`tf.keras.applications.MobileNet` of a quarter of the width, for images of
32x32, into which those of 28x28 are padded. Every run trains from the first
weights of its seed, on the same images in the same order; the specification
strings name no steps, so the schedule is that of `PruningSpec.for_training`.
The peer, TensorFlow Model Optimization, gets the same schedule. Its depthwise
kernels stay dense, as ours do.
"""

from __future__ import annotations

import argparse
from typing import Any, Dict, List, Optional

import numpy as np
import tensorflow as tf

from harness import experiment
from harness import exported
from harness import methods
from harness import results_file
from support import arguments
from support import dataset
from support import image_data

NAME = 'fashion_mnist_mobilenet'
BUDGET = {'images': 12000, 'epochs': 3, 'batch': 64, 'learning_rate': 3e-3,
          'alpha': 0.25}
_SPARSITIES = (0.9, 0.5, 0.75, 0.95, 0.875)
KINDS = [
    (methods.DENSE, ''),
    *((method, f'target_sparsity={sparsity}') for sparsity in _SPARSITIES
      for method in (methods.OURS, methods.TFMOT)),
    *((methods.OURS, f'target_sparsity={rest}') for rest in (
        '0.98', '0.98,sparsity_distribution=erk',
        '0.98,sparsity_distribution=global',
        '0.9,sparsity_distribution=erk', '0.9,sparsity_distribution=global')),
    (methods.OURS, 'target_sparsity=0.5,sparsity_m_by_n=2x4'),
    (methods.OURS, 'target_sparsity=0.8,block_height=1,block_width=4'),
]


def load(directory: str) -> dataset.Dataset:
  """Images of 32x32, with a black frame around what was 28x28."""
  data = image_data.load_or_make(directory)
  frame = ((0, 0), (2, 2), (2, 2), (0, 0))
  return data._replace(train_images=np.pad(data.train_images, frame),
                       test_images=np.pad(data.test_images, frame))


def make_model(alpha: float) -> Any:
  """The network, with logits, of `alpha` of its width."""
  return tf.keras.applications.MobileNet(
      (32, 32, 1), alpha=alpha, weights=None, classes=10,
      classifier_activation=None)


def train(run: results_file.Run, args: argparse.Namespace,
          data: dataset.Dataset) -> Dict[str, Any]:
  """Does a run."""
  data = data._replace(train_images=data.train_images[:args.images],
                       train_labels=data.train_labels[:args.images])
  arguments.start_keras_afresh(run.seed)
  model = make_model(args.alpha)
  steps = args.epochs * len(data.train_labels) // args.batch
  figures = methods.train(model, run.method, run.spec, data, steps, args.batch,
                          run.seed, args.learning_rate)
  return {**figures, 'sparsity': methods.sparsity_of(model),
          **exported.file_bytes(model)}


def main(argv: Optional[List[str]] = None) -> None:
  """Trains what is not in the results yet."""
  experiment.main(__doc__, NAME, 'mobilenet_v1', BUDGET, KINDS, load, train,
                  argv)


if __name__ == '__main__':
  main()
