# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A frozen graph without the channels that have no effect."""

from __future__ import annotations

from typing import Any, Dict, NamedTuple, Sequence, Set, Tuple

import numpy as np
import tensorflow as tf

from model_pruning._src.channels import channel_sets
from model_pruning._src.channels import removal
from model_pruning._src.graph.channels import comparison
from model_pruning._src.graph.channels import trace


class Smaller(NamedTuple):
  """A graph without some of its channels.

  Attributes:
    graph_def: the GraphDef, with the nodes of before.
    num_parameters_before: how many entries the constants of floats had.
    num_parameters: how many they have.
  """

  graph_def: Any
  num_parameters_before: int
  num_parameters: int


def remove_channels(graph_def: Any, source: str, round_to: int = 1,
                    outputs: Sequence[str] = ()) -> Smaller:
  """Makes a smaller graph with the same outputs, by cutting constants.

  A channel is left out if every kernel that takes it in is zero there. Both
  graphs are run on random inputs before the new one is returned.

  Args:
    graph_def: a frozen GraphDef; it stays as it is.
    source: what it was read from, for errors.
    round_to: leaves numbers of channels that are multiples of it, or as many
      as before. Default: 1, all that can go are left out.
    outputs: the names of nodes whose values stay. Default: those that no other
      takes.

  Raises:
    TypeError: if `round_to` is no integer.
    ValueError: if the graph cannot be run on random inputs, `round_to` is not
      positive, or the graphs do not compute the same: then the message names
      the node where they part.
  """
  removal.check_round_to(round_to)
  traced = trace.trace(graph_def, source, outputs)
  dependency = traced.dependency
  removed = removal.with_one_left(
      channel_sets.sets_of(dependency),
      removal.without_effect(dependency, traced.values()),
      dependency, round_to)
  small = type(graph_def)()
  small.CopyFrom(graph_def)
  _cut(small, traced, removed)
  problem = comparison.difference(graph_def, small, source, traced.outputs)
  if problem:
    raise ValueError(
        f'Channels of {source} are not removed, for the graph would compute '
        f'something else: {problem}')
  return Smaller(small, _num_parameters(graph_def), _num_parameters(small))


def _cut(graph_def: Any, traced: trace.Traced, removed: Set[int]) -> None:
  """Makes the constants of a copy of the traced graph smaller, in place."""
  values = traced.values()
  changed: Dict[Any, np.ndarray] = {
      name: value for name, value in removal.cut(
          traced.dependency, values, removed).items()
      if value.shape != values[name].shape}
  numbers: Dict[Any, Dict[Tuple[Any, ...], int]] = {}
  for (name, path), channels in traced.dependency.sizes.items():
    numbers.setdefault(name, {})[path] = removal.num_left(
        traced.dependency, channels, removed)
  for node in graph_def.node:
    if node.name in numbers:
      value = tf.make_ndarray(node.attr['value'].tensor).copy()
      for [place], number in numbers[node.name].items():
        value.flat[place] = number
      changed[node.name] = value
    if node.name in changed:
      node.attr['value'].tensor.CopyFrom(
          tf.make_tensor_proto(changed[node.name]))
    if removed:
      node.attr.pop('_output_shapes', None)


def _num_parameters(graph_def: Any) -> int:
  """The entries of the constants of floats."""
  tensors = [node.attr['value'].tensor for node in graph_def.node
             if node.op == 'Const']
  return sum(tf.TensorShape(tensor.tensor_shape).num_elements()
             for tensor in tensors if tf.as_dtype(tensor.dtype).is_floating)
