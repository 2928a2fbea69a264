# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Weights and adapters of layers with `enable_lora` (Keras 3).

The weight is frozen, two adapters of low rank are trained in its place, and
files have the merged sum, in which the zeros of the weight are lost.
"""

from __future__ import annotations

import re
from typing import Any, Dict, Iterable

import tensorflow as tf

from model_pruning._src.compat import keras_models
from model_pruning._src.planning import reasons

# A variable, or the layer of a kernel, as Keras and its guides name them.
_ADAPTER = re.compile(r'(^|/)lora_[^/]*(/kernel)?$', re.IGNORECASE)
_FROZEN = reasons.Reason(
    'it is not trainable; `enable_lora` has frozen it',
    reasons.SkipKind.NOT_TRAINABLE)


def is_adapter(name: str) -> bool:
  """Whether a variable of this name is an adapter."""
  return bool(_ADAPTER.search(name))


def reasons_of_frozen(layers: Iterable[Any]) -> Dict[int, reasons.Reason]:
  """Why weights of layers with adapters are not trainable, by weight `id`."""
  return dict.fromkeys(merged_values(layers), _FROZEN)


def merged_values(layers: Iterable[Any]) -> Dict[int, tf.Tensor]:
  """The values that files have for weights of layers with adapters.

  Args:
    layers: all layers of a model.

  Returns:
    The sums of weights and products of adapters, by the ids of the weights.
  """
  merged = [keras_models.merges_lora(layer) for layer in layers]
  return {id(one['weight']): one['merged'] for one in merged if one}
