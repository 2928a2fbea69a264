# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""`PruningPolicy`: which layers of a model are pruned, for a purpose."""

from __future__ import annotations

import abc
from typing import Any


class PruningPolicy(abc.ABC):
  """Decides which layers `prune_low_magnitude` prunes.

  A policy stands for a purpose, such as the latency of one runtime: sparsity
  where that cannot use it only costs accuracy.
  """

  @abc.abstractmethod
  def allow_pruning(self, layer: Any) -> bool:
    """Whether a layer may be pruned.

    Args:
      layer: a Keras layer, of any Keras.

    Returns:
      False if its weights must stay dense.
    """

  @abc.abstractmethod
  def ensure_model_supports_pruning(self, model: Any) -> None:
    """Checks that pruning the model serves the purpose at all.

    Args:
      model: a Keras model, before anything in it is pruned.

    Raises:
      ValueError: if it does not; the message says why.
    """
