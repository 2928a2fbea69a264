# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Frozen graphs as TensorFlow Lite files and SavedModels."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
import tensorflow as tf

from model_pruning._src.export import report as report_lib
from model_pruning._src.export import saved_model
from model_pruning._src.export import source as source_lib
from model_pruning._src.export import tflite
from model_pruning._src.files import errors
from model_pruning._src.keras.models import example_inputs
from model_pruning._src.model_files import frozen as frozen_lib
from model_pruning._src.model_files import frozen_saved_model

v1 = tf.compat.v1


def export_tflite(
    graph: frozen_lib.FrozenGraph, path: str, *, quantizations: Sequence[str],
    representative_data: Any = None, inputs: Any = None,
    progress: Optional[tflite.Progress] = None) -> report_lib.ExportReport:
  """Writes a graph as the smallest TensorFlow Lite file that is right.

  Args:
    graph: the graph.
    path: the file to write, which may be replaced.
    quantizations: the forms that are allowed, as for Keras models.
    representative_data: inputs like those of the training, or None.
    inputs: what outputs are compared on. Default: the first examples of
      `representative_data`, else random numbers.
    progress: see `tflite.Progress`. Default: nothing is shown.

  Raises:
    ValueError: if the graph cannot be run, or takes batches of another size
      than 1 only; or no form is right.
  """
  data = None if representative_data is None else example_inputs.as_arrays(
      representative_data, graph.inputs)
  return tflite.export(_source(graph, data, inputs, source_lib.ANY_SIZE), path,
                       quantizations, data, progress)


def export_saved_model(graph: frozen_lib.FrozenGraph, path: str,
                       inputs: Any = None) -> report_lib.ExportReport:
  """Writes a graph as a SavedModel, and checks it; as `export_tflite`.

  All that is at `path` is replaced.
  """
  return saved_model.export(_source(graph, None, inputs, None), path)


def _source(graph: frozen_lib.FrozenGraph, data: Optional[List[np.ndarray]],
            inputs: Any, any_size: Optional[int]) -> source_lib.Source:
  """A graph with inputs and the outputs that it computes of them.

  Args:
    graph: the graph.
    data: inputs like those of the training, or None.
    inputs: what outputs are compared on, or None.
    any_size: what dimensions are that the graph leaves open, for one example
      at a time; None leaves the batch and them open.
  """
  batch = None if any_size is None else 1
  fixed = [one for one in graph.inputs if one.shape[0] not in (None, 1)]
  if fixed:
    raise ValueError(
        f'The graph takes {fixed[0].shape[0]} examples of the input '
        f'{fixed[0].key!r} at once. Give one that takes a batch of any size')
  given = source_lib.chosen_inputs(graph.inputs, data, inputs)
  signature = example_inputs.signature(graph.inputs, batch, any_size)
  shapes = {one.node: tuple(spec.shape.as_list())
            for one, spec in zip(graph.inputs, signature)}
  # A batch of 1 is asked for if the graph was made for that.
  shapes.update((one.node, (1, *shapes[one.node][1:]))
                for one in graph.inputs if one.shape[0] == 1)
  try:
    outputs = _run(graph, given)
  except Exception as e:  # TensorFlow raises what a graph leads it to.
    raise ValueError('The graph cannot be run on the inputs: '
                     f'{errors.reason(e)}') from e
  return source_lib.Source(
      lambda directory: _write_saved_model(graph, shapes, directory), given,
      outputs, [[one.key, one.node] for one in graph.inputs])


def _run(graph: frozen_lib.FrozenGraph, inputs: List[np.ndarray]
         ) -> List[np.ndarray]:
  """What a graph computes of examples, one after the other."""
  with tf.Graph().as_default(), v1.Session() as session:
    tensors = tf.import_graph_def(
        graph.graph_def, return_elements=_outputs(graph) + [
            f'{one.node}:0' for one in graph.inputs], name='')
    outputs = tensors[:len(graph.outputs)]
    rows = [
        session.run(outputs, dict(zip(tensors[len(outputs):], [
            array[i:i + 1] for array in inputs])))
        for i in range(len(inputs[0]))]
  return [np.concatenate(values) for values in zip(*rows)]


def _outputs(graph: frozen_lib.FrozenGraph) -> List[str]:
  """The tensors, in the order of what they are called."""
  return [graph.outputs[key] for key in sorted(graph.outputs)]


def _write_saved_model(
    graph: frozen_lib.FrozenGraph,
    shapes: Dict[str, Tuple[Optional[int], ...]], directory: str) -> None:
  """Writes a graph as a SavedModel with inputs of some shapes."""
  graph_def = v1.GraphDef()
  graph_def.CopyFrom(graph.graph_def)
  for node in graph_def.node:
    if node.name in shapes:
      node.attr['shape'].shape.CopyFrom(
          tf.TensorShape(shapes[node.name]).as_proto())
      node.attr.pop('_output_shapes', None)
  frozen_saved_model.write(graph._replace(graph_def=graph_def), directory)
