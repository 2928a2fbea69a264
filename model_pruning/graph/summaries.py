# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Summaries of what is pruned, for TensorBoard.

They are operations of the graph in the collection that `merge_all` merges, so
whatever writes the summaries of a graph writes these too. They cost nothing
in a run that does not fetch them.
"""

from __future__ import annotations

from typing import Any, List, Sequence, Tuple

import numpy as np
import tensorflow as tf

from model_pruning.graph import stored


def add_summaries(name: str, weights: Sequence[Tuple[str, Any, Any]],
                  last_mask_update_step: Any) -> List[tf.Tensor]:
  """Adds scalar summaries to the default graph.

  Their tags are `<name>_summaries/` and, after it,

  *   `sparsity`: the share of zeros in all masks together;
  *   `last_mask_update_step`;
  *   `<weight>/sparsity` and `<weight>/threshold` for each weight.

  A summary that is fetched with a train op may see the state of before or of
  after its step.

  Args:
    name: of the specification.
    weights: for each weight its name, its mask and its threshold. A mask is a
      bool or floating variable, zeros where the weight is pruned, or a list
      of the parts of one; a threshold is a scalar variable. All may be
      distributed: the first replica counts.
    last_mask_update_step: integer scalar variable, or several, of which the
      largest counts.

  Returns:
    The summaries, string scalars; also in the collection of summaries.

  Raises:
    ValueError: there are no weights.
  """
  if not weights:
    raise ValueError('Argument `weights` must have one weight at least. '
                     f'Received: weights={weights!r}')
  with tf.name_scope(f'{name}_summaries/'):
    sizes = np.array([
        sum(stored.primary(part).shape.num_elements()
            for part in _listed(mask)) for _, mask, _ in weights])
    # int64 and float64: float32 loses counts above 2**24.
    num_zeros = sizes - tf.stack([_num_kept(mask) for _, mask, _ in weights])
    sparsities = tf.unstack(tf.cast(
        tf.cast(num_zeros, tf.float64) / np.maximum(sizes, 1), tf.float32))
    total = tf.cast(tf.reduce_sum(num_zeros), tf.float64) / max(sizes.sum(), 1)
    summaries = [
        _scalar('sparsity', tf.cast(total, tf.float32)),
        _scalar('last_mask_update_step', tf.reduce_max(tf.stack([
            stored.primary(clock)
            for clock in _listed(last_mask_update_step)])))]
    for (weight, _, threshold), sparsity in zip(weights, sparsities):
      # A slash at the start would leave the scope; a colon is not legal.
      prefix = weight.split(':')[0].strip('/')
      summaries += [
          _scalar(prefix + '/sparsity', sparsity),
          _scalar(prefix + '/threshold', stored.primary(threshold))]
  return summaries


def _scalar(name: str, value: Any) -> tf.Tensor:
  return tf.compat.v1.summary.scalar(name, value)


def _listed(value: Any) -> Sequence[Any]:
  return value if isinstance(value, (list, tuple)) else [value]


def _num_kept(mask: Any) -> tf.Tensor:
  """How many entries of a mask, or of its parts, are not zero; int64."""
  kept = []
  for part in map(stored.primary, _listed(mask)):
    # Where the mask is: only the count goes to another device.
    with tf.device(part.device):
      kept.append(tf.reduce_sum(tf.cast(
          tf.cast(tf.convert_to_tensor(part), tf.bool), tf.int64)))
  return kept[0] if len(kept) == 1 else tf.add_n(kept)
