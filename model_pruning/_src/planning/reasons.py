# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Why weights are not pruned: sentences, each of a kind to filter by."""

from __future__ import annotations

import enum
from typing import Sequence

_ON_REQUEST = '; weight_sparsity_map can name it'


class SkipKind(enum.Enum):
  """Why a weight is not pruned; the value says it in a sentence.

      [weight.name for weight in report.skipped
       if weight.kind is model_pruning.SkipKind.DEPTHWISE]
  """

  ADAPTER = 'it is a LoRA adapter' + _ON_REQUEST
  BIAS = 'it is a bias' + _ON_REQUEST
  BROADCAST = ('its first dimension is 1, so it is added or scales'
               + _ON_REQUEST)
  DEPTHWISE = 'it is a depthwise kernel' + _ON_REQUEST
  DIMENSIONS = 'it has fewer than 2 dimensions'
  DO_NOT_PRUNE = 'do_not_prune names it'
  DTYPE = 'its dtype is not floating'
  EMPTY = 'it is empty'
  LAYER = 'get_prunable_weights of its layer leaves it out'
  LATE = 'it was not there, or frozen, when the model was pruned'
  NORMALIZATION = 'it belongs to a normalization' + _ON_REQUEST
  NOT_TRAINABLE = 'it is not trainable'
  NOT_UPDATED = 'no optimizer updates it'
  PARTLY_USED = 'its layer uses a part of it only' + _ON_REQUEST
  POSITION = 'it is a position embedding' + _ON_REQUEST
  SCALE = 'it is a scale' + _ON_REQUEST
  SHAPE = 'its shape is not known'
  SLOPE = 'it is a slope of an activation' + _ON_REQUEST
  TARGET = 'its target sparsity is 0'
  TOKEN = 'it is a token of its own' + _ON_REQUEST
  USE = 'no matrix product, convolution or gather uses it' + _ON_REQUEST
  OTHER = 'for a reason of its own'


class Reason(str):
  """A sentence on why a weight is not pruned.

  Attributes:
    kind: what it is about.
  """

  kind: SkipKind

  def __new__(cls, sentence: str, kind: SkipKind = SkipKind.OTHER) -> Reason:
    """A sentence that says more than its kind does."""
    reason = super().__new__(cls, sentence)
    reason.kind = kind
    return reason

  @classmethod
  def of(cls, kind: SkipKind) -> Reason:
    """The sentence of a kind."""
    return cls(kind.value, kind)


def dimensions(number: int) -> Reason:
  """A weight of too few dimensions."""
  return Reason(f'it has {number} dimension{"" if number == 1 else "s"}; '
                'a kernel has 2 at least', SkipKind.DIMENSIONS)


def other_uses(op_types: Sequence[str]) -> Reason:
  """A weight that only other operations use; of these types, or of none."""
  if not op_types:
    return Reason.of(SkipKind.USE)
  verb = 'does' if len(op_types) == 1 else 'do'
  return Reason('no matrix product, convolution or gather uses it ('
                f'{", ".join(op_types)} {verb}){_ON_REQUEST}', SkipKind.USE)


def dtype(name: str) -> Reason:
  """A variable that holds no floating numbers."""
  return Reason(f'its dtype is {name}', SkipKind.DTYPE)


def kind_of(sentence: str) -> SkipKind:
  """The kind of a reason; `OTHER` of a sentence that has none."""
  return sentence.kind if isinstance(sentence, Reason) else SkipKind.OTHER
