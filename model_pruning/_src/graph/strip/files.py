# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes the results of stripping: checkpoints and SavedModels."""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, FrozenSet, List, Optional, Sequence

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import graph as graph_compat
from model_pruning._src.graph.strip import remove_variables
from model_pruning._src.graph.strip import stored_graph
from model_pruning._src.graph.strip import strip_graph

_FILE = 'saved_model.pb'
# Of the graph as it was, from TF 2.11 on; nothing needs it.
_FINGERPRINT = 'fingerprint.pb'
# What a checkpoint of Python objects has among its tensors.
_OBJECT_GRAPH = '_CHECKPOINTABLE_OBJECT_GRAPH'


def write_checkpoint(prefix: str, names: Sequence[str],
                     tensor: Callable[[str], np.ndarray]) -> None:
  """Writes a checkpoint.

  Args:
    prefix: of its files.
    names: of its tensors.
    tensor: gives the value of one.
  """
  tf.io.gfile.makedirs(os.path.dirname(prefix) or '.')
  with tf.Graph().as_default(), tf.compat.v1.Session() as session:
    values: Dict[tf.Tensor, np.ndarray] = {}
    tensors = []
    for name in names:
      value = np.asarray(tensor(name))
      dtype = tf.as_dtype(value.dtype) if value.dtype != object else tf.string
      # Fed: a graph with the values in it may be too large.
      tensors.append(tf.compat.v1.placeholder(dtype, value.shape))
      values[tensors[-1]] = value
    save = tf.raw_ops.SaveV2(
        prefix=prefix, tensor_names=list(names),
        shape_and_slices=[''] * len(names), tensors=tensors)
    session.run(save, values)


def read_saved_model(directory: str) -> Any:
  """Reads `saved_model.pb` of a directory.

  Raises:
    ValueError: there is none.
  """
  path = os.path.join(directory, _FILE)
  if not tf.io.gfile.exists(path):
    raise ValueError(
        'Argument `saved_model_dir` must be a directory with a '
        f'{_FILE}. Received: saved_model_dir={directory!r}')
  with tf.io.gfile.GFile(path, 'rb') as file:
    return graph_compat.saved_model_message(file.read())


def write_stripped_variables(
    prefix: str, stored: stored_graph.StoredGraph,
    stripped: strip_graph.Stripped, gone: Optional[FrozenSet[str]] = None
) -> None:
  """Writes the variables of a graph, without those of pruning.

  Args:
    prefix: of the files.
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
  write_stripped_variables(prefix, stored, stripped)
  directory, name = os.path.split(prefix)
  with tf.io.gfile.GFile(os.path.join(directory, 'checkpoint'), 'w') as file:
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
  tf.io.gfile.makedirs(directory)
  if tf.io.gfile.listdir(directory):
    raise ValueError('Argument `output_dir` must be empty, or not exist. '
                     f'Received: output_dir={directory!r}')
  stripped_graph = type(meta_graph)()
  stripped_graph.CopyFrom(meta_graph)
  stripped_graph.graph_def.CopyFrom(stripped.graph_def)
  gone = remove_variables.remove_variables(stripped_graph, stripped.state)
  if stored.tensors:
    write_stripped_variables(
        os.path.join(directory, 'variables/variables'), stored, stripped, gone)
  del message.meta_graphs[:]
  message.meta_graphs.add().CopyFrom(stripped_graph)
  _write_saved_model(message, source, directory)
  return sorted(gone)


def _write_saved_model(message: Any, source: str, directory: str) -> None:
  """Writes `saved_model.pb`, and copies all but it and the variables.

  Args:
    message: the SavedModel.
    source: the directory that it was read from.
    directory: to write to, with its variables in it already.
  """
  for path, _, files in tf.io.gfile.walk(source):
    relative = os.path.relpath(path, source)
    if relative.split(os.sep)[0] == 'variables':
      continue
    tf.io.gfile.makedirs(os.path.join(directory, relative))
    for name in files:
      if name not in (_FILE, _FINGERPRINT):
        tf.io.gfile.copy(os.path.join(path, name),
                         os.path.join(directory, relative, name), True)
  tf.io.gfile.makedirs(directory)
  with tf.io.gfile.GFile(os.path.join(directory, _FILE), 'wb') as file:
    file.write(message.SerializeToString())
