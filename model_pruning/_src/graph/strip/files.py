# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes the results of stripping: GraphDefs, checkpoints and SavedModels.

Each is written whole to a folder beside, and then takes its place.
"""

from __future__ import annotations

import contextlib
import os
import posixpath
import tempfile
from typing import (
  Any,
  Callable,
  Dict,
  FrozenSet,
  Iterator,
  List,
  Optional,
  Sequence,
)

import numpy as np
import tensorflow as tf

from model_pruning._src.files import errors
from model_pruning._src.files import reading
from model_pruning._src.files import replace
from model_pruning._src.graph.strip import messages
from model_pruning._src.graph.strip import remove_variables
from model_pruning._src.graph.strip import stored_graph
from model_pruning._src.graph.strip import strip_graph

# Of the graph as it was, from TF 2.11 on; nothing needs it.
_FINGERPRINT = 'fingerprint.pb'
# What a checkpoint of Python objects has among its tensors.
_OBJECT_GRAPH = '_CHECKPOINTABLE_OBJECT_GRAPH'
_PART = 'a part of a SavedModel'


@contextlib.contextmanager
def staged(directory: str, last: Optional[str] = None) -> Iterator[str]:
  """As `replace.staged`, for directories on remote file systems too.

  There each file takes the place of another one at once, if the file system
  can do that, but not all of them together.
  """
  if not reading.is_remote(directory):
    with writing(directory), replace.staged(directory, last) as staging:
      yield staging
    return
  with writing(directory), tempfile.TemporaryDirectory() as staging:
    yield staging
    _copy(staging, directory, last)


def _copy(staging: str, directory: str, last: Optional[str]) -> None:
  paths = [os.path.relpath(os.path.join(folder, name), staging)
           for folder, _, names in os.walk(staging) for name in names]
  for path in sorted(paths, key=lambda path: (path == last, path)):
    place = posixpath.join(directory, path.replace(os.sep, '/'))
    tf.io.gfile.makedirs(posixpath.dirname(place))
    tf.io.gfile.copy(os.path.join(staging, path), place + '.part', True)
    tf.io.gfile.rename(place + '.part', place, True)


@contextlib.contextmanager
def writing(path: str) -> Iterator[None]:
  """Context manager: TensorFlow's errors become one about a file to write."""
  try:
    yield
  except tf.errors.OpError as error:
    raise replace.unwritable(path, errors.reason(error)) from error


def write_graph_def(path: str, graph_def: Any) -> None:
  """Writes the file of a GraphDef."""
  if graph_def.ByteSize() > reading.MOST_BYTES:
    raise replace.unwritable(
        path, f'the GraphDef has {graph_def.ByteSize()} bytes, and '
        f'{reading.MOST_BYTES} are the most. Write a checkpoint instead')
  directory, name = os.path.split(path)
  with staged(directory or '.') as staging:
    with open(os.path.join(staging, name), 'wb') as file:
      file.write(graph_def.SerializeToString(deterministic=True))


def write_checkpoint(prefix: str, names: Sequence[str],
                      tensor: Callable[[str], np.ndarray]) -> None:
  """Writes a checkpoint to a folder that is there.

  Args:
    prefix: of its files.
    names: of its tensors.
    tensor: gives the value of one.
  """
  with tf.Graph().as_default(), tf.compat.v1.Session() as session:
    values: Dict[tf.Tensor, np.ndarray] = {}
    tensors = []
    for name in names:
      value = tensor(name)
      # As an array of bytes, NumPy would drop zeros at the end of text.
      value = np.asarray(
          value, object if isinstance(value, (bytes, str)) else None)
      dtype = tf.as_dtype(value.dtype) if value.dtype != object else tf.string
      # Fed: a graph with the values in it may be too large.
      tensors.append(tf.compat.v1.placeholder(dtype, value.shape))
      values[tensors[-1]] = value
    save = tf.raw_ops.SaveV2(
        prefix=prefix, tensor_names=list(names),
        shape_and_slices=[''] * len(names), tensors=tensors)
    session.run(save, values)


def write_stripped_variables(
    prefix: str, stored: stored_graph.StoredGraph,
    stripped: strip_graph.Stripped, gone: Optional[FrozenSet[str]] = None
) -> None:
  """Writes the variables of a graph, without those of pruning.

  Args:
    prefix: of the files, in a folder that is there.
    stored: the graph and the values that it had.
    stripped: the new values.
    gone: nodes of the variables to leave out; all of pruning by default.
  """
  gone = stripped.state if gone is None else gone
  places, keys = stored.places, stored.tensors
  if _OBJECT_GRAPH in keys:
    # The tensors are named by Python objects, and a Saver could not read them.
    places, keys = {node: stored_graph.Place(node) for node in places}, ()
  nodes: Dict[str, List[str]] = {}
  for node, place in places.items():
    nodes.setdefault(place.key, []).append(node)

  def tensor(key: str) -> np.ndarray:
    parts = [(places[node].part, stripped.values[node]
              if node in stripped.values else stored.value(node))
             for node in nodes.get(key, ())]
    if not parts:  # A table, or what no variable of the graph takes.
      assert stored.tensor is not None
      return stored.tensor(key)
    if not parts[0][0]:
      return parts[0][1]
    if stored.tensor is not None:
      whole = np.array(stored.tensor(key))
    else:
      whole = np.empty(
          [max(part.stop for part in dim)
           for dim in zip(*(index for index, _ in parts))], parts[0][1].dtype)
    for index, value in parts:
      whole[index] = value
    return whole

  kept = [key for key in keys or sorted(nodes)
          if key not in nodes or not gone.issuperset(nodes[key])]
  write_checkpoint(prefix, kept, tensor)


def write_stripped_checkpoint(prefix: str, stored: stored_graph.StoredGraph,
                              stripped: strip_graph.Stripped) -> None:
  """Writes the variables so that their directory has a latest checkpoint.

  Args:
    prefix: of the files.
    stored: the graph and the values that it had.
    stripped: the new values.
  """
  directory, name = os.path.split(prefix)
  with staged(directory or '.', 'checkpoint') as staging:
    write_stripped_variables(os.path.join(staging, name), stored, stripped)
    with open(os.path.join(staging, 'checkpoint'), 'w') as file:
      file.write(f'model_checkpoint_path: "{name}"\n'
                 f'all_model_checkpoint_paths: "{name}"\n')


def write_stripped_saved_model(
    message: Any, source: str, directory: str,
    stored: stored_graph.StoredGraph, stripped: strip_graph.Stripped
) -> List[str]:
  """Writes a SavedModel without what belongs to pruning.

  Args:
    message: the SavedModel that was read; changed.
    source: the directory that it was read from.
    directory: to write to.
    stored: the graph of it that is stripped: the one that is written.
    stripped: that graph without masks.

  Returns:
    Names of the variables that are gone.

  Raises:
    ValueError: it is of a form that cannot be written.
  """
  meta_graph = stored.meta_graph
  if stripped.state and meta_graph.HasField('object_graph_def'):
    raise ValueError(
        f'The SavedModel {source!r} describes Python objects, masks among '
        'them, which cannot be taken out of it. Strip it to '
        "result='graph_def' or 'checkpoint', or strip the checkpoint it was "
        'made from')
  stripped_graph = type(meta_graph)()
  stripped_graph.CopyFrom(meta_graph)
  stripped_graph.graph_def.CopyFrom(stripped.graph_def)
  gone = remove_variables.remove_variables(stripped_graph, stripped.state)
  del message.meta_graphs[:]
  message.meta_graphs.add().CopyFrom(stripped_graph)
  with staged(directory, messages.SAVED_MODEL) as staging:
    if stored.tensors:
      os.mkdir(os.path.join(staging, 'variables'))
      write_stripped_variables(os.path.join(staging, 'variables/variables'),
                               stored, stripped, gone)
    _write_saved_model(message, source, staging)
  return sorted(gone)


def _write_saved_model(message: Any, source: str, directory: str) -> None:
  """Writes `saved_model.pb`, and copies all but it and the variables.

  Args:
    message: the SavedModel.
    source: the directory that it was read from.
    directory: to write to, with its variables in it already.
  """
  for relative in _other_files(source):
    path = os.path.join(source, relative)
    place = os.path.join(directory, relative)
    os.makedirs(os.path.dirname(place), exist_ok=True)
    if reading.is_remote(source):
      with errors.reading(path, _PART):
        tf.io.gfile.copy(path, place, True)
    else:
      _copy_file(path, place)
  with open(os.path.join(directory, messages.SAVED_MODEL), 'wb') as file:
    file.write(message.SerializeToString(deterministic=True))


def _copy_file(path: str, place: str) -> None:
  """Copies a local file; an error says which of the two it is about."""
  reading.check_regular(path, _PART)
  with errors.reading(path, _PART):
    source = open(path, 'rb')
  with source, open(place, 'wb') as copy:
    while True:
      with errors.reading(path, _PART):
        content = source.read(1 << 24)
      if not content:
        return
      copy.write(content)


def _other_files(source: str) -> Iterator[str]:
  """Yields the files of a SavedModel but for its graph and its variables."""
  walk_files = (tf.io.gfile.walk(source) if reading.is_remote(source)
                else os.walk(source, onerror=_refuse, followlinks=True))
  seen = set()
  for folder, folders, names in walk_files:
    relative = os.path.relpath(folder, source)
    if relative == '.':
      folders[:] = [name for name in folders if name != 'variables']
    elif relative.split(os.sep)[0] == 'variables':
      continue
    if not reading.is_remote(source):
      real = os.path.realpath(folder)
      if real in seen:
        raise errors.unreadable(
            folder, _PART, 'a link leads to a folder that was there already')
      seen.add(real)
    for name in names:
      if name not in (messages.SAVED_MODEL, _FINGERPRINT):
        yield os.path.normpath(os.path.join(relative, name))


def _refuse(error: OSError) -> None:
  raise errors.unreadable(
      str(error.filename), _PART, errors.reason(error)) from error
