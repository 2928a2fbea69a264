# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How much each entry of a weight matters; the entries that matter least go.

A saliency is a tensor of the weight's shape with no negative entry. NaN counts
as the largest value there is, so that a weight that diverged stays in the
loss, where it is seen.

`prune_option` names them. ``g`` is the gradient of the loss that the optimizer
is given, and ``mean`` an exponential moving average over the steps, with the
decay `gradient_decay_rate`, that begins at 0:

*   weight: ``|w|``;
*   first_order_gradient: ``|w| * mean(|g|)``, the size of the change of the
    loss to first order if the entry is removed, were its sign the same at
    each step;
*   second_order_gradient: ``|w| * sqrt(mean(g**2))``, the order of the second
    term of that change, ``w**2 * h / 2`` (LeCun et al. 1989, Optimal Brain
    Damage), with the mean square of the gradient for the curvature ``h``
    (Theis et al. 2018, arXiv:1801.05787);
*   mean_gradient: ``|w * mean(g)|``, the first term with the gradients of
    several steps added up first (Molchanov et al. 2016, arXiv:1611.06440).
"""

from __future__ import annotations

import dataclasses
from typing import Callable, Dict, Optional

import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class Saliency:
  """What entries are ranked by.

  Attributes:
    score: from a weight and the mean, of one shape and dtype, the saliency.
      The mean is None if no gradient is used.
    of_gradient: from a gradient what the mean is taken of; None if no
      gradient is used.
  """

  score: Callable[[tf.Tensor, Optional[tf.Tensor]], tf.Tensor]
  of_gradient: Optional[Callable[[tf.Tensor], tf.Tensor]] = None

  @property
  def uses_gradient(self) -> bool:
    """Whether it needs the gradient of each step."""
    return self.of_gradient is not None


def magnitude(weight: tf.Tensor) -> tf.Tensor:
  """`|w|`, same shape and dtype as `weight` (any floating dtype)."""
  return tf.abs(weight)


# By the names that `prune_option` takes.
SALIENCIES: Dict[str, Saliency] = {
    'weight': Saliency(lambda weight, _: magnitude(weight)),
    'first_order_gradient': Saliency(
        lambda weight, mean: tf.abs(weight) * mean, tf.abs),
    'second_order_gradient': Saliency(
        lambda weight, mean: tf.abs(weight) * tf.sqrt(mean), tf.square),
    'mean_gradient': Saliency(
        lambda weight, mean: tf.abs(weight * mean), tf.identity),
}


def get(prune_option: str) -> Saliency:
  """The saliency that `prune_option` names.

  Raises:
    ValueError: if there is none of this name.
  """
  if prune_option not in SALIENCIES:
    raise ValueError(
        f'Argument `prune_option` must be one of {sorted(SALIENCIES)}. '
        f'Received: prune_option={prune_option!r}')
  return SALIENCIES[prune_option]
