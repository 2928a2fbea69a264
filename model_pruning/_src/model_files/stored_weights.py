# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which arrays of a stored model are weights that can be pruned.

If the graph is there, it tells. If not, as in a checkpoint alone, names do:
what optimizers keep, averages, biases and position tables are left alone, and
the report says that this is all there was to go by.
"""

from __future__ import annotations

import os
import re
from typing import Any, List, NamedTuple, Optional, Tuple

from model_pruning._src.model_files import arrays
from model_pruning._src.model_files import kinds
from model_pruning._src.model_files import stored_array
from model_pruning._src.planning import plan
from model_pruning._src.planning import reasons

_FLOATS = ('float16', 'bfloat16', 'float32', 'float64')
# By the last part of a name.
_BY_NAME = (
    (re.compile(r'(^|_)(bias|beta)'), reasons.SkipKind.BIAS),
    (re.compile(r'(^|_)(gamma|moving_(mean|variance))'),
     reasons.SkipKind.NORMALIZATION),
    (re.compile(r'(^|_)pos(ition(al)?)?_?(emb|enc)'),
     reasons.SkipKind.POSITION),
    (re.compile(r'^depthwise_(kernel|weights)'), reasons.SkipKind.DEPTHWISE),
)
BY_NAME_ONLY = (
    'the file has no graph, so that what is a weight was told by names and '
    'shapes; do_not_prune takes patterns of names')


class StoredWeights(NamedTuple):
  """The arrays of a stored model and what is said of each.

  Attributes:
    arrays: the arrays.
    candidates: as many.
    note: a sentence for the report; '' if there is none.
  """

  arrays: List[stored_array.StoredArray]
  candidates: List[plan.Candidate]
  note: str = ''


def of_checkpoint(prefix: str) -> StoredWeights:
  """The weights of a checkpoint, by its graph if there is a `.meta` file."""
  stored = arrays.arrays_of(kinds.Found(kinds.Kind.CHECKPOINT, prefix))
  if os.path.exists(prefix + '.meta'):
    by_graph = _by_graph(prefix + '.meta')
    # A graph of another training, or of none, says nothing.
    if by_graph and {candidate.name for candidate in by_graph} <= {
        array.name for array in stored}:
      return _with_graph(stored, by_graph)
  return by_names(stored)


def of_saved_model(directory: str) -> StoredWeights:
  """The weights of a SavedModel, which says what is trained."""
  stored = arrays.arrays_of(kinds.Found(kinds.Kind.SAVED_MODEL, directory))
  weights = by_names(stored)
  return (weights._replace(note='') if any(
      array.trainable is not None for array in stored) else weights)


def _by_graph(path: str) -> List[plan.Candidate]:
  """The candidates of the graph in a `.meta` file; none if it has none."""
  import tensorflow as tf

  from model_pruning._src.graph import weights as weights_lib
  with tf.Graph().as_default() as graph:
    try:
      tf.compat.v1.train.import_meta_graph(path, clear_devices=True)
    except (KeyError, ValueError, TypeError, tf.errors.OpError):
      return []  # It has operations that this program does not know.
    return [weight.candidate for weight in weights_lib.find_weights(graph)]


def _with_graph(stored: List[stored_array.StoredArray],
                by_graph: List[plan.Candidate]) -> StoredWeights:
  """What a graph says; an array that it does not train is no weight."""
  said = {candidate.name: candidate for candidate in by_graph}
  return StoredWeights(stored, [
      said.get(array.name) or plan.Candidate(
          array.name, array.shape,
          reasons.Reason.of(reasons.SkipKind.NOT_TRAINABLE))
      for array in stored])


def by_names(stored: List[stored_array.StoredArray]) -> StoredWeights:
  """What names and shapes say."""
  candidates = []
  for array in stored:
    reason, on_request = _why_not(array)
    candidates.append(
        plan.Candidate(array.name, array.shape, reason, on_request))
  return StoredWeights(stored, candidates, BY_NAME_ONLY)


def _why_not(array: stored_array.StoredArray) -> Tuple[Optional[Any], bool]:
  """Why an array is not pruned, None if it is; whether a spec may ask."""
  if array.dtype not in _FLOATS:
    return reasons.dtype(array.dtype), False
  if array.is_state or array.trainable is False:
    return reasons.Reason.of(reasons.SkipKind.NOT_TRAINABLE), False
  if len(array.shape) < 2:
    return reasons.dimensions(len(array.shape)), False
  if 0 in array.shape:
    return reasons.Reason.of(reasons.SkipKind.EMPTY), False
  last = array.name.rpartition('/')[2]
  for pattern, kind in _BY_NAME:
    if pattern.search(last):
      return reasons.Reason.of(kind), True
  return None, False
