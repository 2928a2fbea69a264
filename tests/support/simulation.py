# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Pruned training in plain NumPy, to compare both front ends with.

Gradient descent with a gradient that never changes, on numbers that float32
holds exactly: whatever trains, the weights must come out equal, not close.
"""

from __future__ import annotations

from typing import List, NamedTuple, Sequence

import numpy as np

from model_pruning._src.axes import structures
from model_pruning._src.core import schedule
from model_pruning._src.spec import pruning_spec as spec_lib
from model_pruning._src.spec import weight_rule
from tests.support import numpy_reference

LEARNING_RATE = 0.5


class Problem(NamedTuple):
  """A weight and its gradient; multiples of 1/16 below 2**8."""

  weight: np.ndarray
  gradient: np.ndarray


def problem(shape: Sequence[int], seed: int = 0) -> Problem:
  """Weights that grow and shrink, so that pruned entries come back."""
  random = np.random.RandomState(seed)
  weight = random.randint(-64, 65, shape) / 16.0
  gradient = random.randint(-8, 9, shape) / 16.0
  return Problem(weight.astype(np.float32), gradient.astype(np.float32))


def mask_of(weight: np.ndarray, rule: weight_rule.WeightRule,
            sparsity: float) -> np.ndarray:
  """The mask that the reference gives a weight with `rule`."""
  structure = rule.structure
  if isinstance(structure, structures.Block):
    return numpy_reference.block_mask(
        weight, structure.height, structure.width, structure.pooling, sparsity)
  if isinstance(structure, structures.NOfM):
    return numpy_reference.n_of_m_mask(weight, structure.size, sparsity)
  return numpy_reference.unstructured_mask(weight, sparsity)


def train(problem_: Problem, spec: spec_lib.PruningSpec, name: str,
          num_steps: int, first_step: int = 1) -> List[np.ndarray]:
  """The weight after each pruned update from `first_step` to `num_steps`."""
  weight = problem_.weight
  rule = spec.rule_for(name, weight.shape)
  steps = schedule.UpdateSteps.of(spec)
  curve = weight_rule.curve(spec, rule)
  mask = np.ones(weight.shape, bool)
  last = schedule.NEVER
  history = []
  for step in range(first_step, num_steps + 1):
    weight = weight - np.float32(LEARNING_RATE) * problem_.gradient
    if steps.is_due(step, last):
      mask = mask_of(weight, rule, curve(step))
      last = step
    weight = np.where(mask, weight, np.float32(0))
    history.append(weight)
  return history


# Specs that each front end must follow exactly, by what is special in them.
SPECS = {
    'default grid': 'target_sparsity=0.75,sparsity_function_end_step=20',
    'target off the grid':
        'target_sparsity=0.9,sparsity_function_end_step=13,end_pruning_step=13'
        ',pruning_frequency=4',
    'late jump':
        'target_sparsity=0.6,begin_pruning_step=5,pruning_frequency=7'
        ',sparsity_function_end_step=0',
    'every step':
        'initial_sparsity=0.1,target_sparsity=0.5,pruning_frequency=1'
        ',sparsity_function_end_step=12,sparsity_function_exponent=1',
    'stops':
        'target_sparsity=0.8,pruning_frequency=3,end_pruning_step=6'
        ',sparsity_function_end_step=20',
    'own target': 'weight_sparsity_map=[kernel:0.25],pruning_frequency=5'
                  ',sparsity_function_end_step=10',
    'blocks': 'target_sparsity=0.7,block_height=2,block_width=3'
              ',sparsity_function_end_step=10,pruning_frequency=2',
    'largest of blocks':
        'target_sparsity=0.7,block_height=4,block_width=1'
        ',block_pooling_function=MAX,sparsity_function_end_step=10'
        ',pruning_frequency=2',
    '2 of 4': 'sparsity_m_by_n=2x4,sparsity_function_end_step=10'
              ',pruning_frequency=2',
}
