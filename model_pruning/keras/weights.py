# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which variables of a Keras model are weights that can be pruned.

A weight is pruned if it is trainable, floating, has two dimensions at least,
and is neither a depthwise kernel nor the scale of a normalization.
"""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import tensorflow as tf

from model_pruning import compat
from model_pruning import plan


class KerasWeight(NamedTuple):
  """A variable of a Keras model and what can be said of it as a weight."""

  variable: Any
  candidate: plan.Candidate


def find_weights(model: Any) -> List[KerasWeight]:
  """Every variable of a built Keras model, with the reason if it is no weight.

  Args:
    model: a Keras 2 or Keras 3 model.

  Returns:
    One entry a variable, in the order of `model.variables`. Variables of one
    name get `_1`, `_2` ... behind it from the second on.
  """
  trainable = {id(variable) for variable in model.trainable_variables}
  special = _special_kernels(model)
  found = []
  names: Dict[str, int] = {}
  for variable in model.variables:
    name = compat.variable_name(variable)
    names[name] = names.get(name, -1) + 1
    if names[name]:
      name = f'{name}_{names[name]}'
    dims = tuple(int(dim) for dim in variable.shape)
    reason, on_request = (
        _why_not(variable, dims, special.get(id(variable)))
        if id(variable) in trainable else ('it is not trainable', False))
    found.append(KerasWeight(
        variable, plan.Candidate(name, dims, reason, on_request)))
  return found


def with_sparse_gradient(model: Any) -> List[int]:
  """The ids of variables on which an optimizer may refuse a constraint.

  Those of Keras before TF 2.11, and its legacy ones since, refuse it where
  the gradient has rows only, as that of an embedding. Keras 3 does not.
  """
  found = []
  for layer in compat.flatten_layers(model):
    kinds = [kind.__name__ for kind in type(layer).__mro__]
    table = getattr(layer, 'embeddings', None)
    if 'Embedding' in kinds and isinstance(table, tf.compat.v2.Variable):
      found.append(id(table))
  return found


def last_updated(model: Any, others_than: Sequence[int]) -> Optional[Any]:
  """The variable that an optimizer updates last, of those not named."""
  return next((variable for variable in reversed(model.trainable_variables)
               if id(variable) not in others_than), None)


def _why_not(variable: Any, dims: Tuple[int, ...],
             special: Optional[str]) -> Tuple[Optional[str], bool]:
  """Why a variable is not pruned (None if it is); whether a spec may ask."""
  dtype = tf.as_dtype(variable.dtype)
  if not dtype.is_floating:
    return f'its dtype is {dtype.name}', False
  if len(dims) < 2:
    return f'it has {len(dims)} dimensions; a kernel has 2 at least', False
  if 0 in dims:
    return 'it is empty', False
  if special is not None:
    return f'{special}; weight_sparsity_map can name it', True
  return None, False


def _special_kernels(model: Any) -> Dict[int, str]:
  """Kernels that are pruned on request only: id of the variable -> why."""
  special = {}
  for layer in compat.flatten_layers(model):
    kinds = ' '.join(kind.__name__ for kind in type(layer).__mro__)
    depthwise = [getattr(layer, 'depthwise_kernel', None)]
    if 'DepthwiseConv' in kinds:
      depthwise.append(getattr(layer, 'kernel', None))
    special.update({id(variable): 'it is a depthwise kernel'
                    for variable in depthwise if variable is not None})
    if 'Normalization' in kinds:
      special.update({id(variable): 'it belongs to a normalization'
                      for variable in layer.trainable_variables})
  return special
