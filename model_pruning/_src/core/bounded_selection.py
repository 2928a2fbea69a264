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

  The items are ranked in three groups: first the largest `at_least` items of
  each weight, then the rest of its largest `at_most` items, then all others.
  Inside of a group the larger key goes first, and among equal keys the lower
  index. So exactly `num_keep` items are kept, and the bounds hold unless
  `num_keep` contradicts them.

  >>> keys = selection.ordered_keys(tf.constant([8., 7., 6., 5., 2., 1.]))
  >>> select_largest(keys, [4, 2], 3, at_least=[1, 1]).kept.numpy().tolist()
  [True, True, False, False, True, False]

  Args:
    keys: keys of the items of all weights, weight by weight, shape [n].
    counts: the number of items of each weight; the sum is n.
    num_keep: integer scalar, from 1 to n.
    at_least: one integer scalar per weight, from 1 to its count (ignored for a
      weight without items); None, the default: no bound.
    at_most: the same, not below `at_least`; None, the default: no bound.

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
  # The last item that is kept lies in one of the three groups, and the groups
  # before that one are kept whole. It is the second if both bounds can hold.
  cut_first = num_first >= num_keep
  cut_last = num_allowed < num_keep
  before = (first & ~cut_first) | (allowed & cut_last)
  cut = tf_compat.where(cut_first, first, allowed | cut_last) & ~before
  num_before = tf.reduce_sum(tf.cast(before, tf.int32))
  # The key of NaN is the largest one, and there is room above it: the keys of
  # the group that is cut move up by one, and all other items get key 0.
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
  """True for the largest `num_keep[i]` items of weight i; bool tensor [n]."""
  parts: List[tf.Tensor] = []
  for values, keep in zip(tf.split(keys.values, list(counts)), num_keep):
    parts.append(
        selection.select_largest(keys._replace(values=values), keep).kept
        if values.shape.num_elements() else tf.zeros([0], tf.bool))
  return tf.concat(parts, axis=0)
