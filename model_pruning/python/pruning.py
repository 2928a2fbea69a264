# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Masks and `Pruning`, where the contrib library had them."""

from __future__ import annotations

from typing import Any, List, Optional

from model_pruning._src.graph import mask_collections
from model_pruning._src.graph.mask_collections import attach_group_suffix
from model_pruning._src.graph.masked import apply_mask as masking
from model_pruning._src.graph.masked.apply_mask import apply_mask
from model_pruning._src.graph.masked.apply_mask import apply_mask_with_group
from model_pruning._src.graph.masked.apply_mask import get_gradients
from model_pruning._src.graph.masked.apply_mask import get_masked_weights
from model_pruning._src.graph.masked.apply_mask import get_masks
from model_pruning._src.graph.masked.apply_mask import get_old_old_weights
from model_pruning._src.graph.masked.apply_mask import get_old_weights
from model_pruning._src.graph.masked.apply_mask import get_thresholds
from model_pruning._src.graph.masked.apply_mask import get_weight_sparsity
from model_pruning._src.graph.masked.apply_mask import get_weights
from model_pruning._src.graph.masked.apply_mask import MASKED_WEIGHT_NAME
from model_pruning._src.graph.masked.pruning import Pruning
from model_pruning._src.spec.pruning_spec import get_pruning_hparams
from model_pruning._src.spec.weight_rule import (
  UNGROUPED as UNGROUPED_GROUP_NAME,
)

MASK_COLLECTION = mask_collections.MASKS
THRESHOLD_COLLECTION = mask_collections.THRESHOLDS
MASKED_WEIGHT_COLLECTION = mask_collections.MASKED_WEIGHTS
WEIGHT_COLLECTION = mask_collections.WEIGHTS
WEIGHT_GRADIENT_COLLECTION = mask_collections.GRADIENTS
OLD_WEIGHT_COLLECTION = mask_collections.OLD_WEIGHTS
OLD_OLD_WEIGHT_COLLECTION = mask_collections.OLD_OLD_WEIGHTS

__all__ = [
    'MASKED_WEIGHT_COLLECTION',
    'MASKED_WEIGHT_NAME',
    'MASK_COLLECTION',
    'OLD_OLD_WEIGHT_COLLECTION',
    'OLD_WEIGHT_COLLECTION',
    'Pruning',
    'THRESHOLD_COLLECTION',
    'UNGROUPED_GROUP_NAME',
    'WEIGHT_COLLECTION',
    'WEIGHT_GRADIENT_COLLECTION',
    'add_to_pruning_collections',
    'apply_mask',
    'apply_mask_and_return',
    'apply_mask_with_group',
    'attach_group_suffix',
    'get_gradients',
    'get_masked_weights',
    'get_masks',
    'get_old_old_weights',
    'get_old_weights',
    'get_pruning_hparams',
    'get_thresholds',
    'get_weight_sparsity',
    'get_weights',
]


def apply_mask_and_return(x: Any, scope: masking.Scope = '',
                          prune_option: str = 'weight') -> List[Any]:
  """Returns what `apply_mask` returns, and the mask."""
  result = masking.mask_weight(x, scope, prune_option)
  return [result.masked, result.state.mask]


def add_to_pruning_collections(mask: Any, threshold: Any, weight: Any,
                               masked_weight: Any, gradient: Any = None,
                               old_weight: Any = None,
                               old_old_weight: Any = None,
                               group_name: Optional[str] = None) -> None:
  """Adds a masked weight to the collections, or to those of a group."""
  graph = mask_collections.owning_graph()
  for name, entry in (
      (MASK_COLLECTION, mask),
      (THRESHOLD_COLLECTION, threshold),
      (WEIGHT_COLLECTION, weight),
      (MASKED_WEIGHT_COLLECTION, masked_weight),
      (WEIGHT_GRADIENT_COLLECTION, gradient),
      (OLD_WEIGHT_COLLECTION, old_weight),
      (OLD_OLD_WEIGHT_COLLECTION, old_old_weight)):
    if entry is not None:
      graph.add_to_collection(attach_group_suffix(name, group_name), entry)
