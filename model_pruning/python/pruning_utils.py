# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Variables of masks and block matrices, where the contrib library had them."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from model_pruning._src.graph import partitioned
from model_pruning._src.graph.masked import apply_mask
from model_pruning._src.graph.masked import masked_weights
from model_pruning.python.block_matrices import expand_tensor
from model_pruning.python.block_matrices import factorized_pool
from model_pruning.python.block_matrices import kronecker_product

determine_partitioned_axis = partitioned.partition_axis

__all__ = [
    'determine_partitioned_axis',
    'expand_tensor',
    'factorized_pool',
    'kronecker_product',
    'old_old_weight_variable',
    'old_weight_variable',
    'partitioned_variable_assign',
    'variable_assign',
    'weight_gradient_variable',
    'weight_mask_variable',
    'weight_threshold_variable',
]


def weight_mask_variable(var: Any, scope: apply_mask.Scope) -> Any:
  """Gets or creates the mask of a weight, ones at first."""
  return apply_mask.state_variable('mask', var, scope, 1.0)


def weight_threshold_variable(var: Any, scope: apply_mask.Scope) -> Any:
  """Gets or creates the threshold of a weight, a scalar, zero at first."""
  return apply_mask.state_variable('threshold', var, scope, 0.0, scalar=True)


def weight_gradient_variable(var: Any, scope: apply_mask.Scope) -> Any:
  """Gets or creates the mean displacement of a weight, zeros at first."""
  return apply_mask.state_variable('gradient', var, scope, 0.0)


def old_weight_variable(var: Any, scope: apply_mask.Scope) -> Any:
  """Gets or creates a copy of the weight one update ago, zeros at first."""
  return apply_mask.state_variable('old_weight', var, scope, 0.0)


def old_old_weight_variable(var: Any, scope: apply_mask.Scope) -> Any:
  """Gets or creates a copy of the weight two updates ago, zeros at first."""
  return apply_mask.state_variable('old_old_weight', var, scope, 0.0)


def variable_assign(var: Any, new_value: tf.Tensor) -> tf.Operation:
  """Returns an operation that assigns, named after the variable."""
  return partitioned.assign(
      var, new_value, name=masked_weights.name_of(var) + '_assign')


def partitioned_variable_assign(partitioned_var: Any,
                                new_value: tf.Tensor) -> tf.Operation:
  """Returns an operation that assigns to all parts of a variable."""
  return partitioned.assign(
      partitioned_var, new_value,
      name=masked_weights.name_of(partitioned_var) + '_group_assign')
