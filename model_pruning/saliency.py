# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How much each entry of a weight matters; the entries that matter least go.

A saliency is a tensor of the weight's shape and dtype with no negative entry.
NaN counts as the largest value there is, so that a weight that diverged stays
in the loss, where it is seen.
"""

from __future__ import annotations

from typing import Callable, Dict

import tensorflow as tf


def magnitude(weight: tf.Tensor) -> tf.Tensor:
  """`|w|`, same shape and dtype as `weight` (any floating dtype)."""
  return tf.abs(weight)


# By the names that `prune_option` takes.
SALIENCIES: Dict[str, Callable[[tf.Tensor], tf.Tensor]] = {
    'weight': magnitude,
}


def get(prune_option: str) -> Callable[[tf.Tensor], tf.Tensor]:
  """The saliency that `prune_option` names.

  Raises:
    ValueError: if there is none of this name.
  """
  if prune_option not in SALIENCIES:
    raise ValueError(
        f'Argument `prune_option` must be one of {sorted(SALIENCIES)}: no '
        'other saliency is implemented yet. '
        f'Received: prune_option={prune_option!r}')
  return SALIENCIES[prune_option]
