# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Training of the exact problem, in runs that leave checkpoints."""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional, Sequence

import numpy as np
import tensorflow as tf

from tests.support import simulation
from tests.support.graphs import prunable_graphs

v1 = tf.compat.v1

PROBLEM = simulation.problem((7, 10))

# Masks change at steps 1, 4, 8, 12, 13 and so on.
SPEC = ('target_sparsity=0.75,sparsity_function_end_step=13'
        ',pruning_frequency=4')


def train(directory: str, last_step: int, use_resource: bool,
          hooks: Sequence[Any] = (),
          make_scaffold: Optional[Callable[[], Any]] = None
          ) -> Dict[str, np.ndarray]:
  """Trains on from the checkpoint in `directory`, if there is one.

  Args:
    directory: of the checkpoints.
    last_step: at which to stop.
    use_resource: of the weight.
    hooks: of the session.
    make_scaffold: called when the graph is there, before the hooks are.

  Returns:
    What the last checkpoint holds.
  """
  with tf.Graph().as_default():
    train_op = prunable_graphs.exact_train_op(PROBLEM, use_resource)
    with v1.train.MonitoredTrainingSession(
        checkpoint_dir=directory, save_summaries_steps=None,
        save_summaries_secs=None, log_step_count_steps=None,
        scaffold=make_scaffold() if make_scaffold else None,
        hooks=[*hooks, v1.train.StopAtStepHook(last_step=last_step)]
    ) as session:
      while not session.should_stop():
        session.run(train_op)
  return contents(tf.train.latest_checkpoint(directory))


def contents(checkpoint: str) -> Dict[str, np.ndarray]:
  """Values in a checkpoint by their names."""
  reader = tf.train.load_checkpoint(checkpoint)
  return {name: reader.get_tensor(name)
          for name in reader.get_variable_to_shape_map()}
