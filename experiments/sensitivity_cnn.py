# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Whether the spec that `sensitivity` suggests beats uniform and erk.

    PYTHONPATH=. python experiments/sensitivity_cnn.py --data_dir DIRECTORY

The directory holds the four .gz files of Fashion-MNIST. The network of
examples/mnist_cnn.py is trained dense, once for each seed. From its weights it
is pruned to the same total sparsity in three ways: at once, without training,
and gradually in another training, whose learning rate starts at half. The dense
row is trained on in the same way, without pruning. What the sweep measures its
losses on is neither trained on nor tested with.
"""

from __future__ import annotations

import argparse
import functools
from typing import Any, Dict, List, Optional, Tuple

import model_pruning
from harness import experiment
from harness import exported
from harness import methods
from harness import results_file
import mnist_cnn
from support import arguments
from support import dataset
from support import image_data
from support import short_run

NAME = 'sensitivity_cnn'
BUDGET = {'images': 16000, 'epochs': 1, 'tuning_epochs': 1, 'held_out': 2000,
          'batch': 64, 'learning_rate': 2e-3}
SUGGESTED = 'suggested'
KINDS = [(methods.DENSE, ''), *(
    (method, f'target_sparsity={sparsity}{spread}')
    for sparsity in (0.9, 0.95) for method, spread in (
        (SUGGESTED, ''), (methods.OURS, ''),
        (methods.OURS, ',sparsity_distribution=erk')))]


class _Start:
  """The dense weights of a seed, and what pruning each of them costs."""

  def __init__(self, seed: int, args: argparse.Namespace,
               data: dataset.Dataset):
    self._args = args
    self.tune, self._held_out = _split(data, args)
    arguments.start_keras_afresh(seed)
    model = mnist_cnn.make_model()
    methods.train(
        model, methods.DENSE, '', self.tune,
        args.epochs * len(self.tune.train_labels) // args.batch, args.batch,
        seed, args.learning_rate)
    self._weights = model.get_weights()
    self._report: Any = None

  def model(self) -> Any:
    """A new model with the dense weights."""
    arguments.start_keras_afresh()
    model = mnist_cnn.make_model()
    model.set_weights(self._weights)
    return model

  def suggested(self, sparsity: float) -> str:
    """The spec for a total sparsity, from a sweep on what was held out."""
    if self._report is None:
      self._report = model_pruning.keras.sensitivity(
          self.model(), data=self._held_out)
    spec: str = self._report.suggest(sparsity=sparsity).spec
    return spec


def _split(data: dataset.Dataset,
           args: argparse.Namespace) -> Tuple[dataset.Dataset, Any]:
  """What is trained on, and the images and labels that are held out."""
  end = min(args.images, len(data.train_labels) - args.held_out)
  held_out = slice(end, end + args.held_out)
  return (data._replace(train_images=data.train_images[:end],
                        train_labels=data.train_labels[:end]),
          (data.train_images[held_out], data.train_labels[held_out]))


def train(starts: Dict[int, _Start], run: results_file.Run,
          args: argparse.Namespace, data: dataset.Dataset) -> Dict[str, Any]:
  """Does a run; `starts` has those that other runs began from."""
  if run.seed not in starts:
    starts[run.seed] = _Start(run.seed, args, data)
  start = starts[run.seed]
  spec = run.spec
  more: Dict[str, Any] = {}
  if run.method == SUGGESTED:
    spec = start.suggested(
        model_pruning.PruningSpec.parse(spec).target_sparsity)
    more['suggested_spec'] = spec
  if run.method != methods.DENSE:
    at_once = start.model()
    model_pruning.keras.prune_now(at_once, spec)
    more['accuracy_at_once'] = round(
        short_run.accuracy(at_once, start.tune), 5)
  model = start.model()
  method = methods.OURS if run.method == SUGGESTED else run.method
  figures = methods.train(
      model, method, spec, start.tune,
      args.tuning_epochs * len(start.tune.train_labels) // args.batch,
      args.batch, run.seed + 1000, args.learning_rate / 2)
  return {**figures, **more, **exported.figures(model)}


def main(argv: Optional[List[str]] = None) -> None:
  """Trains what is not in the results yet."""
  experiment.main(__doc__, NAME, 'mnist_cnn', BUDGET, KINDS,
                  image_data.load_or_make, functools.partial(train, {}), argv)


if __name__ == '__main__':
  main()
