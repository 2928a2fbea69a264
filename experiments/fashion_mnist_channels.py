# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
r"""Half of the channels of MobileNetV1: four ways to a network of that size.

    PYTHONPATH=. python experiments/fashion_mnist_channels.py \
      --data_dir DIRECTORY

The directory holds the four .gz files of Fashion-MNIST. Half of the channels go
gradually in training and are removed after it; or they go at once from the
dense network, which is then made smaller and trained on for half as long. The
honest baseline is a network of that size that is trained from new weights, as
long as the dense one, and half as long again. Starts differ where sizes do.
"""

from __future__ import annotations

import argparse
import functools
from typing import Any, Dict, List, Optional

import tensorflow as tf

import model_pruning
from harness import experiment
from harness import exported
from harness import methods
from harness import nets
from harness import results_file
from support import arguments
from support import dataset
from support import image_data

NAME = 'fashion_mnist_channels'
BUDGET = {'images': 16000, 'epochs': 2, 'batch': 64, 'learning_rate': 3e-3,
          'width': 0.5}
SPEC = 'structure=channels,target_sparsity=0.5'
GRADUAL, AT_ONCE = 'gradual', 'at once, then trained on'
SCRATCH, LONGER = 'small from scratch', 'small from scratch, longer'
KINDS = [(methods.DENSE, ''), (GRADUAL, SPEC), (AT_ONCE, SPEC),
         (SCRATCH, SPEC), (LONGER, SPEC)]


def _smaller(model: Any) -> Any:
  """The model without half of its channels, pruned at once."""
  model_pruning.keras.prune_now(model, SPEC)
  return model_pruning.keras.remove_channels(model)


def train(run: results_file.Run, args: argparse.Namespace,
          data: dataset.Dataset) -> Dict[str, Any]:
  """Does a run."""
  data = data._replace(train_images=data.train_images[:args.images],
                       train_labels=data.train_labels[:args.images])
  steps = args.epochs * len(data.train_labels) // args.batch
  arguments.start_keras_afresh(run.seed)
  model = nets.mobilenet(args.width)
  fit = functools.partial(
      methods.train, data=data, batch=args.batch,
      learning_rate=args.learning_rate)
  if run.method == methods.DENSE:
    figures = fit(model, methods.DENSE, '', steps=steps, seed=run.seed)
  elif run.method == GRADUAL:
    figures = fit(model, methods.OURS, SPEC, steps=steps, seed=run.seed)
    model = model_pruning.keras.remove_channels(model)
  elif run.method == AT_ONCE:
    fit(model, methods.DENSE, '', steps=steps, seed=run.seed)
    model = _smaller(model)
    steps //= 2
    figures = fit(model, methods.DENSE, '', steps=steps, seed=run.seed + 1000,
                  learning_rate=args.learning_rate / 2)
  else:
    model = tf.keras.models.clone_model(_smaller(model))  # New weights.
    steps = steps * 3 // 2 if run.method == LONGER else steps
    figures = fit(model, methods.DENSE, '', steps=steps, seed=run.seed)
  return {**figures, **exported.file_bytes(model)}


def main(argv: Optional[List[str]] = None) -> None:
  """Trains what is not in the results yet."""
  experiment.main(__doc__, NAME, 'mobilenet_v1', BUDGET, KINDS,
                  image_data.load_or_make, train, argv)


if __name__ == '__main__':
  main()
