# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The multiply-adds of the model in a file, by the names of its arrays."""

from __future__ import annotations

import os
import re
from typing import (
  Any,
  Callable,
  Dict,
  Iterable,
  List,
  NamedTuple,
  Optional,
  Set,
)

from model_pruning._src.files import errors
from model_pruning._src.model_files import keras_files
from model_pruning._src.model_files import kinds

# The scopes in which TensorFlow makes gradients.
_GRADIENT = re.compile(r'(^|/)(gradients(_\d+)?|gradient_tape)/')
# What gradients have a loop write down: they are made first, and lead into it.
_NOTED = 'EmptyTensorList'
_NUMBER = re.compile(r'_\d+$')


class FileCounts(NamedTuple):
  """The multiply-adds of one example.

  Attributes:
    weights: by the name of an array; None if that cannot be told. Nothing is
      known of an array that is not there.
    others: those of activations with each other; None if that cannot be told.
    problem: why nothing is known, in a sentence; '' if something is.
    per_turn: of an array that is in a loop that turns nobody knows how often,
      by its name, if every such loop turned once.
    note: what was counted, in a sentence; '' if that is plain.
  """

  weights: Dict[str, Optional[int]]
  others: Optional[int]
  problem: str = ''
  per_turn: Dict[str, int] = {}
  note: str = ''


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
    if found.kind is kinds.Kind.CHECKPOINT and os.path.exists(
        found.path + '.meta'):
      return _of_checkpoint(found.path)
    if found.kind is kinds.Kind.KERAS or (
        found.kind is kinds.Kind.HDF5 and keras_files.has_model(found.path)):
      return _of_keras(found.path, custom)
  except Exception as e:  # TensorFlow raises what a graph leads it to.
    return FileCounts({}, None, errors.reason(e))
  without = ' without a .meta file' * (found.kind is kinds.Kind.CHECKPOINT)
  return FileCounts({}, None, f'a {found.kind.value}{without} does not say how '
                    'weights are used')


def _of_graph_def(path: str) -> FileCounts:
  """Those of all of a graph: which outputs are wanted, it does not say."""
  from model_pruning._src.model_files import graph_defs
  from model_pruning._src.multiply_adds import count as count_lib
  graph_def = graph_defs.read(path)
  counts = count_lib.count(graph_def)
  weights: Dict[str, Optional[int]] = {
      constant.name: 0 for constant in graph_defs.constants(graph_def)}
  return FileCounts({**weights, **counts.weights}, counts.others,
                    per_turn=counts.per_turn)


def _of_checkpoint(prefix: str) -> FileCounts:
  """Those of the graph that was saved with a checkpoint, without gradients."""
  from model_pruning._src.graph.strip import stored_graph
  from model_pruning._src.multiply_adds import count as count_lib
  stored = stored_graph.of_checkpoint(prefix)
  graph_def = stored.meta_graph.graph_def
  places = stored.places
  return _by_arrays(
      count_lib.count(graph_def, _forward(graph_def)), graph_def,
      lambda node: places[node.name].key if node.name in places else node.name,
  )._replace(note='Multiply-adds are those of all that the graph in '
             f'{os.path.basename(prefix)}.meta computes, but for gradients.')


def _forward(graph_def: Any) -> List[str]:
  """An output of each node that no gradient leads to."""
  consumers: Dict[str, List[str]] = {}
  for node in graph_def.node:
    for ref in node.input:
      consumers.setdefault(ref.split(':')[0], []).append(node.name)
  noted = {node.name for node in graph_def.node if node.op == _NOTED}
  waiting = [node.name for node in graph_def.node
             if _GRADIENT.search(node.name) and node.name not in noted]
  found = set(waiting)
  for name in waiting:  # Grows while it is walked.
    new = [after for after in consumers.get(name, ())
           if after not in found and after not in noted]
    found.update(new)
    waiting += new
  return [f'{node.name}:0' for node in graph_def.node if node.name not in found]


def _of_saved_model(directory: str, arrays: Set[str]) -> FileCounts:
  """Those of the default signature, or else of the first one."""
  from model_pruning._src.model_files import graph_defs
  from model_pruning._src.multiply_adds import count as count_lib
  meta_graph = graph_defs.saved_model(directory).meta_graphs[0]
  signature = graph_defs.signature_of(meta_graph)
  if signature is None:
    return FileCounts({}, None, 'the SavedModel has no signature')
  counts = count_lib.count(meta_graph.graph_def, [
      info.name for info in signature.outputs.values()])
  found = _by_arrays(
      counts, meta_graph.graph_def,
      lambda node: _array_of(_variable_name(node), arrays))
  constants: Dict[str, Optional[int]] = {
      constant.name: 0
      for constant in graph_defs.constants(meta_graph.graph_def)}
  return found._replace(weights={**constants, **found.weights})


def _by_arrays(counts: Any, graph_def: Any,
               array_of: Callable[[Any], str]) -> FileCounts:
  """Puts together what is counted of variables that are one array.

  Args:
    counts: the `count.Counts` of a graph.
    graph_def: the graph.
    array_of: gives the array that the node of a variable has its value from.
  """
  from model_pruning._src.multiply_adds import sources
  weights: Dict[str, Optional[int]] = {}
  per_turn: Dict[str, Optional[int]] = {}
  seen: Set[str] = set()
  for node in graph_def.node:
    if node.op in sources.VARIABLES:
      variable, name = _variable_name(node), array_of(node)
      # Of variables that share a name nobody can tell which one is meant.
      known = None if variable in seen else counts.weights.get(variable, 0)
      weights[name] = _plus(weights.get(name, 0), known)
      per_turn[name] = _plus(per_turn.get(name, 0),
                             counts.per_turn.get(variable, known))
      seen.add(variable)
  return FileCounts(
      {**counts.weights, **weights}, counts.others,
      per_turn={**counts.per_turn, **{
          name: value for name, value in per_turn.items()
          if value is not None and weights[name] is None}})


def _plus(one: Optional[int], other: Optional[int]) -> Optional[int]:
  return None if one is None or other is None else one + other


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
  named = list(named_variables.named_variables(model))
  return FileCounts(
      {name: counts.of.get(id(variable), 0) for name, variable in named},
      counts.others, per_turn={
          name: counts.per_turn[id(variable)] for name, variable in named
          if id(variable) in counts.per_turn})
