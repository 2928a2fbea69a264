# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Selection of the largest items of several weights, with bounds for each."""

from __future__ import annotations

from typing import List, Optional, Sequence

import tensorflow as tf

from model_pruning._src.compat import tensorflow as tf_compat
from model_pruning._src.core import selection


def select_largest(keys: selection.Keys, counts: Sequence[int],
                   num_keep: tf.Tensor,
                   at_least: Optional[Sequence[tf.Tensor]] = None,
                   at_most: Optional[Sequence[tf.Tensor]] = None
                   ) -> selection.Selection:
  """Keeps the largest items overall, at least and at most a number per weight.

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
    at_least: one integer scalar per weight, from 1 to its count (ignored for a
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
