# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The inference of a stored graph: frozen, with its inputs and outputs."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import tensorflow as tf

from model_pruning._src.files import errors
from model_pruning._src.graph.strip import graph_def_walk as walk
from model_pruning._src.graph.strip import messages
from model_pruning._src.graph.strip import stored_graph
from model_pruning._src.graph.strip import strip_graph
from model_pruning._src.model_files import graph_defs
from model_pruning._src.model_files import kinds

# As many nodes are named that could be an output.
_MAX_NAMED = 5


class GraphInput(NamedTuple):
  """An input of a graph.

  Attributes:
    key: what it is called by users.
    node: the name of the placeholder.
    shape: its shape; None for what is not known.
    dtype: its DType.
  """

  key: str
  node: str
  shape: Tuple[Optional[int], ...]
  dtype: Any


class FrozenGraph(NamedTuple):
  """A graph without variables.

  Attributes:
    graph_def: the GraphDef, which has what the outputs need.
    inputs: its placeholders, in the order of what they are called.
    outputs: the tensors that it computes, by what they are called.
  """

  graph_def: Any
  inputs: Tuple[GraphInput, ...]
  outputs: Dict[str, str]


def freeze(found: kinds.Found, outputs: Sequence[str] = ()) -> FrozenGraph:
  """Reads a graph, makes its variables constants, and folds masks if any.

  Args:
    found: a SavedModel, a checkpoint with its `.meta` file, or a GraphDef.
    outputs: nodes or tensors that are computed. Default: those of the
      signature `serving_default` of a SavedModel or else of its first one, or
      the node of a GraphDef that no other takes.

  Raises:
    ValueError: if the file is damaged or of another kind, there is no such
      output, outputs must be given, or an input is of an unknown rank.
  """
  stored, keys = _read(found)
  tensors = {name: name if ':' in name else f'{name}:0' for name in outputs}
  inputs: Dict[str, str] = {}
  if not tensors:
    tensors, inputs = _default(found, stored, keys)
  try:
    nodes = strip_graph.checked_outputs(
        stored.meta_graph.graph_def, sorted(tensors.values()))
    graph_def = strip_graph.freeze_stripped(
        strip_graph.strip(stored, nodes, True), stored, nodes)
  except ValueError:
    raise
  except Exception as e:  # What single nodes do is found where they are needed.
    raise errors.unreadable(found.path, 'a graph', errors.reason(e)) from e
  found_inputs = [
      _input(node, inputs.get(node.name, node.name), found.path)
      for node in graph_def.node if node.op == 'Placeholder']
  return FrozenGraph(graph_def, tuple(sorted(
      found_inputs, key=lambda one: one.key)), tensors)


def _read(found: kinds.Found) -> Tuple[stored_graph.StoredGraph, Any]:
  """The graph, and the signature of a SavedModel, None of others."""
  if found.kind is kinds.Kind.SAVED_MODEL:
    message = messages.read_saved_model(found.path)
    stored = stored_graph.of_saved_model(message, found.path)
    return stored, graph_defs.signature_of(stored.meta_graph)
  if found.kind is kinds.Kind.CHECKPOINT:
    return stored_graph.of_checkpoint(found.path), None
  if found.kind is kinds.Kind.GRAPH_DEF:
    return stored_graph.of_graph_def(
        graph_defs.read(found.path), found.path), None
  raise ValueError(f'{found} has no graph that can be exported; give a '
                   'SavedModel, a checkpoint with its .meta file, a GraphDef, '
                   'or a Keras file with a whole model')


def _default(found: kinds.Found, stored: stored_graph.StoredGraph,
             signature: Any) -> Tuple[Dict[str, str], Dict[str, str]]:
  """The outputs, and what inputs are called, by node."""
  if signature is not None:
    return ({key: info.name for key, info in signature.outputs.items()},
            {walk.node_of(info.name): key
             for key, info in signature.inputs.items()})
  ends = _ends(stored.meta_graph.graph_def)
  if found.kind is kinds.Kind.GRAPH_DEF and len(ends) == 1:
    return {ends[0]: f'{ends[0]}:0'}, {}
  more = ', ...' if len(ends) > _MAX_NAMED else ''
  raise ValueError(
      f'{found.path} does not say what its outputs are; name their nodes '
      '(--outputs NODES). Nodes that no other takes are: '
      f'{", ".join(ends[:_MAX_NAMED])}{more}')


def _ends(graph_def: Any) -> List[str]:
  """The nodes with inputs that no other node takes."""
  taken = {walk.node_of(ref) for node in graph_def.node for ref in node.input}
  return [node.name for node in graph_def.node
          if node.name not in taken and walk.data_inputs(node)
          and node.op not in ('Assert', 'NoOp', 'SaveV2')]


def _input(node: Any, key: str, path: str) -> GraphInput:
  shape = tf.TensorShape(node.attr['shape'].shape)
  if shape.rank is None or shape.rank == 0:
    raise ValueError(f'{path}: the input {node.name!r} must have a known '
                     'number of dimensions, of which the batch is the first. '
                     f'It has: {shape}')
  return GraphInput(key, node.name, tuple(shape.as_list()),
                    tf.as_dtype(node.attr['dtype'].type))
