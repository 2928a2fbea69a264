# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the examples measure of saved weights. NumPy only."""

from __future__ import annotations

import gzip
import json
import math
import os
from typing import Any, Dict, List, Mapping

import numpy as np

Weights = Mapping[str, np.ndarray]


def kernels(weights: Weights) -> Dict[str, np.ndarray]:
  """The weights that pruning is about: those with two dimensions or more."""
  return {name: weight for name, weight in weights.items() if weight.ndim > 1}


def sparsity(weights: Weights) -> float:
  """The share of zeros in all kernels together."""
  zeros = [weight == 0 for weight in kernels(weights).values()]
  return float(np.mean(np.concatenate([zero.ravel() for zero in zeros])))


def gzip_bytes(weights: Weights) -> int:
  """The size of all weights in one compressed file."""
  data = b''.join(weights[name].tobytes() for name in sorted(weights))
  return len(gzip.compress(data))


def count_zeros(weights: Weights) -> List[Dict[str, Any]]:
  """One entry a weight, ready for JSON."""
  return [
      {'name': name, 'shape': list(weight.shape), 'size': int(weight.size),
       'zeros': int(np.sum(weight == 0))}
      for name, weight in sorted(weights.items())]


def required_zeros(size: int, target_sparsity: float) -> int:
  """The contract: how many of `size` entries are pruned in the end."""
  return size - max(size - math.floor(size * target_sparsity + 0.5), 1)


def report(title: str, weights: Weights, masks: Weights,
           targets: Mapping[str, float], dense_accuracy: float,
           pruned_accuracy: float) -> None:
  """Prints the zeros of every pruned weight and the accuracies.

  Args:
    title: the first line.
    weights: what was saved, by name.
    masks: bool arrays of the pruned weights, by name.
    targets: the final sparsity of the pruned weights, by name.
    dense_accuracy: of the dense model.
    pruned_accuracy: of what was saved.

  Raises:
    SystemExit: if a weight has not exactly the zeros it must have.
  """
  failed = []
  print(f'{title}\n  {"saved weight":16} {"entries":>9} {"zeros":>9} '
        f'{"required":>9} {"in mask":>9}')
  for name, target in targets.items():
    zero = weights[name] == 0
    required = required_zeros(zero.size, target)
    print(f'  {name:16} {zero.size:9} {np.sum(zero):9} {required:9} '
          f'{np.sum(~masks[name]):9}')
    if np.sum(zero) != required or not np.array_equal(zero, ~masks[name]):
      failed.append(name)
  print(f'  accuracy: dense {dense_accuracy:.2%}, pruned '
        f'{pruned_accuracy:.2%}, change '
        f'{100 * (pruned_accuracy - dense_accuracy):+.2f} points')
  if failed or not targets:
    raise SystemExit(f'Zeros differ in: {", ".join(failed) or "no weights"}')
  print('  Zeros are as required, and where the masks say.')


def write_json(directory: str, name: str, value: Any) -> None:
  """Writes `value` to `directory`/`name`."""
  os.makedirs(directory, exist_ok=True)
  path = os.path.join(directory, name)
  with open(path, 'w') as file:
    json.dump(value, file, indent=2)
  print(f'Wrote {path}')
