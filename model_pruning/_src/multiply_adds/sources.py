# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which weights the entries of a tensor are, and which it is made of."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional

import tensorflow as tf

# What hands on entries as they are -> the inputs that they come from.
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
    name: of the variable; of a constant that of its node.
    size: how many entries it has; None if that is not known.
    rank: how many dimensions.
  """

  name: str
  size: Optional[int]
  rank: Optional[int]


class Sources:
  """Finds the weights behind tensors of a graph."""

  def __init__(self, origins: Mapping[str, str],
               arguments: Mapping[str, List[Source]]):
    """Made for one graph.

    Args:
      origins: the names of nodes in the model that the graph is made of.
      arguments: for the placeholders whose entries are weights, these.
    """
    self._origins = origins
    self._arguments = arguments

  def behind(self, tensor: tf.Tensor) -> Optional[List[Source]]:
    """The weights whose entries a tensor consists of, in their order.

    Returns:
      The weights; None if other things are among its entries.
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
    """The weights that a tensor is computed of, if of nothing else.

    Returns:
      Weights of two dimensions at least; none if the tensor depends on an
      input of the graph.
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
    """The weight that an operation is; None if it is none."""
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
