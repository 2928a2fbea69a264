# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the short examples share: their command line, seeds and result."""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from typing import Any, Dict, List, Optional

import numpy as np
import tensorflow as tf

from support import arguments
from support import dataset

BATCH = 64

def parse(description: Optional[str], spec: str, steps: int,
          argv: Optional[List[str]] = None,
          data: str = 'downloaded',
          writes: bool = False) -> argparse.Namespace:
  """Reads the command line.

  Args:
    description: the docstring of the example.
    spec: default of --spec.
    steps: default of --steps, in optimizer updates.
    argv: the arguments. Default: those of the process.
    data: what is trained on without --data_dir.
    writes: whether weights are written, so that there is --output.

  Returns:
    `spec`, `steps`, `seed`, `data_dir`, `result` and, with `writes`, `output`
    by name. The directory `output` exists.
  """
  parser = arguments.parser_of(description, spec, steps)
  parser.add_argument('--seed', type=int, default=0,
                      help='of weights and batches (default: %(default)s)')
  parser.add_argument('--data_dir', default='',
                      help=f'where the data is (default: {data})')
  parser.add_argument('--result', help='a JSON file to write')
  if writes:
    parser.add_argument('--output', help='a directory (default: a new one)')
  args = parser.parse_args(argv)
  if writes:
    args.output = args.output or tempfile.mkdtemp(prefix='model_pruning_')
    os.makedirs(args.output, exist_ok=True)
  tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
  return args


def fit(model: Any, data: dataset.Dataset, steps: int, seed: int) -> None:
  """Trains a compiled Keras model for `steps` updates of 64 examples."""
  chosen = dataset.examples(data, steps, BATCH, seed)
  model.fit(data.train_images[chosen], data.train_labels[chosen],
            batch_size=BATCH, shuffle=False, verbose=0)


def accuracy(model: Any, data: dataset.Dataset) -> float:
  """The share of test examples whose largest logit is that of the label."""
  logits = model.predict(data.test_images, batch_size=500, verbose=0)
  return float(np.mean(np.argmax(logits, 1) == data.test_labels))


def report(args: argparse.Namespace, sparsity: Dict[str, Any],
           **figures: float) -> Dict[str, Any]:
  """Prints what came out, and writes it where `--result` says.

  Args:
    args: what `parse` returned.
    sparsity: the share of zeros of each pruned weight by its name.
    **figures: what was measured besides.

  Returns:
    All of it.
  """
  result = {
      'tensorflow': tf.__version__,
      'machine': f'{platform.machine()}, {os.cpu_count()} CPUs',
      'spec': args.spec, 'steps': args.steps, 'seed': args.seed, **figures,
      'sparsity': {name: float(share) for name, share in sparsity.items()}}
  for name, share in result['sparsity'].items():
    print(f'{name:40} {share:.4f} of the entries are zero')
  for name, figure in figures.items():
    print(f'{name:40} {figure:.4f}')
  if args.result:
    beside = args.result + '.part'
    with open(beside, 'w', encoding='utf-8') as file:
      json.dump(result, file, indent=1)
      file.write('\n')
    os.replace(beside, args.result)
  return result
