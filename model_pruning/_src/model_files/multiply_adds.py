# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The multiply-adds of the model in a file, by the names of its arrays."""

from __future__ import annotations

import re
from typing import Any, Dict, Iterable, NamedTuple, Optional, Set

from model_pruning._src.files import errors
from model_pruning._src.model_files import keras_files
from model_pruning._src.model_files import kinds

_NUMBER = re.compile(r'_\d+$')


class FileCounts(NamedTuple):
  """The multiply-adds of one example.

  Attributes:
    weights: by the name of an array; None if that cannot be told. Nothing is
      known of an array that is not there.
    others: those of activations with each other; None if that cannot be told.
    problem: why nothing is known, in a sentence; '' if something is.
  """

  weights: Dict[str, Optional[int]]
  others: Optional[int]
  problem: str = ''


def count(found: kinds.Found, names: Iterable[str],
          custom: Optional[str] = None) -> FileCounts:
  """Counts the multiply-adds that one example takes in inference.

  Args:
    found: what `kinds.recognize` says of a file that can be read.
    names: of the arrays in it.
    custom: a module with the custom objects of a Keras file.
  """
  try:
    if found.kind is kinds.Kind.GRAPH_DEF:
      return _of_graph_def(found.path)
    if found.kind is kinds.Kind.SAVED_MODEL:
      return _of_saved_model(found.path, set(names))
    if found.kind is kinds.Kind.KERAS or (
        found.kind is kinds.Kind.HDF5 and keras_files.has_model(found.path)):
      return _of_keras(found.path, custom)
  except Exception as e:  # TensorFlow raises what a graph leads it to.
    return FileCounts({}, None, errors.reason(e))
  return FileCounts(
      {}, None, f'a {found.kind.value} does not say how weights are used')


def _of_graph_def(path: str) -> FileCounts:
  """Those of all of a graph: which outputs are wanted, it does not say."""
  from model_pruning._src.model_files import graph_defs
  from model_pruning._src.multiply_adds import count as count_lib
  graph_def = graph_defs.read(path)
  counts = count_lib.count(graph_def)
  weights: Dict[str, Optional[int]] = {
      constant.name: 0 for constant in graph_defs.constants(graph_def)}
  return FileCounts({**weights, **counts.weights}, counts.others)


def _of_saved_model(directory: str, arrays: Set[str]) -> FileCounts:
  """Those of the default signature, or else of the first one."""
  from model_pruning._src.model_files import graph_defs
  from model_pruning._src.multiply_adds import count as count_lib
  from model_pruning._src.multiply_adds import sources
  meta_graph = graph_defs.saved_model(directory).meta_graphs[0]
  signature = graph_defs.signature_of(meta_graph)
  if signature is None:
    return FileCounts({}, None, 'the SavedModel has no signature')
  counts = count_lib.count(meta_graph.graph_def, [
      info.name for info in signature.outputs.values()])
  weights: Dict[str, Optional[int]] = {
      constant.name: 0
      for constant in graph_defs.constants(meta_graph.graph_def)}
  seen: Set[str] = set()
  for node in meta_graph.graph_def.node:
    if node.op in sources.VARIABLES:
      variable = _variable_name(node)
      name = _array_of(variable, arrays)
      one, other = counts.weights.get(variable, 0), weights.get(name, 0)
      # Of variables that share a name nobody can tell which one is meant.
      weights[name] = None if variable in seen or None in (one, other) else (
          one or 0) + (other or 0)
      seen.add(variable)
  return FileCounts({**counts.weights, **weights}, counts.others)


def _array_of(variable: str, arrays: Set[str]) -> str:
  """The array that a variable has its value from.

  What Keras 3 exports has every variable twice, with a number behind the name
  of the second one, and one array for both.
  """
  base = _NUMBER.sub('', variable)
  return base if variable not in arrays and base in arrays else variable


def _variable_name(node: Any) -> str:
  return node.attr['shared_name'].s.decode() or str(node.name)


def _of_keras(path: str, custom: Optional[str]) -> FileCounts:
  """Those of the model in a Keras file."""
  from model_pruning._src.keras.models import multiply_adds
  from model_pruning._src.keras.models import named_variables
  model = keras_files.load(path, custom)
  counts = multiply_adds.count(model)
  if counts.problem:
    return FileCounts({}, None, counts.problem)
  return FileCounts(
      {name: counts.of.get(id(variable), 0) for name, variable
       in named_variables.named_variables(model)}, counts.others)
