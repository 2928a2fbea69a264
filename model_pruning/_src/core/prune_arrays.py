# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Prunes arrays to the target sparsity of a spec, in a single step."""

from __future__ import annotations

from typing import List, Sequence

import numpy as np
import tensorflow as tf

from model_pruning._src.axes import mask_updates
from model_pruning._src.axes import saliencies
from model_pruning._src.core import mask
from model_pruning._src.core import projection
from model_pruning._src.core import sparsity_bounds
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule

# Schedule fields with which the target is reached in one step.
_AT_ONCE = {
    'begin_pruning_step': 0, 'end_pruning_step': -1, 'initial_sparsity': 0.0,
    'sparsity_function_begin_step': 0, 'sparsity_function_end_step': 0,
    'sparsity_function_exponent': 3.0}


def at_once(spec: spec_lib.PruningSpec, verb: str) -> spec_lib.PruningSpec:
  """Returns a spec that reaches its target in one step.

  Args:
    spec: a specification; its schedule is ignored.
    verb: the function that the user called, for the error messages.

  Raises:
    ValueError: if the spec needs training: `mask_update` is not rank, or
      `prune_option` uses gradients.
  """
  if not mask_updates.AXIS.entry(spec.mask_update).follows_schedule:
    raise ValueError(
        f'Argument `spec` must have mask_update=rank for `{verb}`, which '
        f'prunes to the target. Received: mask_update={spec.mask_update}')
  if saliencies.AXIS.entry(spec.prune_option).uses_gradient:
    raise ValueError(
        f'Argument `spec` must have prune_option=weight for `{verb}`, which '
        f'sees no gradients. Received: prune_option={spec.prune_option}')
  return spec.replace(**_AT_ONCE)


def prune_arrays(spec: spec_lib.PruningSpec, values: Sequence[np.ndarray],
                 rules: Sequence[weight_rule.WeightRule]) -> List[np.ndarray]:
  """Returns the weights of one ranking with their pruned entries set to zero.

  Args:
    spec: the specification.
    values: the weights.
    rules: one per weight; all have the same target sparsity.
  """
  # A separate graph works in eager mode too, and beside the graph of Keras.
  with tf.Graph().as_default(), tf.compat.v1.Session() as session:
    weights = [tf.compat.v1.placeholder(tf.as_dtype(value.dtype), value.shape)
               for value in values]
    score = saliencies.AXIS.entry(spec.prune_option).score
    masks = mask.masks_of(
        [score(weight, None) for weight in weights],
        [rule.structure for rule in rules], rules[0].target_sparsity,
        sparsity_bounds.Bounds.of(spec)).masks
    projected: List[np.ndarray] = session.run(
        [projection.zero_pruned(mask_, weight)
         for mask_, weight in zip(masks, weights)],
        dict(zip(weights, values)))
  return projected
