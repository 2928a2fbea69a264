# Copyright 2026 The model_pruning Authors.
# SPDX-License-Identifier: Apache-2.0
"""The tensors of checkpoints, by the names of the variables.

A checkpoint of version 1 has those names as its keys. One of Python objects
(`tf.train.Checkpoint`, the variables of a SavedModel) has paths of attributes,
and the names beside them.
"""

from __future__ import annotations

import re
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

import numpy as np
import tensorflow as tf

from model_pruning._src.compat import graph as graph_compat
from model_pruning._src.files import errors
from model_pruning._src.graph.strip import checkpoint_index
from model_pruning._src.model_files import stored_array

_OBJECT_GRAPH = '_CHECKPOINTABLE_OBJECT_GRAPH'
_VALUE = '/.ATTRIBUTES/VARIABLE_VALUE'
# What optimizers add to the name of a variable for what they keep of it, and
# the averages of a training.
_SLOT = re.compile(
    r'(Adam|AdamW|Adamax|LAMB|Momentum|RMSProp|Adagrad|AdagradDA|Adadelta|Ftrl'
    r'|ExponentialMovingAverage|adam_[mv]|momentum|velocity|m|v|vhat)(_\d+)?$')
_OF_OPTIMIZER = re.compile(r'(^|/)_?optimizer/_variables/|\.OPTIMIZER_SLOT')


class _Tensor(NamedTuple):
  """A tensor of a checkpoint."""

  key: str
  name: str
  trainable: Optional[bool]


def arrays_of(prefix: str, objects: Any = None
              ) -> List[stored_array.StoredArray]:
  """Lists the tensors of a checkpoint.

  Args:
    prefix: of its files.
    objects: the SavedObjectGraph of a SavedModel, which says what is trained.

  Returns:
    One for each tensor, in the order of the keys. A variable that is there
    under several keys, as in what Keras 3 exports, is one array.
  """
  checkpoint_index.check(prefix)
  reader = tf.train.load_checkpoint(prefix)
  shapes = reader.get_variable_to_shape_map()
  dtypes = reader.get_variable_to_dtype_map()
  groups: Dict[Any, List[_Tensor]] = {}
  for tensor in _tensors(reader, sorted(shapes), objects):
    group = (tensor.name, tuple(shapes[tensor.key]))
    groups.setdefault(group, []).append(tensor)
  found = []
  for (_, shape), tensors in groups.items():
    for same in _same_values(reader, tensors):
      first = same[0]
      key = first.key
      # Objects of one name and of different values are told apart by paths.
      name = first.name if len(same) == len(tensors) else _path(key)
      found.append(stored_array.StoredArray(
          name, shape, dtypes[key].name, _loader(prefix, reader, key),
          tuple(tensor.key for tensor in same),
          _is_state(first, shape, shapes), first.trainable))
  return found


def _loader(prefix: str, reader: Any, key: str) -> Any:
  def load() -> np.ndarray:
    with errors.reading(prefix, 'a checkpoint'):
      return np.asarray(reader.get_tensor(key))

  return load


def _tensors(reader: Any, keys: List[str], objects: Any) -> Iterator[_Tensor]:
  """The tensors, with the names that objects have."""
  names: Dict[str, Tuple[str, Optional[bool]]] = {}
  if _OBJECT_GRAPH in keys:
    graph = graph_compat.object_graph_message(reader.get_tensor(_OBJECT_GRAPH))
    for i, node in enumerate(graph.nodes):
      trainable = None
      if objects is not None and i < len(objects.nodes) and (
          objects.nodes[i].WhichOneof('kind') == 'variable'):
        trainable = bool(objects.nodes[i].variable.trainable)
      for attribute in node.attributes:
        names[attribute.checkpoint_key] = (attribute.full_name, trainable)
  for key in keys:
    if key != _OBJECT_GRAPH:
      name, trainable = names.get(key, ('', None))
      yield _Tensor(key, name or _path(key), trainable)


def _path(key: str) -> str:
  """The path of an object, without the attribute of a variable."""
  return key[:-len(_VALUE)] if key.endswith(_VALUE) else key


def _same_values(reader: Any, tensors: List[_Tensor]) -> List[List[_Tensor]]:
  """Tensors of one name and shape, put together where they are equal."""
  if len(tensors) == 1:
    return [tensors]
  groups: Dict[bytes, List[_Tensor]] = {}
  for tensor in tensors:
    value = np.asarray(reader.get_tensor(tensor.key))
    groups.setdefault(value.tobytes(), []).append(tensor)
  return list(groups.values())


def _is_state(tensor: _Tensor, shape: Tuple[int, ...],
              shapes: Dict[str, Any]) -> bool:
  """Whether a tensor belongs to an optimizer, or is an average."""
  owner, _, last = tensor.key.rpartition('/')
  return bool(_OF_OPTIMIZER.search(tensor.key)) or (
      bool(_SLOT.match(last)) and tuple(shapes.get(owner, ())) == shape
      and owner in shapes)
