# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Summaries of pruned weights, for TensorBoard.

They are operations of the graph in the collection that `merge_all` merges, so
whatever writes the summaries of a graph writes these too. They cost nothing
in a run that does not fetch them.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np
import tensorflow as tf

from model_pruning._src.graph import variables as variables_lib

# As `tf.summary` has it.
_NOT_IN_TAGS = re.compile(r'[^-/\w.]')


def add_summaries(name: str, weights: Sequence[Tuple[str, Any, Any]],
                  last_mask_update_step: Any) -> List[tf.Tensor]:
  """Adds scalar summaries to the default graph.

  Their tags are `<name>_summaries/` and, after it,

  *   `sparsity`: the share of zeros in all masks together;
  *   `last_mask_update_step`;
  *   `<weight>/sparsity` and `<weight>/threshold` for each weight.

  A summary that is fetched together with a train op may show the state before
  or after that step.

  Args:
    name: the name of the specification.
    weights: for each weight its name, its mask and its threshold. A mask is a
      bool or floating variable, zeros where the weight is pruned, or a list
      of the parts of one; a threshold is a scalar variable. All may be
      distributed: the first replica counts.
    last_mask_update_step: integer scalar variable, or several, of which the
      largest counts.

  Returns:
    String scalars, each the serialized summaries of some of the tags; also in
    the collection of summaries.

  Raises:
    ValueError: there are no weights.
  """
  if not weights:
    raise ValueError('Argument `weights` must have one weight at least. '
                     f'Received: weights={weights!r}')
  with tf.name_scope(f'{name}_summaries/'):
    sizes = np.array([
        sum(variables_lib.primary(part).shape.num_elements()
            for part in _listed(mask)) for _, mask, _ in weights])
    # int64 and float64: float32 loses counts above 2**24.
    num_zeros = sizes - tf.stack(_nums_kept([
        [variables_lib.primary(part) for part in _listed(mask)]
        for _, mask, _ in weights]))
    # And for all weights together.
    num_zeros = tf.concat([num_zeros, [tf.reduce_sum(num_zeros)]], axis=0)
    sizes = np.append(sizes, sizes.sum())
    # A slash at the start would leave the scope; a colon is not legal.
    prefixes = [weight.split(':')[0].strip('/') + '/'
                for weight, _, _ in weights]
    return [
        _scalars([prefix + 'sparsity' for prefix in [*prefixes, '']],
                 tf.cast(num_zeros, tf.float64) / np.maximum(sizes, 1)),
        _scalars([prefix + 'threshold' for prefix in prefixes],
                 _stack([_value(threshold) for _, _, threshold in weights])),
        _scalars(['last_mask_update_step'], [tf.reduce_max(tf.stack([
            _value(clock) for clock in _listed(last_mask_update_step)]))])]


def _scalars(names: Sequence[str], values: Any) -> tf.Tensor:
  """One op for many scalar summaries; `tf.summary` makes two for each."""
  graph = tf.compat.v1.get_default_graph()
  tags = [_NOT_IN_TAGS.sub('_', graph.unique_name(name)) for name in names]
  summary = tf.raw_ops.ScalarSummary(tags=tags, values=values)
  tf.compat.v1.add_to_collection(tf.compat.v1.GraphKeys.SUMMARIES, summary)
  return summary


def _stack(values: Sequence[tf.Tensor]) -> tf.Tensor:
  """Stacks scalars; the result is float64 if their dtypes differ."""
  if len({value.dtype.base_dtype for value in values}) > 1:
    values = [tf.cast(value, tf.float64) for value in values]
  return tf.stack(values)


def _value(variable: tf.Variable) -> tf.Tensor:
  """The tensor that a fetch of a variable reads; adds no op to the graph."""
  variable = variables_lib.primary(variable)
  return variable.op.graph.as_graph_element(variable)


def _listed(value: Any) -> Sequence[Any]:
  return value if isinstance(value, (list, tuple)) else [value]


def _nums_kept(masks: Sequence[Sequence[tf.Variable]]) -> List[tf.Tensor]:
  """The number of nonzero entries of each mask, over all its parts; int64."""
  dimensions: Dict[Any, tf.Tensor] = {}
  nums = []
  for parts in masks:
    kept = []
    for part in parts:
      # On the device of the mask: only the count goes to another device.
      with variables_lib.on_device_of(part):
        values = _value(part)
        if values.dtype != tf.bool:
          values = tf.cast(values, tf.bool)
        key = (values.shape.rank, part.device)
        if key not in dimensions:
          dimensions[key] = tf.range(values.shape.rank)
        kept.append(tf.raw_ops.Sum(
            input=tf.raw_ops.Cast(x=values, DstT=tf.int64),
            axis=dimensions[key]))
    nums.append(kept[0] if len(kept) == 1 else tf.add_n(kept))
  return nums
