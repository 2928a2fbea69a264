# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes stored models without the channels that are pruned."""

from __future__ import annotations

import os
from typing import NamedTuple, Optional, Sequence, Union

from model_pruning._src.model_files import keras_files
from model_pruning._src.model_files import kinds
from model_pruning._src.model_files import saved_model_place
from model_pruning._src.storage import new_file


class ShrinkReport(NamedTuple):
  """What became of a model.

  Attributes:
    num_parameters_before: the entries of all its weights.
    num_parameters: those that are left.
  """

  num_parameters_before: int
  num_parameters: int

  def __str__(self) -> str:
    """A sentence, and what to do if nothing is smaller."""
    text = (f'{self.num_parameters:,} of {self.num_parameters_before:,} '
            'parameters, the same outputs.')
    if self.num_parameters == self.num_parameters_before:
      text += (' No channel was without effect: prune with '
               'structure=channels first.')
    return text


def shrink_files(source: 'Union[str, os.PathLike[str]]',
                 output: 'Union[str, os.PathLike[str]]', *,
                 round_to: int = 1, outputs: Sequence[str] = (),
                 custom: Optional[str] = None,
                 overwrite: bool = False) -> ShrinkReport:
  """Writes a model without its pruned channels, which computes the same.

      model_pruning.prune_files(
          'net.pb', 'pruned.pb', 'structure=channels,target_sparsity=0.5')
      model_pruning.shrink_files('pruned.pb', 'small.pb')

  A channel is left out if every kernel that takes it in is zero there. Both
  models are run on random inputs before anything is written.

  Args:
    source: a `.keras` or `.h5` file with a whole model, a frozen GraphDef, or
      a SavedModel. What it is, is told by its content.
    output: the file, in the format of the source; or the directory of a frozen
      SavedModel, with one signature.
    round_to: leaves numbers of channels that are multiples of it, or as many
      as before. Default: 1, all that can go are left out.
    outputs: of a GraphDef: names of nodes whose values stay. What they do not
      need is left out. Default: the nodes that no other takes.
    custom: a module, or a `.py` file, with the custom classes and functions of
      a Keras file.
    overwrite: whether what is at `output` may be replaced. Default: no.

  Returns:
    How many parameters there were, and how many are left.

  Raises:
    TypeError: if `round_to` is no integer.
    ValueError: if there is no model, it is damaged, of another kind, or cannot
      be run, `output` is there, or the models do not compute the same: then
      the message names where they part.
  """
  source, output = os.fspath(source), os.fspath(output)
  found = kinds.recognize(source)
  if found.kind is kinds.Kind.SAVED_MODEL:
    saved_model_place.check(output, overwrite, found.path)
  else:
    new_file.check_file(output, overwrite)
  if found.kind is kinds.Kind.GRAPH_DEF:
    return _shrink_graph_def(found.path, output, round_to, outputs, overwrite)
  if found.kind not in (kinds.Kind.KERAS, kinds.Kind.HDF5,
                        kinds.Kind.SAVED_MODEL):
    raise ValueError(f'{found} is neither a Keras model nor a frozen graph: '
                     'channels are removed from .keras and .h5 files, frozen '
                     'GraphDefs and SavedModels')
  if outputs:
    raise ValueError(f'Argument `outputs` must be left out for {found}, which '
                     f'has its own. Received: outputs={list(outputs)}')
  if found.kind is kinds.Kind.SAVED_MODEL:
    return _shrink_saved_model(found.path, output, round_to)
  return _shrink_keras(found.path, output, round_to, custom, overwrite)


def _shrink_keras(path: str, output: str, round_to: int,
                  custom: Optional[str], overwrite: bool) -> ShrinkReport:
  from model_pruning._src.keras.channels import remove_channels
  model = keras_files.load(path, custom)
  small = remove_channels.remove_channels(model, round_to)
  keras_files.save(small, output, overwrite)
  return ShrinkReport(model.count_params(), small.count_params())


def _shrink_saved_model(directory: str, output: str,
                        round_to: int) -> ShrinkReport:
  """Shrinks a SavedModel, which comes out frozen."""
  from model_pruning._src.graph.channels import remove_channels
  from model_pruning._src.model_files import frozen_saved_model
  graph = frozen_saved_model.read(directory)
  small = remove_channels.remove_channels(
      graph.graph_def, directory, round_to,
      [name.split(':')[0] for name in graph.outputs.values()])
  frozen_saved_model.replace_at(
      output, graph._replace(graph_def=small.graph_def))
  return ShrinkReport(small.num_parameters_before, small.num_parameters)


def _shrink_graph_def(path: str, output: str, round_to: int,
                      outputs: Sequence[str],
                      overwrite: bool) -> ShrinkReport:
  """Shrinks a frozen GraphDef; a text one is written as text."""
  from model_pruning._src.graph.channels import remove_channels
  from model_pruning._src.graph.strip import graph_def_edits
  from model_pruning._src.graph.strip import strip_graph
  from model_pruning._src.model_files import graph_defs
  graph_def = graph_defs.read(path)
  if outputs:
    outputs = strip_graph.checked_outputs(graph_def, list(outputs))
    graph_def = graph_def_edits.subgraph(graph_def, outputs)
  small = remove_channels.remove_channels(graph_def, path, round_to, outputs)
  with new_file.new_file(output, overwrite) as file:
    file.write(graph_defs.serialize(
        small.graph_def, graph_defs.is_text(path)))
  return ShrinkReport(small.num_parameters_before, small.num_parameters)
