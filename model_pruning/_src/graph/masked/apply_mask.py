# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Weights that the forward pass multiplies by their masks.

    kernel = tf.compat.v1.get_variable('kernel', [784, 10])
    logits = tf.matmul(images, model_pruning.apply_mask(kernel, 'kernel'))

The variable stays as the optimizer leaves it; what is used is
``mask * weight``, and so the gradient of a pruned entry is zero. Masks are
ones, of the dtype of the weight, until `Pruning` changes them.
"""

from __future__ import annotations

from typing import Any, List, NamedTuple, Optional, Sequence, Union

import tensorflow as tf

from model_pruning._src.graph import mask_collections
from model_pruning._src.spec import weight_rule

# Part of the contract: tools look for the product under this name.
MASKED_WEIGHT_NAME = 'weights/masked_weight'

PRUNE_OPTIONS = ('weight', 'first_order_gradient', 'second_order_gradient')

# Variables beside the mask and the threshold, for the gradient options.
GRADIENT_STATE = ('gradient', 'old_weight', 'old_old_weight')

# Replicas hold equal weights, so each computes its own, equal mask.
SYNCHRONIZATION = tf.VariableSynchronization.ON_READ
AGGREGATION = tf.VariableAggregation.ONLY_FIRST_REPLICA

Scope = Union[str, tf.compat.v1.VariableScope]


class MaskState(NamedTuple):
  """The variables beside a masked weight.

  Attributes:
    mask: of the shape and dtype of the weight; ones and zeros.
    threshold: scalar of the dtype of the weight.
    gradient: of the shape of the weight, as the two below; all three are None
      unless the prune option is a gradient option.
    old_weight: the weight one mask update ago.
    old_old_weight: the weight two mask updates ago.
  """

  mask: Any
  threshold: Any
  gradient: Any = None
  old_weight: Any = None
  old_old_weight: Any = None


class MaskedWeight(NamedTuple):
  """A masked weight.

  Attributes:
    state: its variables.
    masked: the tensor ``mask * weight``, of the shape of the weight.
  """

  state: MaskState
  masked: tf.Tensor


def state_variable(name: str, weight: Any, scope: Scope, value: float,
                   scalar: bool = False,
                   collections: Optional[Sequence[str]] = None) -> Any:
  """Gets or creates a variable that belongs to a weight.

  Args:
    name: its name in `scope`.
    weight: gives the shape and the dtype.
    scope: a variable scope, or its name, in the current variable scope.
    value: what it is filled with at first.
    scalar: whether it is a scalar.
    collections: of the graph, for the variable; None: of global variables.

  Returns:
    The variable, not trainable; in parts if the scope has a partitioner.

  Raises:
    TypeError: a custom getter of the scope returned something else.
  """
  with tf.compat.v1.variable_scope(scope):
    variable = tf.compat.v1.get_variable(
        name, [] if scalar else tf.TensorShape(weight.shape).as_list(),
        dtype=weight.dtype.base_dtype, trainable=False,
        initializer=tf.compat.v1.constant_initializer(value),
        collections=collections,
        # The scope may have a regularizer, for weights.
        regularizer=tf.compat.v1.no_regularizer,
        # Only resources are assigned inside the functions that `tf.cond` of
        # TF 2 makes of its branches.
        use_resource=True,
        synchronization=SYNCHRONIZATION, aggregation=AGGREGATION)
  if isinstance(variable, tf.Tensor):
    raise TypeError(
        f'The variable {name!r} of a masked weight must be a variable. '
        f'Received: the tensor {variable.name!r}, from a custom getter of its '
        'variable scope; let the getter leave other names than its own alone')
  return variable


def create_state(weight: Any, scope: Scope, prune_option: str = 'weight',
                 collections: Optional[Sequence[str]] = None) -> MaskState:
  """Gets or creates the variables beside a weight, in no collection yet.

  Args:
    weight: a floating tensor or variable of static shape; maybe partitioned.
    scope: where they are: `<scope>/mask`, `<scope>/threshold`, and for the
      gradient options `<scope>/gradient`, `<scope>/old_weight` and
      `<scope>/old_old_weight`.
    prune_option: one of `PRUNE_OPTIONS`.
    collections: as for `state_variable`.

  Returns:
    The variables.

  Raises:
    ValueError: the shape is not known, or there is no such option.
    TypeError: the weight is not floating.
    RuntimeError: eager mode is on.
  """
  _check(weight, prune_option)
  mask = state_variable('mask', weight, scope, 1.0, collections=collections)
  threshold = state_variable('threshold', weight, scope, 0.0, scalar=True,
                             collections=collections)
  if prune_option == 'weight':
    return MaskState(mask, threshold)
  return MaskState(mask, threshold, *(
      state_variable(name, weight, scope, 0.0, collections=collections)
      for name in GRADIENT_STATE))


def mask_weight(weight: Any, scope: Scope, prune_option: str = 'weight',
                group_name: Optional[str] = None, value: Any = None,
                name: str = MASKED_WEIGHT_NAME) -> MaskedWeight:
  """Masks a weight and registers it in the collections.

  Args:
    weight: as for `create_state`; what goes into the collections.
    scope: as for `create_state`.
    prune_option: as for `create_state`.
    group_name: the group of the weight, if it has one.
    value: the tensor to multiply with the mask, if `weight` was read already.
    name: of the product, in the current name scope.

  Returns:
    The variables and the product.
  """
  state = create_state(weight, scope, prune_option)
  masked = tf.multiply(
      state.mask, weight if value is None else value, name=name)
  register(weight, state, masked, group_name)
  return MaskedWeight(state, masked)


def register(weight: Any, state: MaskState, masked: Any,
             group_name: Optional[str] = None,
             at_each_use: bool = False) -> None:
  """Puts a masked weight into the collections.

  Args:
    weight: what was masked.
    state: its variables.
    masked: the product.
    group_name: the group of the weight, if it has one.
    at_each_use: whether to do so once more if its mask is there already.
  """
  entries = {
      mask_collections.MASKS: state.mask,
      mask_collections.THRESHOLDS: state.threshold,
      mask_collections.WEIGHTS: weight,
      mask_collections.MASKED_WEIGHTS: masked,
  }
  if state.gradient is not None:
    entries.update({
        mask_collections.GRADIENTS: state.gradient,
        mask_collections.OLD_WEIGHTS: state.old_weight,
        mask_collections.OLD_OLD_WEIGHTS: state.old_old_weight,
    })
  add = mask_collections.add_use if at_each_use else mask_collections.add
  add(entries, group_name)


def apply_mask(x: Any, scope: Scope = '',
               prune_option: str = 'weight') -> tf.Tensor:
  """Multiplies a weight by a mask of its own.

  Args:
    x: a floating tensor or variable of static shape; maybe partitioned.
    scope: variable scope of the mask, in the current one. The empty scope
      inside a scope `l` gives the name `l//mask`, as it always did, so that
      checkpoints with such names restore. One scope holds one mask.
    prune_option: what `Pruning` will rank entries by.

  Returns:
    The product, a tensor like `x`.

  Raises:
    ValueError: the shape is not known, or there is no such option.
    TypeError: the weight is not floating.
    RuntimeError: eager mode is on.
  """
  return mask_weight(x, scope, prune_option).masked


def apply_mask_with_group(
    x: Any, scope: Scope = '', prune_option: str = 'weight',
    group_name: Optional[str] = weight_rule.UNGROUPED) -> tf.Tensor:
  """Multiplies a weight by a mask that is ranked with those of a group.

  Args:
    x: as for `apply_mask`.
    scope: as for `apply_mask`.
    prune_option: as for `apply_mask`.
    group_name: the group; None: the one that the spec has for the weight.

  Returns:
    As `apply_mask`.
  """
  return mask_weight(x, scope, prune_option, group_name).masked


def get_masks(group_name: Optional[str] = None) -> List[Any]:
  """The mask variables of the default graph, or those of a group."""
  return mask_collections.get(mask_collections.MASKS, group_name)


def get_thresholds(group_name: Optional[str] = None) -> List[Any]:
  """The threshold variables, in the order of `get_masks`."""
  return mask_collections.get(mask_collections.THRESHOLDS, group_name)


def get_weights(group_name: Optional[str] = None) -> List[Any]:
  """The weights before masking, in the order of `get_masks`."""
  return mask_collections.get(mask_collections.WEIGHTS, group_name)


def get_masked_weights(group_name: Optional[str] = None) -> List[tf.Tensor]:
  """The products of masks and weights, in the order of `get_masks`."""
  return mask_collections.get(mask_collections.MASKED_WEIGHTS, group_name)


def get_gradients(group_name: Optional[str] = None) -> List[Any]:
  """The mean displacements that the gradient options rank by."""
  return mask_collections.get(mask_collections.GRADIENTS, group_name)


def get_old_weights(group_name: Optional[str] = None) -> List[Any]:
  """The weights one mask update ago, with a gradient option."""
  return mask_collections.get(mask_collections.OLD_WEIGHTS, group_name)


def get_old_old_weights(group_name: Optional[str] = None) -> List[Any]:
  """The weights two mask updates ago, with a gradient option."""
  return mask_collections.get(mask_collections.OLD_OLD_WEIGHTS, group_name)


def get_weight_sparsity(group_name: Optional[str] = None) -> List[tf.Tensor]:
  """Scalars: the share of zeros in each mask, in the order of `get_masks`."""
  return [tf.math.zero_fraction(mask) for mask in get_masks(group_name)]


def check_in_graph() -> None:
  """Raises a RuntimeError in eager mode."""
  if tf.executing_eagerly():
    raise RuntimeError(
        'Masks that the forward pass multiplies by are part of a graph, and '
        'eager mode is on. Build the model inside '
        '`with tf.Graph().as_default():`, or prune a Keras model with '
        '`keras.prune` of this library.')


def checked_prune_option(prune_option: str) -> str:
  """Returns `prune_option`, or raises a ValueError if there is none such."""
  if prune_option not in PRUNE_OPTIONS:
    raise ValueError(
        'Argument `prune_option` must be one of '
        f'{", ".join(PRUNE_OPTIONS)} for masks in the forward pass, where '
        'gradient options rank by how weights moved. `PruningHook` and '
        '`prune_train_op` rank by gradients. '
        f'Received: prune_option={prune_option!r}')
  return prune_option


def _check(weight: Any, prune_option: str) -> None:
  check_in_graph()
  checked_prune_option(prune_option)
  if not hasattr(weight, 'dtype') or not weight.dtype.base_dtype.is_floating:
    raise TypeError(
        'Argument `x` must be a floating tensor or variable. '
        f'Received: x={weight!r}')
  if not tf.TensorShape(weight.shape).is_fully_defined():
    raise ValueError(
        'Argument `x` must have a static shape, that of its mask. '
        f'Received: shape={weight.shape}')
