# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""A graph and the values of its variables, wherever they are kept.

Checkpoints and SavedModels are read as the files they are: no graph is built,
nothing is restored, and no session is made.
"""

from __future__ import annotations

import os
from typing import (
  Any,
  Callable,
  Dict,
  FrozenSet,
  List,
  NamedTuple,
  Optional,
  Sequence,
  Tuple,
)

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import graph as graph_compat
from model_pruning._src.graph.strip import graph_def_walk as walk


class Place(NamedTuple):
  """Where the value of a variable is in a checkpoint.

  Attributes:
    key: the name of the tensor.
    part: which part of the tensor; all of it unless it is partitioned.
  """

  key: str
  part: Tuple[slice, ...] = ()


class StoredGraph(NamedTuple):
  """A graph and the values of its variables.

  Attributes:
    meta_graph: a MetaGraphDef.
    places: what each variable is called in a checkpoint, by its node.
    value: gives the value of a variable, by its node.
    tensors: the names of all tensors that were saved with it; empty for
      what is in a session.
    tensor: gives the value of one.
  """

  meta_graph: Any
  places: Dict[str, Place]
  value: Callable[[str], np.ndarray]
  tensors: Sequence[str] = ()
  tensor: Optional[Callable[[str], np.ndarray]] = None

  def variables_in(self, collection: str) -> FrozenSet[str]:
    """Names of the nodes of the variables in a collection of variables."""
    return frozenset(walk.node_of(variable.variable_name)
                     for variable in variable_defs(self.meta_graph, collection))

  def named_in(self, collection: str) -> FrozenSet[str]:
    """Names of the nodes in a collection of nodes."""
    values = self.meta_graph.collection_def.get(collection)
    return frozenset() if values is None else frozenset(
        walk.node_of(name) for name in values.node_list.value)


def variable_defs(meta_graph: Any, collection: str) -> List[Any]:
  """The VariableDefs in a collection of a MetaGraphDef."""
  values = meta_graph.collection_def.get(collection)
  return [] if values is None else [
      graph_compat.variable_def(value) for value in values.bytes_list.value]


def of_checkpoint(path: str) -> StoredGraph:
  """Reads a checkpoint, and the graph that was saved with it.

  Args:
    path: a directory, whose latest checkpoint is taken, or a checkpoint.

  Returns:
    The graph and its values.

  Raises:
    ValueError: there is no checkpoint, or no graph with it.
  """
  prefix = path
  if tf.io.gfile.isdir(path):
    prefix = tf.train.latest_checkpoint(path) or ''
  if not prefix or not _is_checkpoint(prefix):
    raise ValueError(
        'Argument `checkpoint_dir` must be a directory with a checkpoint, or '
        f'a checkpoint. Received: checkpoint_dir={path!r}, where there is none')
  if not tf.io.gfile.exists(prefix + '.meta'):
    raise ValueError(
        f'The checkpoint {prefix!r} must have its graph beside it, to tell '
        f'masks from weights. There is no file {prefix + ".meta"!r}; pass a '
        'session with the graph, or a SavedModel')
  meta_graph = tf.compat.v1.MetaGraphDef()
  with tf.io.gfile.GFile(prefix + '.meta', 'rb') as file:
    meta_graph.ParseFromString(file.read())
  return _of_files(meta_graph, prefix)


def of_saved_model(saved_model: Any, directory: str,
                   tags: Optional[Sequence[str]] = None) -> StoredGraph:
  """Reads one graph of a SavedModel.

  Args:
    saved_model: the SavedModel message.
    directory: where its variables are.
    tags: of the graph; None if there is one only.

  Returns:
    The graph and its values; the graph is that in `saved_model`, no copy.

  Raises:
    ValueError: there is no such graph.
  """
  graphs = [graph for graph in saved_model.meta_graphs
            if tags is None or set(graph.meta_info_def.tags) == set(tags)]
  if len(graphs) != 1:
    known = [list(graph.meta_info_def.tags)
             for graph in saved_model.meta_graphs]
    raise ValueError(
        f'Argument `tags` must name one graph of the SavedModel {directory!r}, '
        f'which has {known}. Received: tags={tags!r}')
  return _of_files(graphs[0], os.path.join(directory, 'variables/variables'))


def of_graph_def(graph_def: Any) -> StoredGraph:
  """A frozen GraphDef, which has no variables."""
  meta_graph = tf.compat.v1.MetaGraphDef()
  meta_graph.graph_def.CopyFrom(graph_def)
  return StoredGraph(meta_graph, {}, _no_value)


def of_session(session: tf.compat.v1.Session) -> StoredGraph:
  """The graph of a session, and the values of its variables now.

  Nothing is added to the graph, which may be finalized.
  """
  graph = session.graph
  meta_graph = tf.compat.v1.train.export_meta_graph(graph=graph)

  def value(name: str) -> np.ndarray:
    op = graph.get_operation_by_name(name)
    if op.type != 'VarHandleOp':
      return session.run(op.outputs[0])
    reads = [read.outputs[0] for read in op.outputs[0].consumers()
             if read.type == 'ReadVariableOp' and not read.control_inputs]
    if not reads:
      raise ValueError(f'The graph must read the variable {name!r} to have '
                       'its value. It has no operation that does')
    return session.run(reads[0])

  return StoredGraph(meta_graph, _declared_places(meta_graph), value)


def _is_checkpoint(prefix: str) -> bool:
  """Whether there are tensors in files of this prefix, of either format."""
  return tf.io.gfile.exists(prefix + '.index') or (
      tf.io.gfile.exists(prefix) and not tf.io.gfile.isdir(prefix))


def _of_files(meta_graph: Any, prefix: str) -> StoredGraph:
  """A graph whose values are in a checkpoint."""
  if not _is_checkpoint(prefix):
    return StoredGraph(meta_graph, {}, _no_value)
  reader = tf.train.load_checkpoint(prefix)
  places = {**_declared_places(meta_graph), **_restored_places(meta_graph)}
  tensors = sorted(reader.get_variable_to_shape_map())

  def value(name: str) -> np.ndarray:
    place = places.get(name, Place(name))
    if place.key not in tensors:
      raise ValueError(f'The checkpoint {prefix!r} must have the value of each '
                       f'variable of the graph. It has none of {name!r}')
    return reader.get_tensor(place.key)[place.part]

  return StoredGraph(meta_graph, places, value, tensors, reader.get_tensor)


def _no_value(name: str) -> np.ndarray:
  raise ValueError('A graph that comes without values must be frozen. '
                   f'Received: a graph with the variable {name!r}')


def _declared_places(meta_graph: Any) -> Dict[str, Place]:
  """The names that a Saver gives the variables of a graph."""
  places = {}
  for variable in variable_defs(meta_graph, 'variables'):
    name = walk.node_of(variable.variable_name)
    part = variable.save_slice_info_def
    places[name] = Place(part.full_name, tuple(
        slice(start, start + size) for start, size in zip(
            part.var_offset, part.var_shape))) if part.full_name else Place(
                name)
  return places


def _restored_places(meta_graph: Any) -> Dict[str, Place]:
  """What is restored into each variable, by the restore op of the graph."""
  restore = walk.node_of(meta_graph.saver_def.restore_op_name)
  [graph, *others] = walk.instances(meta_graph.graph_def)
  needed = walk.ancestors(graph.body.nodes, [restore])
  places = {}
  for instance in (graph, *others):
    for name, node in instance.body.nodes.items():
      if (node.op in ('Assign', 'AssignVariableOp')
          and (instance.graph_node or name) in needed):
        variable, restored = map(instance.resolve, node.input[:2])
        if variable and restored and restored.node.op == 'RestoreV2':
          places[variable.node.name] = _place(restored)
  return places


def _place(restored: walk.Source) -> Place:
  """The place that an output of a RestoreV2 is read from."""
  index = int(restored.output.split(':')[-1])
  key, part = (
      tf.make_ndarray(restored.instance.resolve(ref).node.attr['value'].tensor)
      [index].decode() for ref in restored.node.input[1:3])
  # '6 4 0,3:-' is the first three rows of six.
  ranges = part.split(' ')[-1].split(':') if part else []
  starts = [[int(number) for number in range_.split(',')] if range_ != '-'
            else None for range_ in ranges]
  return Place(key, tuple(
      slice(pair[0], pair[0] + pair[1]) if pair else slice(None)
      for pair in starts))
