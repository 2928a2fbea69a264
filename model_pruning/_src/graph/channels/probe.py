# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A frozen graph with inputs of known sizes, which can be run."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, NamedTuple, Set, Tuple

import numpy as np
import tensorflow as tf

from model_pruning._src.files import errors

v1 = tf.compat.v1

# For dimensions of inputs that a graph leaves open, and numbers of examples:
# those that a graph takes are used. With several examples it is seen that no
# operation takes the batch for something else.
_SIZES = (32, 48, 64, 128, 224)
_BATCHES = (2, 1)
# What is computed inside of these may not be asked for.
_CONTROL_FLOW = frozenset([
    'Switch', 'Merge', 'Enter', 'Exit', 'NextIteration', 'LoopCond'])
# Of these the values are known.
INTEGERS = (tf.int32, tf.int64)


class Probe(NamedTuple):
  """A graph with inputs of known sizes.

  Attributes:
    graph: the graph; the shapes of most of its tensors are known.
    inputs: random values of its placeholders, by the names of the tensors.
    integers: the values of its tensors of integers, by name.
  """

  graph: tf.Graph
  inputs: Dict[str, np.ndarray]
  integers: Dict[str, np.ndarray]


def probes(graph_def: Any, source: str) -> Iterator[Probe]:
  """Yields the graph with inputs of each size that it takes.

  Args:
    graph_def: a frozen GraphDef; not changed.
    source: what it was read from, for errors.

  Raises:
    ValueError: if an input has no random values, or the graph takes none of
      the sizes; then the error says why.
  """
  has_unknown = any(-1 in dims[1:] for dims in _shapes(graph_def, source))
  problem: Exception = ValueError('no size is tried')
  num_found = 0
  for size in _SIZES if has_unknown else _SIZES[:1]:
    for batch in _BATCHES:
      try:
        found = _probe(graph_def, size, batch)
      except (ValueError, tf.errors.OpError) as raised:
        problem = raised
        continue
      yield found
      num_found += 1
      break
  if not num_found:
    raise ValueError(f'{source} does not run on random inputs, which shows '
                     f'where channels go: {errors.reason(problem)}')


def run(graph: tf.Graph, inputs: Dict[str, np.ndarray],
        names: List[str]) -> List[np.ndarray]:
  """Runs a graph as it is written and returns the values of tensors."""
  config = v1.ConfigProto()
  # Operations that are fused have no output that can be asked for.
  config.graph_options.rewrite_options.disable_meta_optimizer = True
  with v1.Session(graph=graph, config=config) as session:
    found: List[np.ndarray] = session.run(names, inputs)
  return found


def with_inputs(graph_def: Any, inputs: Dict[str, np.ndarray]) -> tf.Graph:
  """Makes a graph of a GraphDef, whose inputs have the shapes of values.

  Raises:
    ValueError: if TensorFlow cannot import it.
  """
  sized = type(graph_def)()
  sized.CopyFrom(graph_def)
  for node in sized.node:
    node.attr.pop('_output_shapes', None)
  for node in _placeholders(sized):
    node.attr['shape'].shape.CopyFrom(
        tf.TensorShape(inputs[f'{node.name}:0'].shape).as_proto())
  return import_graph(sized)


def import_graph(graph_def: Any) -> tf.Graph:
  """Makes a graph of a GraphDef."""
  with tf.Graph().as_default() as graph:
    tf.import_graph_def(graph_def, name='')
  return graph


def runs_once(graph: tf.Graph) -> List[tf.Tensor]:
  """Returns the tensors that are neither in loops nor in branches."""
  inside: Set[str] = set()
  found: List[tf.Tensor] = []
  for op in graph.get_operations():
    if op.type in _CONTROL_FLOW or any(
        before.op.name in inside for before in op.inputs) or any(
            before.name in inside for before in op.control_inputs):
      inside.add(op.name)
    else:
      found += op.outputs
  return found


def _placeholders(graph_def: Any) -> List[Any]:
  return [node for node in graph_def.node if node.op == 'Placeholder']


def _shapes(graph_def: Any, source: str) -> List[Tuple[int, ...]]:
  """The shapes of the inputs, -1 for what is not known."""
  shapes = []
  for node in _placeholders(graph_def):
    shape = node.attr['shape'].shape
    dtype = tf.as_dtype(node.attr['dtype'].type)
    if shape.unknown_rank:
      raise ValueError(f'{source}: the input {node.name!r} must have a known '
                       'number of dimensions. It has none')
    if not (dtype.is_floating or dtype.is_integer or dtype.is_bool):
      raise ValueError(
          f'{source}: the input {node.name!r} must be of numbers, for the '
          f'graph is run on random ones. It is of {dtype.name}; freeze the '
          'graph from where it is decoded')
    shapes.append(tuple(dim.size for dim in shape.dim))
  return shapes


def _probe(graph_def: Any, size: int, batch: int) -> Probe:
  """The graph with open dimensions set.

  Raises:
    ValueError: if TensorFlow cannot import it.
    OpError: if it does not run.
  """
  random = np.random.RandomState(0)
  inputs = {}
  for node in _placeholders(graph_def):
    dims = [dim.size for dim in node.attr['shape'].shape.dim]
    shape = [dim if dim >= 0 else size if i else batch
             for i, dim in enumerate(dims)]
    dtype = tf.as_dtype(node.attr['dtype'].type)
    values = (random.standard_normal(shape) if dtype.is_floating
              else random.randint(0, 2, shape))
    inputs[f'{node.name}:0'] = np.asarray(values).astype(dtype.as_numpy_dtype)
  graph = with_inputs(graph_def, inputs)
  integers = [tensor.name for tensor in runs_once(graph)
              if tensor.dtype in INTEGERS]
  return Probe(graph, inputs, dict(zip(
      integers, run(graph, inputs, integers))))
