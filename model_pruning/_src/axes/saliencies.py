# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How much each entry of a weight matters; the entries that matter least go.

A saliency has the weight's shape and no negative entry. NaN counts as the
largest value there is, so that a weight that diverged stays in the loss, where
it is seen.

`g` is the gradient of the loss that the optimizer takes, and ``mean`` an
exponential moving average over the steps, with the decay
`gradient_decay_rate`, that begins at 0:

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
from typing import Any, Callable, Optional

from model_pruning._src.axes import axis
from model_pruning._src.axes import numbers


@dataclasses.dataclass(frozen=True)
class Saliency:
  """What entries are ranked by.

  Attributes:
    score: Computes the saliency of a weight from it and the mean, both tensors
      or arrays of one shape and dtype. The mean is None if no gradient is used.
    of_gradient: Computes from a gradient what the mean is taken of; None if no
      gradient is used.
  """

  score: Callable[[Any, Any], Any]
  of_gradient: Optional[Callable[[Any], Any]] = None

  @property
  def uses_gradient(self) -> bool:
    """Whether it needs the gradient of each step."""
    return self.of_gradient is not None


def magnitude(weight: Any) -> Any:
  """Returns `|w|`, of the shape and the floating dtype of `weight`."""
  return abs(weight)


def _sqrt(value: Any) -> Any:
  return numbers.namespace(value).sqrt(value)


AXIS: axis.Axis[Saliency] = axis.Axis('prune_option', {
    'weight': Saliency(lambda weight, _: magnitude(weight)),
    'first_order_gradient': Saliency(
        lambda weight, mean: abs(weight) * mean, abs),
    'second_order_gradient': Saliency(
        lambda weight, mean: abs(weight) * _sqrt(mean),
        lambda gradient: gradient * gradient),
    'mean_gradient': Saliency(
        lambda weight, mean: abs(weight * mean), lambda gradient: gradient),
})
