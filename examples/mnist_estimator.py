# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prunes an Estimator on MNIST, or on Fashion-MNIST, by one hook.

    PYTHONPATH=. python examples/mnist_estimator.py
    PYTHONPATH=. python examples/mnist_estimator.py --data_dir DIRECTORY

The `model_fn` is that of digits_estimator.py, which knows nothing of pruning.
Where TensorFlow has no Estimator (2.16 and newer), a `MonitoredTrainingSession`
trains it with the same hook.
"""

from __future__ import annotations

import tempfile
from typing import Any, Dict, List, Optional

import digits_estimator
import model_pruning
from support import dataset
from support import image_data
from support import short_run

SPEC = 'target_sparsity=0.9,weight_sparsity_map=[logits:0.5]'
STEPS = 1000


def main(argv: Optional[List[str]] = None,
         data: Optional[dataset.Dataset] = None) -> Dict[str, Any]:
  """Trains dense and pruned, and returns what came out."""
  args = short_run.parse(__doc__, SPEC, STEPS, argv)
  data = data or image_data.load(args.data_dir)
  hook = model_pruning.PruningHook(args.spec, num_steps=args.steps)
  library = digits_estimator.estimator_lib
  accuracies = {}
  for run, hooks in [('dense', []), ('pruned', [hook])]:
    estimator = library.Estimator(
        digits_estimator.model_fn, tempfile.mkdtemp(),
        config=library.RunConfig(
            tf_random_seed=args.seed, save_checkpoints_steps=args.steps,
            keep_checkpoint_max=1))
    estimator.train(data.train_batches, hooks=hooks, max_steps=args.steps)
    accuracies[run + '_accuracy'] = float(
        estimator.evaluate(data.test_batches)['accuracy'])
  return short_run.report(args, hook.sparsity, **accuracies)


if __name__ == '__main__':
  main()
