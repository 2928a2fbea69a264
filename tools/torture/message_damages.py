# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Damages to the messages in files: all that a parser takes and we must not.

Those of `graph_damages` in the graph of a source, of whatever kind it is, and
some to what is around the graph.
"""

import pathlib
import random
from typing import Any, Callable, Dict

import tensorflow as tf
from google.protobuf import text_format
from tensorflow.core.protobuf import saved_model_pb2

from tools.torture import graph_damages

v1 = tf.compat.v1


def _garbage_in_collections(meta_graph: Any, rng: random.Random) -> None:
  for values in meta_graph.collection_def.values():
    values.bytes_list.value.append(b'\xff\xfe\x00 nothing')


def _no_collections(meta_graph: Any, rng: random.Random) -> None:
  meta_graph.collection_def.clear()


def _no_saver(meta_graph: Any, rng: random.Random) -> None:
  meta_graph.saver_def.restore_op_name = 'nowhere'


def _signature_without_node(meta_graph: Any, rng: random.Random) -> None:
  meta_graph.signature_def['serving_default'].outputs['y'].name = 'no/such:0'


def _odd_slices(meta_graph: Any, rng: random.Random) -> None:
  for node in meta_graph.graph_def.node:
    if node.name.endswith('shape_and_slices'):
      tensor = node.attr['value'].tensor
      for i in range(len(tensor.string_val)):
        tensor.string_val[i] = rng.choice([
          b'6 6 9,9:-', b'6 6 0,3', b'x', b'6 6 -1,2:-', b'\xff',
          b'6 6 0,99999999999999999999:-'])


def _fewer_keys(meta_graph: Any, rng: random.Random) -> None:
  for node in meta_graph.graph_def.node:
    if node.name.endswith('tensor_names'):
      node.attr['value'].tensor.CopyFrom(v1.make_tensor_proto(['one']))


def _no_tags(meta_graph: Any, rng: random.Random) -> None:
  meta_graph.meta_info_def.ClearField('tags')
  meta_graph.ClearField('signature_def')


_META_GRAPH: Dict[str, Callable[[Any, random.Random], None]] = {
  'garbage_in_collections': _garbage_in_collections,
  'no_collections': _no_collections,
  'no_saver': _no_saver,
  'signature_without_node': _signature_without_node,
  'odd_slices': _odd_slices,
  'fewer_keys': _fewer_keys,
  'no_tags': _no_tags,
}
DAMAGES = {**graph_damages.GRAPH_DAMAGES, **_META_GRAPH}


def damage(name: str, kind: str, folder: pathlib.Path,
           rng: random.Random) -> None:
  """Damages the graph of a source.

  Args:
    name: of `DAMAGES`; those that a frozen graph has no place for do nothing.
    kind: of `sources.SOURCES`.
    folder: the source.
    rng: the random numbers.
  """
  if kind in ('frozen', 'text'):
    graph_def = v1.GraphDef.FromString(
      (folder / 'frozen.pb').read_bytes()) if kind == 'frozen' else (
        text_format.Parse((folder / 'frozen.pbtxt').read_text(),
                          v1.GraphDef()))
    if name in graph_damages.GRAPH_DAMAGES:
      graph_damages.GRAPH_DAMAGES[name](graph_def, rng)
    if kind == 'frozen':
      (folder / 'frozen.pb').write_bytes(graph_def.SerializeToString())
    else:
      (folder / 'frozen.pbtxt').write_text(
        text_format.MessageToString(graph_def))
    return
  if kind == 'saved_model':
    path = folder / 'saved_model.pb'
    message = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    meta_graph = message.meta_graphs[0]
  else:
    path = next(iter(folder.glob('*.meta')))
    message = meta_graph = v1.MetaGraphDef.FromString(path.read_bytes())
  if name in _META_GRAPH:
    _META_GRAPH[name](meta_graph, rng)
  else:
    graph_damages.GRAPH_DAMAGES[name](meta_graph.graph_def, rng)
  path.write_bytes(message.SerializeToString())
