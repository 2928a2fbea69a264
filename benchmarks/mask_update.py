# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Times one mask update against tfmot's and against NumPy's partition.

    python benchmarks/mask_update.py

Everyone gets the same float32 weights and prunes 0.8 of them:

* ours: the magnitudes, and the exact selection to a bool mask, in a
  `tf.function`; and the same compiled by XLA.
* tfmot: `_update_mask` of its `Pruning`, in a `tf.function` as in training.
* np_partition: the magnitudes, `np.partition`, and one comparison. Unlike
  the others it does not look at ties.

Exits with 1 if a mask of ours is not that of the NumPy reference of the
tests, entry by entry, or a ratio misses what the library promises.
"""

from __future__ import annotations

import argparse
import pathlib
import sys
from typing import Any, Callable, Dict, List

import numpy as np
import tensorflow as tf
import tensorflow_model_optimization as tfmot
from tensorflow_model_optimization.python.core.sparsity.keras import (
    pruning_impl)

_ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_ROOT), str(_ROOT / 'tests/support')]

import numpy_reference  # noqa: E402
import timing  # noqa: E402

import model_pruning  # noqa: E402
from model_pruning._src.axes import structures  # noqa: E402
from model_pruning._src.core import mask  # noqa: E402
from model_pruning._src.axes import saliencies  # noqa: E402

SPARSITY = 0.8
# Weights -> rounds, and how many times faster than tfmot ours has to be.
SIZES = {1_000_000: (15, 15.0), 10_000_000: (7, 40.0),
         50_000_000: (3, 100.0)}


def our_update(weight: tf.Variable, **options: Any) -> Callable[[], tf.Tensor]:
  """The mask of `weight`, made by this library."""
  sparsity = tf.constant(SPARSITY, tf.float64)

  @tf.function(**options)
  def update() -> Any:
    [new_mask], threshold = mask.masks_of(
        [saliencies.magnitude(weight)], [structures.Unstructured()], sparsity)
    return new_mask, threshold

  return lambda: update()[0]


def tfmot_update(weight: tf.Variable) -> Callable[[], tf.Tensor]:
  """The mask of `weight`, made by tfmot."""
  pruning = pruning_impl.Pruning(
      training_step_fn=lambda: tf.constant(1, tf.int64),
      pruning_vars=[(weight, None, None)],
      pruning_schedule=tfmot.sparsity.keras.ConstantSparsity(SPARSITY, 0),
      block_size=(1, 1), block_pooling_type='AVG')

  @tf.function
  def update() -> Any:
    threshold, new_mask = pruning._update_mask(weight)
    return new_mask, threshold

  return lambda: update()[0]


def partition_update(weight: np.ndarray) -> Callable[[], np.ndarray]:
  """The mask of `weight`, made by NumPy."""
  num_pruned = weight.size - numpy_reference.num_kept(weight.size, SPARSITY)

  def update() -> np.ndarray:
    magnitude = np.abs(weight)
    threshold = np.partition(magnitude.reshape(-1), num_pruned)[num_pruned]
    return magnitude >= threshold

  return update


def measure(num_weights: int, num_rounds: int) -> Dict[str, Any]:
  """Times all of them on `num_weights` weights, and compares the masks."""
  values = np.random.RandomState(0).normal(
      0, .05, [num_weights // 1000, 1000]).astype(np.float32)
  weight = tf.Variable(values)
  updates = {
      'ours': our_update(weight),
      'ours_xla': our_update(weight, jit_compile=True),
      'tfmot': tfmot_update(weight),
      'np_partition': partition_update(values),
  }
  times = timing.interleaved(updates, num_rounds)
  expected = numpy_reference.unstructured_mask(values, SPARSITY)
  figures: Dict[str, Any] = {'weights': num_weights, 'rounds': num_rounds}
  for name, update in updates.items():
    over_ours = times[name].over(times['ours'])
    wrong = int(np.count_nonzero((np.asarray(update()) != 0) != expected))
    figures[name] = {
        'ms': timing.rounded(1e3 * float(np.median(times[name].wall))),
        'over_ours': timing.rounded(over_ours['wall']),
        'cpu_over_ours': timing.rounded(over_ours['cpu']),
        'wrong_mask_entries': wrong,
    }
  return figures


def misses(figures: Dict[str, Any], least_ratio: float) -> List[str]:
  """What in `figures` is not as promised."""
  size = f'{figures["weights"]:,} weights'
  found = [f'{size}: the mask of {name} is not that of the reference'
           for name in ('ours', 'ours_xla')
           if figures[name]['wrong_mask_entries']]
  if figures['tfmot']['over_ours'] < least_ratio:
    found.append(f'{size}: less than {least_ratio:g} times faster than tfmot')
  if figures['weights'] == 10_000_000:
    if figures['np_partition']['over_ours'] < 1:
      found.append(f'{size}: slower than np.partition')
  return found


def main() -> int:
  """Prints a table; returns the exit code."""
  parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
  parser.add_argument('--sizes', type=int, nargs='+', default=list(SIZES),
                      choices=list(SIZES), help='numbers of weights')
  parser.add_argument('--json', help='file to write the figures to')
  args = parser.parse_args()
  missed: List[str] = []
  rows = []
  other_work = timing.OtherWork()
  print(f'{"weights":>11} {"update":<13} {"ms":>9} {"/ ours":>7} '
        f'{"CPU / ours":>11} {"wrong entries":>14}')
  for num_weights in args.sizes:
    num_rounds, least_ratio = SIZES[num_weights]
    figures = measure(num_weights, num_rounds)
    rows.append(figures)
    missed += misses(figures, least_ratio)
    for name in ('ours', 'ours_xla', 'tfmot', 'np_partition'):
      row = figures[name]
      print(f'{num_weights:>11,} {name:<13} {row["ms"]:>9g} '
            f'{row["over_ours"]:>7g} {row["cpu_over_ours"]:>11g} '
            f'{row["wrong_mask_entries"]:>14}',
            flush=True)
  print('\n'.join(missed) or 'All as promised.')
  timing.write_json(args.json, {
      'command': timing.command(),
      'environment': timing.environment([tf, np, tfmot, model_pruning]),
      'other_work_cpus': other_work.num_cpus(),
      'missed': missed, 'sizes': rows})
  return 1 if missed else 0


if __name__ == '__main__':
  sys.exit(main())
