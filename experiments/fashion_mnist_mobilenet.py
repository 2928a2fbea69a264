# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
r"""MobileNetV1 on Fashion-MNIST: how much accuracy each sparsity costs.

    PYTHONPATH=. python experiments/fashion_mnist_mobilenet.py \
      --data_dir DIRECTORY

The directory holds the four .gz files of Fashion-MNIST. Every run trains from
the first weights of its seed, on the same images in the same order; the
specification strings name no steps, so the schedule is that of
`PruningSpec.for_training`. The peer, TensorFlow Model Optimization, gets the
same schedule. Its depthwise kernels stay dense, as ours do.
"""

from __future__ import annotations

import argparse
from typing import Any, Dict, List, Optional

from harness import experiment
from harness import methods
from harness import nets
from harness import results_file
from harness import sweep
from support import dataset
from support import image_data

NAME = 'fashion_mnist_mobilenet'
BUDGET = {'images': 16000, 'epochs': 2, 'batch': 64, 'learning_rate': 3e-3,
          'width': 0.5}
KINDS = [
    *sweep.kinds((0.9, 0.5, 0.75, 0.95, 0.875)),
    *((methods.OURS, f'target_sparsity={rest}') for rest in (
        '0.98', '0.98,sparsity_distribution=erk',
        '0.98,sparsity_distribution=global',
        '0.9,sparsity_distribution=erk', '0.9,sparsity_distribution=global')),
    (methods.OURS, 'target_sparsity=0.5,sparsity_m_by_n=2x4'),
    (methods.OURS, 'target_sparsity=0.8,block_height=1,block_width=4'),
]


def train(run: results_file.Run, args: argparse.Namespace,
          data: dataset.Dataset) -> Dict[str, Any]:
  """Does a run."""
  data = data._replace(train_images=data.train_images[:args.images],
                       train_labels=data.train_labels[:args.images])
  return sweep.train(lambda: nets.mobilenet(args.width), run, args, data)


def main(argv: Optional[List[str]] = None) -> None:
  """Trains what is not in the results yet."""
  experiment.main(__doc__, NAME, 'mobilenet_v1', BUDGET, KINDS,
                  image_data.load_or_make, train, argv)


if __name__ == '__main__':
  main()
