# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Finds the weights that a tensor consists of, or is computed from."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional

import tensorflow as tf

# Op types that only move entries -> the inputs that the entries come from.
_FIRST = slice(0, 1)
_MOVES: Dict[str, slice] = {
    **dict.fromkeys([
        'Identity', 'RefIdentity', 'ReadVariableOp', 'Snapshot', 'StopGradient',
        'PreventGradient', 'Cast', 'Reshape', 'Transpose', 'ExpandDims',
        'Squeeze', 'Unpack', 'SplitV', 'Slice', 'StridedSlice', 'Reverse',
        'ReverseV2', 'Enter', 'RefEnter', 'Switch', 'RefSwitch'], _FIRST),
    'ConcatV2': slice(0, -1),
    'Pack': slice(None),
    'Split': slice(1, 2),
}
VARIABLES = ('VarHandleOp', 'VariableV2', 'Variable')


class Source(NamedTuple):
  """A weight.

  Attributes:
    name: the name of the variable, or of the node of a constant.
    size: the number of entries; None if it is not known.
    rank: the number of dimensions; None if it is not known.
  """

  name: str
  size: Optional[int]
  rank: Optional[int]


class Sources:
  """Finds the weights behind tensors of a graph."""

  def __init__(self, origins: Mapping[str, str],
               arguments: Mapping[str, List[Source]]):
    """Wraps a graph.

    Args:
      origins: for each node, its name in the original model; see `FlatGraph`.
      arguments: by the names of placeholders that stand for weights, these.
    """
    self._origins = origins
    self._arguments = arguments

  def behind(self, tensor: tf.Tensor) -> Optional[List[Source]]:
    """The weights whose entries a tensor consists of, in order.

    Returns:
      The weights; None if the tensor has other entries too.
    """
    found: Dict[str, Source] = {}
    waiting = [tensor.op]
    for op in waiting:  # Grows while it is walked.
      if op.type in _MOVES:
        waiting += [one.op for one in list(op.inputs)[_MOVES[op.type]]]
        continue
      sources = self._of(op)
      if sources is None:
        return None
      found.update((source.name, source) for source in sources)
    return list(found.values())

  def made_of(self, tensor: tf.Tensor) -> List[Source]:
    """The weights that a tensor is computed from, and from nothing else.

    Returns:
      The weights of two or more dimensions; an empty list if the tensor depends
      on an input of the graph.
    """
    found: Dict[str, Source] = {}
    waiting = [tensor.op]
    seen = set(waiting)
    for op in waiting:
      sources = self._of(op)
      if sources is not None:
        found.update((source.name, source) for source in sources)
      elif not op.inputs and op.type.startswith('Placeholder'):
        return []
      new = [one.op for one in op.inputs if one.op not in seen]
      seen.update(new)
      waiting += new
    return [source for source in found.values() if (source.rank or 0) > 1]

  def _of(self, op: tf.Operation) -> Optional[List[Source]]:
    """The weights that an operation stands for; None if it is no weight."""
    if op.type == 'Const':
      return [_source(self._origins[op.name], op.outputs[0].shape)]
    if op.type in VARIABLES:
      return [_source(
          _text(op.get_attr('shared_name')) or self._origins[op.name],
          tf.TensorShape(op.get_attr('shape')))]
    return self._arguments.get(op.name)


def _source(name: str, shape: Any) -> Source:
  return Source(name, shape.num_elements(), shape.rank)


def _text(value: Any) -> str:
  return value.decode() if isinstance(value, bytes) else value
