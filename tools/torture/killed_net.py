# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The net whose training is killed: data, specs, and what must be zero.

All is the same in every process, so that trainings can be compared bit by bit.
"""

from __future__ import annotations

import argparse
from typing import Any, Dict, Iterator, Mapping, Tuple

import numpy as np

import model_pruning
from tests.support import keras_training

# All of different shapes: layers may have lost their names in a file.
KERNELS = {'one': (48, 64), 'two': (64, 64), 'three': (64, 80),
           'last': (80, 12)}
STEPS_PER_EPOCH = 5
NUM_EPOCHS = 24
_SCHEDULE = ',pruning_frequency=3,sparsity_function_end_step=80'
SPECS = {mode: model_pruning.PruningSpec.parse(text) for mode, text in {
  'rank': 'target_sparsity=0.8' + _SCHEDULE,
  'channels': 'structure=channels,target_sparsity=0.5' + _SCHEDULE,
  'hold': 'mask_update=hold'}.items()}
# So many of what is ranked stay: entries, or the outputs of a layer.
_CURVES = {mode: SPECS[mode].replace(structure='unstructured')
           for mode in ('rank', 'channels')}


def arguments(description: str, kinds: Mapping[str, Any]
              ) -> argparse.Namespace:
  """Parses the command line of a program that trains the net.

  Args:
    description: of the program.
    kinds: the trainings it can run, by their names.

  Returns:
    Its `kind`, `mode`, `directory` and `keep`, the number of checkpoints.
  """
  parser = argparse.ArgumentParser(description=description)
  parser.add_argument('kind', choices=sorted(kinds))
  parser.add_argument('mode', choices=sorted(SPECS))
  parser.add_argument('directory')
  parser.add_argument('--keep', type=int, default=3)
  return parser.parse_args()


def weights(mode: str) -> Dict[str, np.ndarray]:
  """Returns the kernels at the start; with mode `hold` they are sparse."""
  random = np.random.RandomState(0)
  values = {name: random.randn(*shape).astype(np.float32) / 8
            for name, shape in KERNELS.items()}
  if mode == 'hold':
    for value in values.values():
      value[np.abs(value) < 0.1] = 0.0
  return values


def batches() -> Tuple[np.ndarray, np.ndarray]:
  """Returns inputs [steps, 4, 48] and labels [steps, 4, 12] of an epoch."""
  random = np.random.RandomState(1)
  return (random.randn(STEPS_PER_EPOCH, 4, 48).astype(np.float32),
          random.randn(STEPS_PER_EPOCH, 4, 12).astype(np.float32))


def faults(values: Dict[str, np.ndarray], mode: str,
           step: int) -> Iterator[str]:
  """Yields what is not as sparse as it has to be after a step.

  Args:
    values: all that a checkpoint holds.
    mode: a key of `SPECS`.
    step: how many updates were made.
  """
  for name, shape in KERNELS.items():
    kernels = [value for key, value in values.items()
               if value.shape == shape and value.dtype == np.float32
               and 'adam' not in key.lower() and 'optimizer' not in key.lower()]
    if len(kernels) != 1:
      yield f'{len(kernels)} kernels look like {name}'
      continue
    is_kept = kernels[0] != 0
    if mode == 'hold':
      wanted = weights(mode)[name] != 0
      if not np.array_equal(is_kept, wanted):
        yield f'{name}: other zeros than held'
      continue
    if mode == 'channels':
      if name == 'last':  # The outputs of the net stay.
        continue
      is_kept = is_kept.any(0)
    wanted = keras_training.num_kept_after(
      is_kept.size, step, _CURVES[mode]) if step else is_kept.size
    if is_kept.sum() != wanted:
      yield f'{name}: {is_kept.sum()} and not {wanted} are left'
