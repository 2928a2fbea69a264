# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""SavedModels without variables and functions: a graph with a signature."""

from __future__ import annotations

import tensorflow as tf

from model_pruning._src.files import replace
from model_pruning._src.graph.strip import files
from model_pruning._src.model_files import frozen
from model_pruning._src.model_files import kinds
from model_pruning._src.multiply_adds import inlining

v1 = tf.compat.v1


def read(directory: str) -> frozen.FrozenGraph:
  """Reads a SavedModel as a frozen graph, bodies of functions written out.

  Args:
    directory: of the SavedModel. Its signature `serving_default` is what is
      read, or else its first one.

  Raises:
    ValueError: if it is damaged, or an input is of an unknown rank.
  """
  graph = frozen.freeze(kinds.Found(kinds.Kind.SAVED_MODEL, directory))
  flat = inlining.flatten(
      graph.graph_def.node, inlining.Library(graph.graph_def.library),
      outputs=graph.outputs.values())
  flat.graph_def.versions.CopyFrom(graph.graph_def.versions)
  return graph._replace(graph_def=flat.graph_def, outputs={
      key: flat.resolve(name) for key, name in graph.outputs.items()})


def replace_at(output: str, graph: frozen.FrozenGraph) -> None:
  """Writes a frozen graph as a SavedModel, which appears whole.

  Args:
    output: the directory. All that is there is replaced.
    graph: the graph.
  """
  with files.writing(output), replace.staged_whole(output) as staging:
    write(graph, staging)


def write(graph: frozen.FrozenGraph, directory: str) -> None:
  """Writes a frozen graph as a SavedModel with one signature.

  Args:
    graph: the graph.
    directory: of the SavedModel, which is made.
  """
  with tf.Graph().as_default() as imported, v1.Session() as session:
    tf.import_graph_def(graph.graph_def, name='')
    tensor = imported.get_tensor_by_name
    info = v1.saved_model.build_tensor_info
    signature = v1.saved_model.build_signature_def(
        {one.key: info(tensor(f'{one.node}:0')) for one in graph.inputs},
        {key: info(tensor(name)) for key, name in graph.outputs.items()},
        'tensorflow/serving/predict')
    builder = v1.saved_model.Builder(directory)
    builder.add_meta_graph_and_variables(
        session, [tf.saved_model.SERVING],
        {tf.saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY: signature})
    builder.save()
