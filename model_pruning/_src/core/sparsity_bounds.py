# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""How far one weight may be pruned when several share a ranking.

A shared ranking takes from the weights whose saliencies are small, all of them
if it comes to that. Bounds say how much it takes of each weight at least and
at most; the total stays what it is without them.
"""

from __future__ import annotations

from typing import Any, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.core import selection
from model_pruning._src.spec import pruning_spec as spec_lib


class Bounds(NamedTuple):
  """Bounds of the sparsity of each weight of a ranking.

  Attributes:
    min_sparsity: in [0, 1); 0 is no bound.
    max_sparsity: in [0, 1]; 1 is no bound.
  """

  min_sparsity: float = 0.0
  max_sparsity: float = 1.0

  @classmethod
  def of(cls, spec: spec_lib.PruningSpec) -> Bounds:
    """Those that `spec` has."""
    return cls(spec.min_weight_sparsity, spec.max_weight_sparsity)

  @property
  def is_active(self) -> bool:
    """Whether there is a bound."""
    return self != NO_BOUNDS

  def at(self, sparsity: Any) -> Tuple[Optional[Any], Optional[Any]]:
    """The bounds while all the weights together have `sparsity`.

    They give way to it: every weight is within them if each has `sparsity`.

    Args:
      sparsity: float64 scalar in [0, 1] (a Python float is one).

    Returns:
      The least and the greatest sparsity, float64 scalars; None: no bound.
    """
    if not tf.is_tensor(sparsity):
      sparsity = np.float64(sparsity)
    least = (tf.minimum(np.float64(self.min_sparsity), sparsity)
             if self.min_sparsity > 0.0 else None)
    greatest = (tf.maximum(np.float64(self.max_sparsity), sparsity)
                if self.max_sparsity < 1.0 else None)
    return least, greatest


NO_BOUNDS = Bounds()


def select_largest(keys: selection.Keys, counts: Sequence[int],
                   num_keep: tf.Tensor,
                   at_least: Optional[Sequence[tf.Tensor]] = None,
                   at_most: Optional[Sequence[tf.Tensor]] = None
                   ) -> selection.Selection:
  """Keeps the largest items of all weights, so many of each weight.

  The largest `at_least` items of each weight go before all others, those that
  are not among its largest `at_most` after all others; else, and among them,
  the larger key goes first, of equal keys the lower index. So `num_keep` items
  are kept whatever the bounds are, and the bounds hold if they can.

  >>> keys = selection.ordered_keys(tf.constant([8., 7., 6., 5., 2., 1.]))
  >>> select_largest(keys, [4, 2], 3, at_least=[1, 1]).kept.numpy().tolist()
  [True, True, False, False, True, False]

  Args:
    keys: keys of the items of all weights, weight by weight, shape [n].
    counts: how many items each weight has; their sum is n.
    num_keep: integer scalar, from 1 to n.
    at_least: one integer scalar a weight, from 1 to its count (ignored for a
      weight of none); None: no bound.
    at_most: the same, not below `at_least`.

  Returns:
    A `Selection`.
  """
  everything = tf.ones_like(keys.values, tf.bool)
  first = (tf.zeros_like(everything) if at_least is None
           else _largest_of_each(keys, counts, at_least))
  allowed = (everything if at_most is None
             else _largest_of_each(keys, counts, at_most))
  num_keep = tf.cast(num_keep, tf.int32)
  num_first, num_allowed = [tf.reduce_sum(tf.cast(chosen, tf.int32))
                            for chosen in (first, allowed)]
  # One of the three lists is cut, the ones before it are kept in full. If
  # both bounds can be held it is the second.
  cut_first = num_first >= num_keep
  cut_last = num_allowed < num_keep
  before = (first & ~cut_first) | (allowed & cut_last)
  cut = tf_compat.where(cut_first, first, allowed | cut_last) & ~before
  num_before = tf.reduce_sum(tf.cast(before, tf.int32))
  # Keys end at that of NaN, so there is room to move them all one up, above
  # the items that are not in the list to be cut.
  values = keys.with_equal_nans()
  kept = before | selection.select_largest(
      keys._replace(
          values=tf_compat.where(cut, values + 1, tf.zeros_like(values)),
          nan=keys.nan + 1),
      num_keep - num_before).kept
  smallest = tf.reduce_min(tf_compat.where(
      kept, values, tf.fill(tf.shape(values), keys.values.dtype.max)))
  return selection.Selection(kept, smallest)


def _largest_of_each(keys: selection.Keys, counts: Sequence[int],
                     num_keep: Sequence[tf.Tensor]) -> tf.Tensor:
  """Which items are among the largest of their weight, so many of each."""
  parts: List[tf.Tensor] = []
  for values, keep in zip(tf.split(keys.values, list(counts)), num_keep):
    parts.append(
        selection.select_largest(keys._replace(values=values), keep).kept
        if values.shape.num_elements() else tf.zeros([0], tf.bool))
  return tf.concat(parts, axis=0)
