# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
r"""A keyword net on spoken digits: how much accuracy each sparsity costs.

    PYTHONPATH=. python experiments/spoken_digits.py --data_dir DIRECTORY

The directory holds fsdd.tar.gz, the Free Spoken Digit Dataset: 2,700 recordings
to train on and 300 to test with, so that a recording is a third of a point. The
network is the depthwise-separable one of examples/keyword_spotting.py. Its
depthwise kernels stay dense, those of the peer, TensorFlow Model Optimization,
as well. Starts, batches and schedule of all runs of a seed are the same.
"""

from __future__ import annotations

import argparse
from typing import Any, Dict, List, Optional

from harness import experiment
from harness import results_file
from harness import sweep
import keyword_spotting
from support import dataset
from support import spoken_digits_data

NAME = 'spoken_digits'
BUDGET = {'epochs': 10, 'batch': 32, 'learning_rate': 3e-3, 'depth': 4,
          'width': 64}
KINDS = sweep.kinds((0.9, 0.5, 0.75, 0.875, 0.95))


def load(directory: str) -> dataset.Dataset:
  """Reads recordings, or makes tones, and returns their spectrograms."""
  data = spoken_digits_data.load(directory)
  return data._replace(
      train_images=keyword_spotting.spectrograms(data.train_images),
      test_images=keyword_spotting.spectrograms(data.test_images))


def train(run: results_file.Run, args: argparse.Namespace,
          data: dataset.Dataset) -> Dict[str, Any]:
  """Does a run."""
  return sweep.train(
      lambda: keyword_spotting.make_model(args.depth, args.width),
      run, args, data)


def main(argv: Optional[List[str]] = None) -> None:
  """Trains what is not in the results yet."""
  experiment.main(__doc__, NAME, 'keyword_net', BUDGET, KINDS, load, train,
                  argv)


if __name__ == '__main__':
  main()
