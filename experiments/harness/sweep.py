# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A Keras network at several sparsities, by this library and by the peer."""

from __future__ import annotations

import argparse
from typing import Any, Callable, Dict, List, Sequence, Tuple

from harness import exported
from harness import methods
from harness import results_file
from support import arguments
from support import dataset


def kinds(sparsities: Sequence[float]) -> List[Tuple[str, str]]:
  """The method and the specification of each run of a seed, dense first."""
  return [(methods.DENSE, ''), *(
      (method, f'target_sparsity={sparsity}') for sparsity in sparsities
      for method in (methods.OURS, methods.TFMOT))]


def train(make_model: Callable[[], Any], run: results_file.Run,
          args: argparse.Namespace, data: dataset.Dataset) -> Dict[str, Any]:
  """Does a run.

  Args:
    make_model: returns a built model with logits, whose first weights depend
      on the seed of Keras only.
    run: which run.
    args: the options; of these `epochs`, `batch` and `learning_rate` are used.
    data: what to train and to test with.

  Returns:
    The figures of `methods.train`, the sparsity and the sizes of the files.
  """
  arguments.start_keras_afresh(run.seed)
  model = make_model()
  steps = args.epochs * len(data.train_labels) // args.batch
  figures = methods.train(model, run.method, run.spec, data, steps, args.batch,
                          run.seed, args.learning_rate)
  return {**figures, **exported.figures(model)}
