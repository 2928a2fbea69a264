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
from model_pruning._src.files import errors
from model_pruning._src.files import reading
from model_pruning._src.graph.strip import checkpoint_index
from model_pruning._src.graph.strip import constants
from model_pruning._src.graph.strip import graph_def_check
from model_pruning._src.graph.strip import graph_def_walk as walk
from model_pruning._src.graph.strip import messages

_SESSION = 'the session'
_MOST_STATE_BYTES = 1 << 26


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
    source: what it was read from, for errors.
    meta_graph: a MetaGraphDef.
    places: what each variable is called in a checkpoint, by its node.
    value: gives the value of a variable, by its node.
    tensors: the names of all tensors that were saved with it; empty for
      what is in a session.
    tensor: gives the value of one.
  """

  source: str
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
  prefix = checkpoint_prefix(path)
  if not prefix or not _is_checkpoint(prefix):
    raise ValueError(
        'Argument `checkpoint_dir` must be a directory with a checkpoint, or '
        f'a checkpoint. Received: checkpoint_dir={path!r}, where there is none')
  if not tf.io.gfile.exists(prefix + '.meta'):
    raise ValueError(
        f'The checkpoint {prefix!r} must have its graph beside it, to tell '
        f'masks from weights. There is no file {prefix + ".meta"!r}; pass a '
        'session with the graph, or a SavedModel')
  meta_graph = messages.read_meta_graph(prefix + '.meta')
  return _of_files(meta_graph, prefix + '.meta', prefix)


def checkpoint_prefix(path: str) -> str:
  """The prefix of a checkpoint; of a directory that of its latest, or ''.

  Raises:
    FileError: The file `checkpoint` of a directory cannot be read.
  """
  if not tf.io.gfile.isdir(path):
    return path
  state = os.path.join(path, 'checkpoint')
  what = 'the name of the latest checkpoint'
  if not reading.is_remote(path) and os.path.lexists(state):
    reading.read_bytes(state, what, _MOST_STATE_BYTES)
  with errors.reading(state, what):
    return tf.train.latest_checkpoint(path) or ''


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
  return _of_files(graphs[0], os.path.join(directory, messages.SAVED_MODEL),
                   os.path.join(directory, 'variables/variables'))


def of_graph_def(graph_def: Any, source: str) -> StoredGraph:
  """A frozen GraphDef, which has no variables; `source` is for errors."""
  meta_graph = tf.compat.v1.MetaGraphDef()
  meta_graph.graph_def.CopyFrom(graph_def)
  graph_def_check.check(meta_graph.graph_def, source)
  return StoredGraph(source, meta_graph, {}, _no_values(source))


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

  graph_def_check.check(meta_graph.graph_def, _SESSION)
  return StoredGraph(
      _SESSION, meta_graph, _declared_places(meta_graph), value)


def _is_checkpoint(prefix: str) -> bool:
  """Whether there are tensors in files of this prefix, of either format."""
  return tf.io.gfile.exists(prefix + '.index') or (
      tf.io.gfile.exists(prefix) and not tf.io.gfile.isdir(prefix))


def _of_files(meta_graph: Any, source: str, prefix: str) -> StoredGraph:
  """A graph whose values are in a checkpoint."""
  graph_def_check.check(meta_graph.graph_def, source)
  with errors.reading(source, 'a MetaGraphDef'):
    places = {**_declared_places(meta_graph), **_restored_places(meta_graph)}
    shapes = {node.name: tf.TensorShape(node.attr['shape'].shape)
              for node in meta_graph.graph_def.node
              if node.op in ('VarHandleOp', 'VariableV2')}
  if not _is_checkpoint(prefix):
    return StoredGraph(source, meta_graph, {}, _no_values(source))
  if not reading.is_remote(prefix):
    checkpoint_index.check(prefix)
  with errors.reading(prefix, 'a checkpoint'):
    reader = tf.train.load_checkpoint(prefix)
    tensors = sorted(reader.get_variable_to_shape_map())
  known = frozenset(tensors)

  def tensor(key: str) -> np.ndarray:
    with errors.reading(prefix, 'a checkpoint'):
      return reader.get_tensor(key)

  def value(name: str) -> np.ndarray:
    place = places.get(name, Place(name))
    if place.key not in known:
      raise ValueError(f'The checkpoint {prefix!r} must have the value of each '
                       f'variable of the graph. It has none of {name!r}')
    found = tensor(place.key)
    with errors.reading(source, 'the graph of its checkpoint'):
      found = found[place.part]
    shape = shapes.get(name)
    if shape is not None and not shape.is_compatible_with(found.shape):
      raise errors.unreadable(
          source, 'the graph of its checkpoint',
          f'the variable {name!r} has the shape {shape} in the graph and '
          f'{list(found.shape)} in {prefix!r}')
    return found

  return StoredGraph(source, meta_graph, places, value, tensors, tensor)


def _no_values(source: str) -> Callable[[str], np.ndarray]:
  """What gives the value of a variable of a graph without values: an error."""
  def value(name: str) -> np.ndarray:
    raise ValueError('A graph that comes without values must be frozen. '
                     f'Received: {source} with the variable {name!r}')
  return value


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
  entries: Dict[int, List[bytes]] = {}  # Of constants, which many places name.
  for instance in (graph, *others):
    for name, node in instance.body.nodes.items():
      if (node.op in ('Assign', 'AssignVariableOp')
          and (instance.graph_node or name) in needed):
        variable, restored = map(instance.resolve, node.input[:2])
        if variable and restored and restored.node.op == 'RestoreV2':
          places[variable.node.name] = _place(restored, entries)
  return places


def _place(restored: walk.Source, entries: Dict[int, List[bytes]]) -> Place:
  """The place that an output of a RestoreV2 is read from.

  Args:
    restored: the output.
    entries: of the constants that were read, by the `id` of the node; is added
      to.
  """
  index = int(restored.output.split(':')[-1])
  texts = []
  for ref in restored.node.input[1:3]:
    source = restored.instance.resolve(ref)
    assert source is not None
    if id(source.node) not in entries:
      entries[id(source.node)] = constants.value_of(source.node).tolist()
    texts.append(entries[id(source.node)][index].decode())
  key, part = texts
  # '6 4 0,3:-' is the first three rows of six.
  ranges = part.split(' ')[-1].split(':') if part else []
  starts = [[int(number) for number in range_.split(',')] if range_ != '-'
            else None for range_ in ranges]
  return Place(key, tuple(
      slice(pair[0], pair[0] + pair[1]) if pair else slice(None)
      for pair in starts))
