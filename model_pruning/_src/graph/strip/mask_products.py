# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Finding the products of weights and masks in a GraphDef.

A mask is known by what it is, never by its name: a product multiplies the
value of a variable by that of another of the same shape that is not trained
and holds zeros and ones. On the way there may be what only moves entries, if
it moves those of both alike: the parts of a partitioned weight are joined,
the same rows of both are gathered. In a frozen graph the variables are
constants.
"""

from __future__ import annotations

from typing import (
  Any,
  Callable,
  Dict,
  FrozenSet,
  Iterator,
  List,
  NamedTuple,
  Optional,
  Tuple,
)

import numpy as np

from model_pruning._src.graph.strip import constants
from model_pruning._src.graph.strip import graph_def_walk as walk

# What moves entries -> the input that has them. The others say how.
MOVING_OPS = {
    'Gather': 0, 'GatherV2': 0, 'GatherNd': 0, 'ResourceGather': 0,
    'ResourceGatherNd': 0, 'Reshape': 0, 'Transpose': 0, 'ExpandDims': 0,
    'Squeeze': 0}
_HOW_ATTRS = ('batch_dims', 'squeeze_dims')

# Of how many variables a value may come, and through how many operations that
# move entries. A graph of 60 nodes can join 2**60 parts.
_MOST_LEAVES = 10_000
_MOST_MOVES = 100


class Variables(NamedTuple):
  """What is known of the variables, or constants, of a graph.

  Attributes:
    value: gives the value of a leaf.
    shape: gives the shape of a leaf, None if that is not known.
    ops: the types of their nodes.
    trainable: names of those that are trained, so far as is known.
    masks: names of those that the graph lists as masks.
  """

  value: Callable[[walk.Leaf], np.ndarray]
  shape: Callable[[walk.Leaf], Optional[Tuple[int, ...]]]
  ops: FrozenSet[str]
  trainable: FrozenSet[str] = frozenset()
  masks: FrozenSet[str] = frozenset()


class Expression(NamedTuple):
  """Where a value comes from.

  Attributes:
    leaf: the variable, if it is one, and the others are empty.
    how: the op that moves entries and its other inputs, to be compared.
    parts: what the op takes the entries from.
    num_leaves: how many variables it comes from, each use counted.
    num_moves: through how many ops that move entries, at most.
  """

  leaf: Optional[walk.Leaf]
  how: Tuple[Any, ...] = ()
  parts: Tuple[Any, ...] = ()
  num_leaves: int = 1
  num_moves: int = 0

  def leaves(self) -> Iterator[walk.Leaf]:
    """All variables that the value comes from."""
    if self.leaf is not None:
      yield self.leaf
    for part in self.parts:
      yield from part.leaves()


class Masking(NamedTuple):
  """A variable, or a part of a weight, and what it is multiplied by.

  Attributes:
    weight: the variable.
    mask: the zeros and ones for it, of its shape.
    mask_leaves: the variables of the mask.
  """

  weight: walk.Leaf
  mask: np.ndarray
  mask_leaves: Tuple[walk.Leaf, ...]


class Product(NamedTuple):
  """A product of a weight and a mask.

  Attributes:
    instance: where it is.
    node: its NodeDef.
    weight_input: which of its two inputs is the weight.
    maskings: the variables of the weight, one unless it is partitioned.
  """

  instance: walk.Instance
  node: Any
  weight_input: int
  maskings: Tuple[Masking, ...]


class Finder:
  """Finds the values that are computed from variables in a graph."""

  def __init__(self, variables: Variables):
    """Creates a finder."""
    self.variables = variables
    self._masks: Dict[walk.Leaf, Optional[np.ndarray]] = {}
    self._expressions: Dict[Tuple[int, str], Optional[Expression]] = {}

  def expression(self, instance: walk.Instance, ref: str,
                 most_moves: int = _MOST_MOVES) -> Optional[Expression]:
    """Where an input comes from; None if not from variables alone.

    Args:
      instance: where the input is.
      ref: the input.
      most_moves: how many ops that move entries to follow, before it is None.
    """
    keys = []
    while True:
      found = instance.resolve(ref)
      if found is None or most_moves < 0:
        return None
      # Instances live as long as the list of them that is searched.
      keys.append((id(found.instance), found.node.name))
      if keys[-1] in self._expressions or found.node.op != 'Cast':
        break
      instance, ref = found.instance, walk.data_inputs(found.node)[0]
    if keys[-1] not in self._expressions:
      self._expressions[keys[-1]] = self._expression(
          found.instance, found.node, most_moves)
    expression = self._expressions[keys[-1]]
    self._expressions.update(dict.fromkeys(keys, expression))
    return expression

  def _expression(self, owner: walk.Instance, node: Any,
                  most_moves: int) -> Optional[Expression]:
    """What a node computes; see `expression`."""
    if node.op in self.variables.ops:
      return Expression(walk.Leaf(owner.body.name, node.name))
    inputs = walk.data_inputs(node)
    if node.op == 'ConcatV2':
      sources, others = inputs[:-1], inputs[-1:]
    elif node.op in MOVING_OPS:
      sources, others = inputs[:1], inputs[1:]
    else:
      return None
    parts = []
    for source in sources:
      part = self.expression(owner, source, most_moves - 1)
      if part is None:
        return None
      parts.append(part)
    num_leaves = sum(part.num_leaves for part in parts)
    num_moves = 1 + max(part.num_moves for part in parts)
    if num_leaves > _MOST_LEAVES or num_moves > _MOST_MOVES:
      return None
    how = [node.op, *(self._identity(owner, other) for other in others)]
    how += [node.attr[name].SerializeToString() for name in _HOW_ATTRS
            if name in node.attr]
    return Expression(None, tuple(how), tuple(parts), num_leaves, num_moves)

  def products(self, instances: List[walk.Instance]) -> List[Product]:
    """All products of a weight and a mask in a graph and its functions."""
    found = []
    for instance in instances:
      for node in instance.body.nodes.values():
        product = node.op == 'Mul' and self._product(instance, node)
        if product:
          found.append(product)
    return found

  def _product(self, instance: walk.Instance, node: Any) -> Optional[Product]:
    inputs = walk.data_inputs(node)
    sides = [self.expression(instance, ref) for ref in inputs]
    if None in sides:
      return None
    # `tf.multiply(mask, weight)` is how masks have always been written: where
    # both could be the mask, the first is.
    for weight_input in (1, 0):
      maskings = self._match(sides[weight_input], sides[1 - weight_input])
      if maskings:
        return Product(instance, node, weight_input, tuple(maskings))
    return None

  def _match(self, weight: Any, mask: Any) -> Optional[List[Masking]]:
    """Pairs the variables of a weight with those of its mask."""
    if (weight.leaf is None and weight.how == mask.how
        and len(weight.parts) == len(mask.parts)):
      pairs = [self._match(*pair) for pair in zip(weight.parts, mask.parts)]
      if None in pairs:
        return None
      return [masking for pair in pairs for masking in pair or ()]
    value = self._joined(mask, self._mask_value)
    if value is None:
      return None
    if weight.leaf is not None:
      parts = [(weight.leaf, value)]
    else:  # A mask of the whole weight, which is in parts.
      axis = _axis_of(weight)
      shapes = [self.variables.shape(part.leaf) if part.leaf else None
                for part in weight.parts]
      if axis is None or None in shapes:
        return None
      stops = np.cumsum([shape[axis] for shape in shapes if shape])
      if axis >= value.ndim or stops[-1] != value.shape[axis]:
        return None
      parts = list(zip([part.leaf for part in weight.parts],
                       np.split(value, stops[:-1], axis)))
    leaves = tuple(mask.leaves())
    if any(self.variables.shape(leaf) != part.shape
           or leaf.node in self.variables.masks or leaf in leaves
           for leaf, part in parts):
      return None
    return [Masking(leaf, part, leaves) for leaf, part in parts]

  def _joined(self, expression: Expression, value_of: Any) -> Any:
    """The value of a leaf, or of the parts that an expression joins."""
    if expression.leaf is not None:
      return value_of(expression.leaf)
    axis = _axis_of(expression)
    if axis is None or any(part.leaf is None for part in expression.parts):
      return None
    parts = [value_of(part.leaf) for part in expression.parts]
    if any(part is None for part in parts):
      return None
    return np.concatenate(parts, axis)

  def _mask_value(self, leaf: walk.Leaf) -> Optional[np.ndarray]:
    """The value of a leaf if it is a mask, as bool."""
    if leaf not in self._masks:
      self._masks[leaf] = None
      shape = self.variables.shape(leaf)
      if shape and leaf.node not in self.variables.trainable:
        value = self.variables.value(leaf)
        ones = value.astype(bool)
        if (value == ones.astype(value.dtype)).all():
          self._masks[leaf] = ones
    return self._masks[leaf]

  def _identity(self, instance: walk.Instance, ref: str) -> Any:
    """What two inputs have in common that are the same, or equal constants."""
    found = instance.resolve(ref)
    if found is None:
      return ref, id(instance)
    if found.node.op == 'Const':
      return constants.value_of(found.node).tolist()
    return found.instance.body.name, found.node.name, found.output


def _axis_of(expression: Expression) -> Optional[int]:
  """Along which axis an expression joins parts, if it does."""
  if expression.how[:1] != ('ConcatV2',):
    return None
  axis = expression.how[1]
  return axis if isinstance(axis, int) and axis >= 0 else None
