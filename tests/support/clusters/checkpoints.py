# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""What the checkpoints and reports of `cluster_task` must be like."""

from __future__ import annotations

import pathlib
from typing import Any, Dict, Iterator, Sequence

import numpy as np
import tensorflow as tf

from tests.support import numpy_reference
from tests.support.clusters import cluster_task


def faults(directory: pathlib.Path,
           reports: Sequence[Dict[str, Any]]) -> Iterator[str]:
  """What is wrong: other than equal masks for all, and sparse checkpoints.

  Args:
    directory: of the checkpoints.
    reports: what those who trained printed in the end.

  Yields:
    A sentence for each fault.
  """
  if any(report['steps'] < 1 for report in reports) or len(
      {(report['num_masks'], report['masks']) for report in reports}) != 1:
    yield f'masks or steps: {reports}'
  paths = tf.train.get_checkpoint_state(
      str(directory)).all_model_checkpoint_paths
  steps = [int(path.rpartition('-')[2]) for path in paths]
  if steps[-1] < cluster_task.LAST_STEP:
    yield f'the last checkpoint is of step {steps[-1]}'
  # Each worker may still be in the run that changes the masks last.
  settled = [path for path, step in zip(paths, steps)
             if step > cluster_task.MASKS_STEP + len(reports)]
  if len(settled) < 3:
    yield f'of {steps} few come after the last change of masks'
  for path in settled:
    reader = tf.train.load_checkpoint(path)
    for name in cluster_task.SHAPES:
      value, mask = reader.get_tensor(name), reader.get_tensor(name + '/mask')
      if mask.sum() != numpy_reference.num_kept(mask.size, 0.9):
        yield f'the mask of {name} in {path} keeps {mask.sum()}'
      if not np.array_equal(value != 0, mask):
        yield f'{name} in {path} differs from its mask'
