# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which variables of a stored graph belong to pruning, not to the model."""

from __future__ import annotations

import posixpath
import re
from typing import (
  Any,
  Dict,
  FrozenSet,
  Iterable,
  List,
  NamedTuple,
  Optional,
  Tuple,
)

import numpy as np
import tensorflow as tf

from model_pruning._src.graph import mask_collections
from model_pruning._src.graph.strip import graph_def_walk as walk
from model_pruning._src.graph.strip import report
from model_pruning._src.graph.strip import stored_graph

_STATE_COLLECTIONS = (
    mask_collections.THRESHOLDS, mask_collections.GRADIENTS,
    mask_collections.OLD_WEIGHTS, mask_collections.OLD_OLD_WEIGHTS)
# What is beside a mask of this name, where no collection lists it.
_MASK = 'mask'
_BESIDE = ('threshold', 'gradient', 'old_weight', 'old_old_weight')
_CLOCK = re.compile(r'last_(mask|gradient)_update_step(_\d+)?')
# What is behind the name of a partitioned weight, or of its mask, and behind
# that of its copies on other devices.
_PART = re.compile(r'(/part_\d+)?(/replica_\d+)?$')


class ProjectedWeight(NamedTuple):
  """A weight whose pruned entries are zero in the variable itself.

  Attributes:
    name: its node.
    mask: the node of its mask, a bool variable that no forward pass reads.
  """

  name: str
  mask: str


class VariableRoles:
  """Tells weights, masks and other pruning state of a graph apart."""

  def __init__(self, stored: stored_graph.StoredGraph):
    """Reads the variables of a graph.

    Args:
      stored: the graph.
    """
    self._stored = stored
    self._variables: Dict[str, Any] = {
        node.name: node for node in stored.meta_graph.graph_def.node
        if node.op in walk.VARIABLE_OPS}
    self._trainable = stored.variables_in('trainable_variables')

  def projected(self) -> List[ProjectedWeight]:
    """Weights beside which there is a bool mask of the same shape."""
    found = [ProjectedWeight(name, _mask_name(name))
             for name in self._variables]
    return [weight for weight in found
            if self._is_state(weight.mask)
            and self._dtype(weight.mask) == tf.bool
            and self.shape(weight.mask) == self.shape(weight.name)]

  def listed_in(self, collection: str) -> FrozenSet[str]:
    """Variables in a collection of nodes, or whose whole is in it."""
    names = self._stored.named_in(collection)
    return frozenset(name for name in self._variables
                     if name in names or _whole(name) in names)

  def shape(self, name: str) -> Optional[Tuple[int, ...]]:
    """The shape of the variable of a node; None if it is not known."""
    shape = tf.TensorShape(self._variables[name].attr['shape'].shape)
    return tuple(shape.as_list()) if shape.is_fully_defined() else None

  def belonging_to(self, masks: Iterable[str]) -> FrozenSet[str]:
    """Names of masks, and of what pruning keeps beside them.

    Args:
      masks: nodes of masks. If there are none, nothing else belongs to
        pruning either.
    """
    masks = set(masks)
    if not masks:
      return frozenset()
    state = set(masks)
    for collection in _STATE_COLLECTIONS:
      state |= self.listed_in(collection)
    for mask in masks:
      scope, base = posixpath.split(_whole(mask))
      if base == _MASK:
        state.update(
            other for other in self._variables
            if _whole(other) in [f'{scope}/{name}' for name in _BESIDE]
            and self.shape(other) in ((), self.shape(mask)))
    state.update(name for name in self._variables
                 if _CLOCK.fullmatch(posixpath.basename(name))
                 and self.shape(name) == ()
                 and self._dtype(name).is_integer)
    return frozenset(name for name in state if self._is_state(name))

  def _dtype(self, name: str) -> tf.DType:
    return tf.as_dtype(self._variables[name].attr['dtype'].type)

  def _is_state(self, name: str) -> bool:
    return name in self._variables and name not in self._trainable


def _whole(name: str) -> str:
  """The name of the weight or mask that a variable is a part of."""
  return _PART.sub('', name, 1)


def _mask_name(name: str) -> str:
  """Where the mask of a projected weight is."""
  suffix = _PART.search(name)
  assert suffix is not None  # It matches the empty end of every name.
  return f'{name[:suffix.start()]}/{_MASK}{suffix.group()}'


def report_projected(
    weights: Iterable[ProjectedWeight], stored: stored_graph.StoredGraph
) -> Tuple[List[report.StrippedWeight], List[str]]:
  """Counts the zeros of projected weights.

  Args:
    weights: the weights.
    stored: gives their values.

  Returns:
    An entry for each, and a warning for each that is not zero where its mask
    says so.
  """
  entries, warnings = [], []
  for weight in weights:
    value = stored.value(weight.name)
    entries.append(report.StrippedWeight.of(weight.name, value))
    extra = np.count_nonzero(value[~stored.value(weight.mask)])
    if extra:
      warnings.append(
          f'{extra} entries of {weight.name} are pruned by its mask and are '
          'not zero. They stay: nothing multiplies by this mask')
  return entries, warnings
