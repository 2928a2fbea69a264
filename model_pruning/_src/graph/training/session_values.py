# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Reads pruned weights from a session without adding an operation."""

from __future__ import annotations

from typing import Dict, NamedTuple, Sequence

import numpy as np
import tensorflow as tf

from model_pruning._src.graph import variables as variables_lib
from model_pruning._src.graph.training import rebuild_state


class SessionValues(NamedTuple):
  """Values of the pruned weights of a session.

  Attributes:
    step: the global step; 0 if nothing is pruned.
    masks: bool arrays by the names of the weights.
    sparsity: the share of zeros in each weight, by its name.
  """

  step: int = 0
  masks: Dict[str, np.ndarray] = {}
  sparsity: Dict[str, float] = {}


def read(states: Sequence[rebuild_state.PruningState],
         session: tf.compat.v1.Session,
         with_weights: bool = True) -> SessionValues:
  """Reads the values of all pruned weights, one weight after the other.

  Args:
    states: the states of all pruned weights.
    session: a session in which they have values; its graph may be finalized.
    with_weights: if false, only the step is read, which is quick. Default:
      true.
  """
  if not states:
    return SessionValues()
  step = int(_value(states[0].global_step, session))
  masks: Dict[str, np.ndarray] = {}
  sparsity: Dict[str, float] = {}
  for state in states if with_weights else ():
    for weight in state.weights:
      name = weight.weight.name
      masks[name] = _value(weight.mask, session).astype(bool)
      sparsity[name] = float(np.mean(_value(weight.weight, session) == 0))
  return SessionValues(step, masks, sparsity)


def _value(stored: variables_lib.StoredTensor,
           session: tf.compat.v1.Session) -> np.ndarray:
  return stored.joined(session.run(stored.fetches()))
