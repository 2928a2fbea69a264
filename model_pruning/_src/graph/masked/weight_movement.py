# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How much weights moved since the last mask updates, as a saliency.

The gradient options of the google-research library do not look at gradients of
the loss. They rank by ``|w| * g``, where ``g`` is a mean of displacements,

    g <- decay * g + (1 - decay) * d / ||d||

with ``d = |w - w1|`` for first_order_gradient and ``d = |w + w2 - 2 * w1|``
for second_order_gradient; ``w1`` and ``w2`` are the weights at the last mask
update and at the one before. All three are zero at first.
"""

from __future__ import annotations

from typing import Callable, Dict, List

import tensorflow as tf

from model_pruning._src.graph import partitioned
from model_pruning._src.graph.masked import masked_weights


def _first_order(weight: tf.Tensor, entry: masked_weights.Masked) -> tf.Tensor:
  return tf.abs(weight - partitioned.read(entry.state.old_weight))


def _second_order(weight: tf.Tensor,
                  entry: masked_weights.Masked) -> tf.Tensor:
  return tf.abs(weight + partitioned.read(entry.state.old_old_weight)
                - 2.0 * partitioned.read(entry.state.old_weight))


_DISPLACEMENTS: Dict[str, Callable[..., tf.Tensor]] = {
    'first_order_gradient': _first_order,
    'second_order_gradient': _second_order,
}


def mean_displacement(entry: masked_weights.Masked, weight: tf.Tensor,
                      prune_option: str, decay: float) -> tf.Tensor:
  """The next mean displacement of a weight.

  Args:
    entry: the weight and its variables.
    weight: its value.
    prune_option: one of the gradient options.
    decay: share of the mean so far, in [0, 1).

  Returns:
    A tensor like `weight`, with no negative entry.
  """
  moved = tf.nn.l2_normalize(_DISPLACEMENTS[prune_option](weight, entry))
  return (decay * partitioned.read(entry.state.gradient)
          + (1.0 - decay) * moved)


def keep_weights(entries: List[masked_weights.Masked]) -> List[tf.Operation]:
  """Operations that make the weights the `old_weight` of the next update."""
  # A copy: what is read from a ref variable follows its changes.
  return [
      partitioned.assign(
          entry.state.old_weight,
          tf.raw_ops.DeepCopy(x=partitioned.read(entry.weight)))
      for entry in entries]


def keep_old_weights(
    entries: List[masked_weights.Masked]) -> List[tf.Operation]:
  """Operations that make the old weights the `old_old_weight`."""
  return [
      partitioned.assign(
          entry.state.old_old_weight,
          tf.raw_ops.DeepCopy(x=partitioned.read(entry.state.old_weight)))
      for entry in entries]
