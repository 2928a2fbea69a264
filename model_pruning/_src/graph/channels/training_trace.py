# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Follows the channels of a graph that trains, up to its losses."""

from __future__ import annotations

import re
from typing import Any, List, Set, Tuple

import numpy as np
import tensorflow as tf

from model_pruning._src.graph.channels import trace as trace_lib

v1 = tf.compat.v1

# What hands examples to a graph.
_SOURCES = re.compile(r'Iterator\w*GetNext|Queue\w*Dequeue|Placeholder$')


def trace(graph: tf.Graph) -> trace_lib.Traced:
  """Follows the channels of the forward part of a graph.

  Variables count as constants of random values, and what hands examples to the
  graph as its inputs. Nothing is added to the graph, and no session is needed.

  Args:
    graph: a graph with losses in the collection `LOSSES`, where `tf.losses`
      puts them.

  Returns:
    What depends on what. Variables have the names of their operations for keys.

  Raises:
    ValueError: if no loss is there, or what computes them does not run on
      random inputs.
  """
  # An Estimator adds the loss of its model to what has it already.
  losses = list(dict.fromkeys(
      loss.op.name for loss in graph.get_collection(v1.GraphKeys.LOSSES)))
  if not losses:
    raise ValueError(
        'A spec with structure=channels needs the losses of the graph, from '
        'which the network is followed. Compute them by `tf.compat.v1.losses`, '
        'or add them to the collection tf.compat.v1.GraphKeys.LOSSES. '
        'Received: a graph in which that is empty')
  return trace_lib.trace(_frozen(graph, losses), 'the graph that trains',
                         losses)


def _frozen(graph: tf.Graph, ends: List[str]) -> Any:
  """A GraphDef of what some operations need, without variables."""
  whole = graph.as_graph_def()
  nodes = {node.name: node for node in whole.node}
  variables = {variable.op.name: variable for variable in graph.get_collection(
      v1.GraphKeys.GLOBAL_VARIABLES)}
  frozen = v1.GraphDef()
  frozen.versions.CopyFrom(whole.versions)
  frozen.library.CopyFrom(whole.library)
  random = np.random.RandomState(0)
  waiting, seen = list(ends), set(ends)
  cut: Set[Tuple[str, int]] = set()
  kept: List[Any] = []
  while waiting:
    name = waiting.pop()
    if name in variables:
      frozen.node.add().CopyFrom(_constant(name, variables[name], random))
      continue
    node = v1.NodeDef()
    node.CopyFrom(nodes[name])
    kept.append(node)
    inputs = [_output(one) for one in node.input if not one.startswith('^')]
    del node.input[:]
    for before, index in inputs:
      if _is_source(graph.get_tensor_by_name(f'{before}:{index}')):
        cut.add((before, index))
        node.input.append(_input_name(before, index))
      else:
        node.input.append(f'{before}:{index}')
        if before not in seen:
          seen.add(before)
          waiting.append(before)
  for node in kept:
    if node.op == 'ReadVariableOp':
      dtype = node.attr['dtype'].type
      node.ClearField('attr')
      node.op, node.attr['T'].type = 'Identity', dtype
    node.attr.pop('_class', None)
    node.device = ''
    frozen.node.add().CopyFrom(node)
  for before, index in sorted(cut):
    frozen.node.add().CopyFrom(_placeholder(
        _input_name(before, index),
        graph.get_tensor_by_name(f'{before}:{index}')))
  return frozen


def _is_source(tensor: tf.Tensor) -> bool:
  """Whether it is of examples. A number with a default is a setting."""
  return _SOURCES.match(tensor.op.type) is not None or (
      tensor.op.type == 'PlaceholderWithDefault' and tensor.shape.rank != 0)


def _output(name: str) -> Tuple[str, int]:
  """The operation and the number of the output that an input of it names."""
  op, _, index = name.partition(':')
  return op, int(index or 0)


def _input_name(name: str, index: int) -> str:
  return f'{name}_{index}' if index else name


def _constant(name: str, variable: Any, random: np.random.RandomState) -> Any:
  dtype = variable.dtype.base_dtype
  value = random.standard_normal(variable.shape.as_list())
  node = v1.NodeDef(name=name, op='Const')
  node.attr['dtype'].type = dtype.as_datatype_enum
  node.attr['value'].tensor.CopyFrom(tf.make_tensor_proto(
      value if dtype.is_floating else np.zeros_like(value), dtype))
  return node


def _placeholder(name: str, tensor: tf.Tensor) -> Any:
  node = v1.NodeDef(name=name, op='Placeholder')
  node.attr['dtype'].type = tensor.dtype.as_datatype_enum
  node.attr['shape'].shape.CopyFrom(tensor.shape.as_proto())
  return node
