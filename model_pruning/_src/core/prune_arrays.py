# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Pruning arrays at once to the target sparsity of a spec."""

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

# Fields of a schedule, which there is none of: the target is reached at once.
_AT_ONCE = {
    'begin_pruning_step': 0, 'end_pruning_step': -1, 'initial_sparsity': 0.0,
    'sparsity_function_begin_step': 0, 'sparsity_function_end_step': 0,
    'sparsity_function_exponent': 3.0}


def at_once(spec: spec_lib.PruningSpec, verb: str) -> spec_lib.PruningSpec:
  """Returns a spec that reaches its target in one step.

  Args:
    spec: a specification, whose schedule is left out.
    verb: what the user called, for the errors.

  Raises:
    ValueError: if the spec asks for what needs a training.
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
  """Returns weights of one ranking with pruned entries zero.

  Args:
    spec: the specification.
    values: the weights.
    rules: the rule of each; all have one target sparsity.
  """
  # A graph of its own runs in eager mode and beside a graph of Keras.
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
